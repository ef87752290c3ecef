import VolumeIO

/// The ways in which people name an image and its label map, strongest first. Each gives a file a key; an image and a
/// label map of one key belong together.
enum NameConvention: CaseIterable {
    /// `liver.nii.gz` and `liver.nii` (Medical Segmentation Decathlon and most others).
    case sameStem
    /// `liver_0000.nii.gz` and `liver.nii.gz` (nnU-Net; the number is that of the channel).
    case channel
    /// `liver.nii.gz` and `liver_seg.nii.gz`, `liver_labels.nii.gz`, `sub-01_T1w_dseg.nii.gz`; `liver_img.nii.gz` too.
    case labelEnding
    /// `sub-01_acq-x_T1w.nii.gz` and `sub-01_acq-x_desc-manual_dseg.nii.gz` (BIDS).
    case bids
    /// BIDS, where only one of the two names the space that both lie in.
    case bidsWithoutSpace
    /// `img0001` and `label0001`, `case1/imaging` and `case1/segmentation`: what differs from name to name is the same
    /// in images and label maps, and what stays has no number in one that the other lacks.
    case varyingPart

    /// Keys of images and of label maps, in order; nil for a file whose name is none of this convention.
    /// - Parameters: Paths; all conventions but the last look at the file's name only.
    func keys(images: [String], labels: [String]) -> (images: [String?], labels: [String?]) {
        let stem = CaseStem.of
        switch self {
        case .sameStem: return (images.map(stem), labels.map(stem))
        case .channel: return (images.map { CaseStem.channel(stem($0))?.name ?? stem($0) }, labels.map(stem))
        case .labelEnding:
            let bare = { (path: String) in CaseStem.withoutRole(stem(path)) }
            return (images.map(bare), labels.map(bare))
        case .bids: return Self.bidsKeys(images, labels, without: ["desc", "label", "seg", "atlas"])
        case .bidsWithoutSpace:
            return Self.bidsKeys(images, labels, without: ["desc", "label", "seg", "atlas", "space", "res", "den"])
        case .varyingPart: return VaryingPart.keys(images: images, labels: labels)
        }
    }

    private static func bidsKeys(
        _ images: [String], _ labels: [String], without left: Set<String>
    ) -> (images: [String?], labels: [String?]) {
        let key = { (path: String, isLabel: Bool) -> String? in
            let name = BIDSName(CaseStem.of(path))
            return name.isBIDS && name.isLabelMap == isLabel ? name.key(without: left) : nil
        }
        return (images.map { key($0, false) }, labels.map { key($0, true) })
    }
}

/// A file's name without folder and ending, and without what says whether it is an image or a label map.
package enum CaseStem {
    /// The name without folder and ending; dots within it stay.
    package static func of(_ path: String) -> String {
        VolumeFileName(path)?.stem ?? String(path.split(separator: "/").last ?? "")
    }

    /// nnU-Net's image names end in a channel of four digits.
    static func channel(_ stem: String) -> (name: String, number: String)? {
        let digits = stem.suffix(4)
        let name = stem.dropLast(4)
        guard digits.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }), name.last == "_", name.count > 1
        else { return nil }
        return (String(name.dropLast()), String(digits))
    }

    /// Words that end a label map's name, after `_`, `-` or `.`.
    private static let labelWords = [
        "labels", "label", "dseg", "seg", "segmentation", "mask", "gt", "truth", "labelmap",
    ]
    private static let imageWords = ["image", "img"]

    /// Whether the name ends as a label map's does.
    static func endsAsLabelMap(_ stem: String) -> Bool {
        removing(labelWords, from: stem) != nil || BIDSName(stem).isBIDS && BIDSName(stem).isLabelMap
    }

    /// The name without such an ending.
    static func withoutRole(_ stem: String) -> String { removing(labelWords + imageWords, from: stem) ?? stem }

    private static func removing(_ words: [String], from stem: String) -> String? {
        let lower = stem.lowercased()
        for word in words where lower.hasSuffix(word) {
            let rest = stem.dropLast(word.count)
            if let separator = rest.last, "_-.".contains(separator), rest.count > 1 { return String(rest.dropLast()) }
        }
        return nil
    }
}

/// The part in which the names of a list differ from each other.
enum VaryingPart {
    /// Keys where image and label map names say the same in that part, nil for all where they do not.
    static func keys(images: [String], labels: [String]) -> (images: [String?], labels: [String?]) {
        let nothing = (images.map { _ in String?.none }, labels.map { _ in String?.none })
        guard images.count > 1, labels.count > 1 else { return nothing }
        let (image, label) = (split(images), split(labels))
        // `scan.v2` and `scan.v1`: what stays has numbers that differ, so the files are not two views of one thing.
        guard image.numbers == label.numbers, Set(image.keys) == Set(label.keys) else { return nothing }
        return (image.keys, label.keys)
    }

    private static func split(_ paths: [String]) -> (keys: [String], numbers: [String]) {
        let names = paths.map { tokens(VolumeFileName($0).map { $0.folder + $0.stem } ?? $0) }
        let shortest = names.map(\.count).min() ?? 0
        let before = (0..<shortest).prefix { n in names.allSatisfy { $0[n] == names[0][n] } }.count
        let after = (0..<(shortest - before))
            .prefix { n in names.allSatisfy { $0[$0.count - 1 - n] == names[0][names[0].count - 1 - n] } }.count
        let constant = names[0].prefix(before) + names[0].suffix(after)
        // Numbers in folder names say nothing of the file.
        let last = constant.lastIndex { $0 == "/" }.map { constant.index(after: $0) } ?? constant.startIndex
        let numbers = constant[last...].filter { $0.first?.isNumber == true }
        return (names.map { $0.dropFirst(before).dropLast(after).joined() }, numbers)
    }

    /// Runs of letters, runs of digits, and everything else one by one.
    private static func tokens(_ name: String) -> [String] {
        var tokens: [String] = []
        for character in name {
            let same = tokens.last?.last.map {
                $0.isLetter && character.isLetter || $0.isNumber && character.isNumber
            }
            if same == true { tokens[tokens.count - 1].append(character) } else { tokens.append(String(character)) }
        }
        return tokens
    }
}
