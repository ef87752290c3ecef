import Foundation

/// What leave-one-out gave one volume of a pack: what later checks are compared with.
public struct CheckedVolume: Sendable, Hashable, Codable {
    /// The volume's name in the pack.
    public var name: String
    /// SHA-256 of the label map that it was compared with; nil where the pack records none.
    public var labelsSHA256: String?
    /// Dice by the label's id, written in decimals; labels that neither the volume nor its result holds are left out.
    public var dice: [String: Double]

    /// Makes a record.
    public init(name: String, labelsSHA256: String?, dice: [UInt16: Double]) {
        (self.name, self.labelsSHA256) = (name, labelsSHA256)
        self.dice = Dictionary(uniqueKeysWithValues: dice.map { (String($0), $1) })
    }
}

/// What changes of a pack have brought: its check beside the check before, on the volumes that both have judged.
public struct PackProgress: Sendable, Hashable {
    /// Volumes that only the later check has, that both have with other label maps, and that only the earlier one has.
    public let added: [String], corrected: [String], removed: [String]
    /// Volumes that both have, with the same label map.
    public let shared: [String]
    /// Mean Dice over those volumes and their labels, then and now; nil where there are none.
    public let before: Double?, now: Double?
    /// Whether both went by the same options: otherwise what differs is not owed to the volumes alone.
    public let isSameWay: Bool

    /// Compares two checks; nil where one of them, of an earlier version, does not say what it gave each volume.
    public init?(from old: PackFindings, to new: PackFindings) {
        guard let before = old.volumes, let now = new.volumes else { return nil }
        let earlier = Dictionary(before.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
        let later = Set(now.map(\.name))
        added = now.map(\.name).filter { earlier[$0] == nil }
        removed = before.map(\.name).filter { !later.contains($0) }
        let both = now.filter { earlier[$0.name] != nil }
        let same = both.filter { earlier[$0.name]?.labelsSHA256 == $0.labelsSHA256 }
        (shared, corrected) = (same.map(\.name), Set(both).subtracting(same).map(\.name).sorted())
        self.before = Self.mean(same.compactMap { earlier[$0.name] })
        self.now = Self.mean(same)
        isSameWay = old.options == new.options && old.weightsSHA256 == new.weightsSHA256
    }

    /// Mean Dice over all volumes and labels of a check; nil where it does not say.
    public static func mean(_ findings: PackFindings) -> Double? { findings.volumes.flatMap(mean) }

    private static func mean(_ volumes: [CheckedVolume]) -> Double? {
        let values = volumes.flatMap(\.dice.values)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The check of a pack that holds, or else the last one that did; nil where there was none. A file that cannot be read
    /// counts as none.
    public static func last(_ folder: String) -> PackFindings? { all(folder).last }

    /// All checks of a pack that are still kept, the earliest first.
    public static func all(_ folder: String) -> [PackFindings] {
        let name = PackFindings.fileName
        var files: [String] = []
        // As changes of a pack number them.
        for n in 1... {
            let path = folder + "/history/" + (n == 1 ? name : "\(name).\(n)")
            guard FileManager.default.fileExists(atPath: path) else { break }
            files.append(path)
        }
        return (files + [folder + "/" + name]).compactMap { path in
            FileManager.default.contents(atPath: path).flatMap {
                try? JSONDecoder().decode(PackFindings.self, from: $0)
            }
        }
    }
}
