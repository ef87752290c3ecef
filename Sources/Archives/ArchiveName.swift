/// The name of an entry, which may be anything, as a path inside the folder that the archive is unpacked into.
struct ArchiveName: Equatable {
    /// Folders and the file, none of them empty, `.` or `..`.
    let parts: [String]
    /// The parts with slashes.
    var path: String { parts.joined(separator: "/") }

    /// Why an entry is passed over that goes by this name; nil when it may be unpacked.
    let refusal: String?

    /// The deepest that entries lie.
    private static let deepest = 64

    init(_ name: String) {
        // Zip files of Windows part folders by backslashes.
        let text = name.contains("/") ? name : name.replacing("\\", with: "/")
        let all = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        parts = all.filter { !$0.isEmpty && $0 != "." }
        if text.hasPrefix("/") || parts.contains("..") || text.dropFirst().hasPrefix(":/") {
            refusal = "its name leads out of the archive"
        } else if parts.isEmpty || text.unicodeScalars.contains("\0") {
            refusal = "it has no name"
        } else if parts.count > Self.deepest || parts.contains(where: { $0.utf8.count > 255 }) {
            refusal = "its name is longer than files can have"
        } else {
            refusal = nil
        }
    }
}
