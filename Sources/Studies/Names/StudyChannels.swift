import VolumeIO

extension Study {
    /// What a person should know where a study holds nnU-Net's channels: they are images of one case, and each becomes a
    /// case of its own. nil where names do not say so: `_0000` and further numbers without a gap, the same for two cases
    /// or more (`scan_0000` to `scan_0004` alone are five scans).
    public var channelNotice: String? {
        var channels: [String: Set<String>] = [:]
        for case .file(let path) in cases.map(\.source) {
            guard let name = VolumeFileName(path), let channel = CaseStem.channel(name.stem) else { continue }
            channels[name.folder + channel.name, default: []].insert(channel.number)
        }
        guard channels.count > 1, let numbers = channels.values.first?.sorted(), numbers.count > 1,
            numbers.enumerated().allSatisfy({ Int($1) == $0 }), channels.values.allSatisfy({ $0 == Set(numbers) }),
            let first = channels.keys.min().map(CaseStem.of)
        else { return nil }
        return
            "\(numbers.map { "\(first)_\($0)" }.joined(separator: ", ")) and so on: channels of one case by nnU-Net's "
            + "names; each is a case of its own (choose one with --set 'input.include=[\"**/*_\(numbers[0]).nii.gz\"]')"
    }
}
