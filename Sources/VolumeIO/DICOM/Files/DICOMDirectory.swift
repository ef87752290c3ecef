import Glibc

/// A DICOMDIR: the index of a disc. (PS3.10 8, PS3.3 F)
///
/// Names that lead out of the disc's folder are never followed.
struct DICOMDirectory {
    /// The index itself.
    let path: String
    /// The files that it lists and that are there.
    private(set) var files: [String] = []
    /// What is wrong with the list, as a sentence; nil when all of it is there.
    private(set) var fault: String?

    /// Whether a file has the name of an index and is DICOM.
    static func isIndex(_ path: String) -> Bool {
        path.utf8.last.map { [0x52, 0x72].contains($0) } == true
            && path.split(separator: "/").last?.uppercased() == "DICOMDIR" && DICOMFileProbe.look(at: path) == .dicom
    }

    /// The folder of the disc, with a slash at its end; "" for the working folder.
    var folder: String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map { $0 + "/" }.joined()
    }

    /// Reads an index. Throws `DICOMError` when it cannot be read.
    init(_ path: String) throws {
        self.path = path
        let file = try DCMTKFile(path, .header)
        let listed = file.items(DICOMTag(0x0004, 0x1220)).compactMap { $0.text(DICOMTag(0x0004, 0x1500)) }
        var (missing, outside): ([String], [String]) = ([], [])
        for name in listed {
            guard let below = Self.relative(name) else {
                outside.append(Self.shown(name))
                continue
            }
            let candidates = [below, below.lowercased()].map { folder + $0 }
            if let found = candidates.first(where: { access($0, F_OK) == 0 }) {
                files.append(found)
            } else {
                missing.append(Self.shown(below))
            }
        }
        let faults = [
            missing.first.map { "\(missing.count) of \(listed.count) files that are not there, first \($0)" },
            outside.first.map { "\(outside.count) of \(listed.count) files outside its folder, first \($0)" },
        ].compactMap { $0 }
        fault = faults.isEmpty ? nil : "lists " + faults.joined(separator: ", and ")
    }

    /// A listed name as a path below the folder; nil when it is none. A component is a name of its own: one that holds a
    /// separator, or goes up, leads anywhere.
    private static func relative(_ name: String) -> String? {
        let parts = name.split(separator: "\\", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        let isName = parts.allSatisfy { part in
            !["", ".", ".."].contains(part) && part.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "/" }
        }
        return isName ? parts.joined(separator: "/") : nil
    }

    /// A name that can be shown: of a file's letters only plain ones.
    private static func shown(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }))
    }
}

/// The files to read at some paths, and what indexes of discs among them say.
struct DICOMDirectories {
    /// Paths to walk.
    private(set) var paths: [String] = []
    /// Indexes that list what is not there, with the reason: the walk leaves them out.
    private(set) var faulty: [DICOMFileFate] = []
    /// The same where a folder was walked that holds the index: what is there is read, and this is told.
    private var incomplete: [DICOMDirectory] = []

    /// Follows the indexes among `paths`. Where other paths lie in an index's folder too, the folder was walked: then
    /// they are what was asked for, and the index is only held against them.
    init(_ all: [String]) {
        for path in all {
            // An index that cannot be read is a broken file like any other.
            guard DICOMDirectory.isIndex(path), let index = try? DICOMDirectory(path) else {
                paths.append(path)
                continue
            }
            if all.contains(where: { $0 != path && $0.hasPrefix(index.folder) && !index.folder.isEmpty }) {
                hold(index)
                if index.fault == nil { paths.append(path) }
            } else if let fault = index.fault {
                let reason =
                    "\(fault) (copy the disc again; what is there is read with --keep-going, or where the folder of the "
                    + "DICOMDIR is named)"
                faulty.append(DICOMFileFate(path: path, reason: reason))
                paths += index.files
            } else {
                paths += [path] + index.files
            }
        }
    }

    private mutating func hold(_ index: DICOMDirectory) {
        if index.fault != nil { incomplete.append(index) }
    }

    /// Holds the indexes that lie in folders among `paths` against the files walked. Returns the files to read.
    mutating func hold(_ walked: [String]) -> [String] {
        let named = Set(paths)
        return walked.filter { path in
            guard !named.contains(path), DICOMDirectory.isIndex(path), let index = try? DICOMDirectory(path) else {
                return true
            }
            hold(index)
            return index.fault == nil
        }
    }

    /// Indexes in folders that were walked, with what they list and is not there.
    var told: [DICOMFileFate] {
        incomplete.map { index in
            DICOMFileFate(
                path: index.path, reason: "DICOMDIR: an index of files, no image; it \(index.fault ?? "")")
        }
    }

    /// What a person should know of a series whose files these are.
    func notices(for files: [String]) -> [String] {
        incomplete.filter { index in files.contains { $0.hasPrefix(index.folder) } }.map { index in
            "the DICOMDIR beside it \(index.fault ?? ""): slices may be missing"
        }
    }
}
