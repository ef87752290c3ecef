import Platform
import Volumes

/// Names of labels as DICOM holds them: one line of at most 64 characters (VR LO, PS3.5 6.2), none like another.
struct SegmentNames {
    /// Names by id.
    private(set) var names: [UInt16: String] = [:]
    /// What a person should know.
    private(set) var notices: [String] = []

    private static let longest = 64

    init(_ entries: [LabelEntry]) {
        var used: Set<String> = []
        for entry in entries {
            let whole = SafeText.words(entry.name)
            var name = whole.isEmpty ? "label \(entry.id)" : String(whole.prefix(Self.longest))
            if used.contains(name) {
                let suffix = " (\(entry.id))"
                name = name.prefix(Self.longest - suffix.count) + suffix
            }
            used.insert(name)
            names[entry.id] = name
            if name.count < whole.count {
                notices.append("label \(entry.id) is named '\(name)': DICOM's names hold \(Self.longest) characters")
            }
        }
    }
}
