import Archives
import Foundation
import Studies

/// What a person names to be read: a file or folder as it is, or an archive, unpacked into a temporary folder that is
/// removed with the value. Messages show the archive's path in place of the folder's.
final class OpenedInput {
    /// What is searched.
    let path: String
    /// Entries of the archive that were not unpacked.
    let passedOver: [IgnoredItem]
    private let archive: UnpackedArchive?

    /// Opens a path. Throws `ArchiveError`.
    init(_ path: String) throws {
        guard let kind = ArchiveKind(of: path) else {
            (self.path, passedOver, archive) = (path, [], nil)
            return
        }
        let archive = try UnpackedArchive(path, kind: kind)
        let holder = NSString(string: archive.root).deletingLastPathComponent
        for folder in [archive.root, holder, archive.folder] { Console.show(folder, as: path) }
        (self.path, self.archive) = (archive.root, archive)
        passedOver = archive.passedOver.map { IgnoredItem(path: "\(path)/\($0.name)", reason: $0.reason) }
    }

    /// Whether it is an archive.
    var isArchive: Bool { archive != nil }
}
