import Volumes

/// Names in tables whose lines cannot hold them as they are: FreeSurfer's and 3D Slicer's are one word, ITK-SNAP's have no
/// double quote. A comment before the lines says the whole name; viewers pass over it, and a reader that knows it gets
/// the name back.
public enum WholeNames {
    private static let start = "# name of "

    /// Comments for those entries whose names would not come back.
    static func comments(_ table: LabelTable, where isLost: (String) -> Bool) -> [String] {
        table.entries.filter { isLost($0.oneLineName) }.map { "\(start)\($0.id): \($0.oneLineName)" }
    }

    /// What such a comment says; nil when it is another one.
    public static func read(_ comment: String) -> (id: UInt16, name: String)? {
        guard comment.hasPrefix(start) else { return nil }
        let parts = comment.dropFirst(start.count).split(separator: ": ", maxSplits: 1)
        guard parts.count == 2, let id = UInt16(parts[0]) else { return nil }
        return (id, String(parts[1]))
    }

    /// Whether a line's name is what a whole name becomes there. Where it is not, a person changed the line since.
    public static func isForm(_ name: String, of whole: String) -> Bool {
        let plain = { (text: String) in
            String(text.map { $0 == " " ? "_" : $0 == "\"" ? "'" : $0 }).trimmed("'")
        }
        return plain(name) == plain(whole)
    }
}

extension String {
    /// Without this character at both ends: quotes there are taken for those around a name.
    fileprivate func trimmed(_ character: Character) -> String {
        var text = self[...]
        while text.first == character { text = text.dropFirst() }
        while text.last == character { text = text.dropLast() }
        return String(text)
    }
}
