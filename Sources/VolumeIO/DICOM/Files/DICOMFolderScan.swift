import Glibc

/// Walks files and folders in a fixed order, each file once, and says of every entry what became of it.
struct DICOMFolderScan {
    /// Regular files, in order.
    private(set) var files: [String] = []
    /// Entries that are not looked into, with the reason.
    private(set) var skipped: [DICOMFileFate] = []
    /// Entries that cannot be read, with the reason.
    private(set) var unreadable: [DICOMFileFate] = []
    /// Every file and folder seen, so that links that lead back end the walk: identity to first path.
    private var seen: [FileIdentity: String] = [:]

    static let linkToNothing = "a link to nothing, or not permitted"

    private struct FileIdentity: Hashable { var device, inode: UInt64 }

    /// Walks `paths`, which must exist.
    init(_ paths: [String]) throws {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw DICOMError.missing(path: path, reason: String(cString: strerror(errno)))
            }
            visit(path, status)
        }
    }

    private mutating func visit(_ start: String, _ known: stat) {
        // A list instead of recursion, so that a deep tree costs memory and not stack; popped from its end.
        var (waiting, status, isKnown) = ([start], known, true)
        while let path = waiting.popLast() {
            defer { isKnown = false }
            guard isKnown || stat(path, &status) == 0 else {
                unreadable.append(DICOMFileFate(path: path, reason: Self.linkToNothing))
                continue
            }
            let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
            if let first = seen[identity] {
                skipped.append(DICOMFileFate(path: path, reason: "the same file or folder as \(first)"))
                continue
            }
            seen[identity] = path
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(path)
            case S_IFDIR: waiting += entries(of: path).reversed()
            default: skipped.append(DICOMFileFate(path: path, reason: "neither a file nor a folder"))
            }
        }
    }

    /// Paths of a folder's entries by name, hidden ones set aside.
    private mutating func entries(of folder: String) -> [String] {
        guard let stream = opendir(folder) else {
            let reason = "cannot be opened: \(String(cString: strerror(errno)))"
            unreadable.append(DICOMFileFate(path: folder, reason: reason))
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        var paths: [String] = []
        for name in names.sorted() {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if name.hasPrefix(".") {
                skipped.append(DICOMFileFate(path: path, reason: "hidden (its name begins with a dot)"))
            } else {
                paths.append(path)
            }
        }
        return paths
    }
}
