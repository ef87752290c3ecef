/// Files that ought to be slices of a series and cannot be: without them a series would look whole.
extension DICOMScan {
    /// Gives what is not there, or holds nothing, to the series among whose files it lies. Links found on the walk
    /// stay among the unreadable where they lie among no series' files; those handed over are then ignored.
    mutating func assign(absent given: [DICOMFileFate]) {
        let folders = series.map { Neighbours($0) }
        var (rest, links, others): ([DICOMFileFate], [DICOMFileFate], [String]) = ([], [], [])
        for fate in given where !give(fate, folders) { rest.append(fate) }
        for fate in unreadable where fate.reason != DICOMFolderScan.linkToNothing || !give(fate, folders) {
            links.append(fate)
        }
        for path in notDICOM {
            if let hole = DICOMHole(path), !folders.isEmpty,
                give(DICOMFileFate(path: path, reason: hole.reason), folders, anyEnding: hole.isDICOM)
            {
                continue
            }
            others.append(path)
        }
        (unreadable, notDICOM) = (links, others)
        ignored += rest
    }

    /// Whether some series has files where this one lies; it then belongs to each of them.
    private mutating func give(_ fate: DICOMFileFate, _ folders: [Neighbours], anyEnding: Bool = false) -> Bool {
        let owners = folders.indices.filter { folders[$0].contains(fate.path, anyEnding: anyEnding) }
        for owner in owners { series[owner].absent.append(fate) }
        return !owners.isEmpty
    }
}

/// Where the files of a series lie, and how they are named.
private struct Neighbours {
    private var endings: [Substring: Set<String>] = [:]

    init(_ series: DICOMSeries) {
        for path in series.files + series.unreadable.map(\.path) {
            endings[Self.folder(path), default: []].insert(Self.ending(path))
        }
    }

    /// Whether a path lies in a folder of these files and, unless any will do, is named with an ending that they have.
    func contains(_ path: String, anyEnding: Bool) -> Bool {
        guard let endings = endings[Self.folder(path)] else { return false }
        return anyEnding || endings.contains(Self.ending(path))
    }

    private static func folder(_ path: String) -> Substring {
        path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }

    /// `dcm`; nothing where there is none, or where the name is a UID or ends in a number.
    fileprivate static func ending(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        let ending = name[name.index(after: dot)...].lowercased()
        return ending.allSatisfy(\.isNumber) ? "" : ending
    }
}

/// A file that is no DICOM as it lies there and would be a slice if it were whole.
private struct DICOMHole {
    let reason: String
    /// Whether it is known to be DICOM, whatever its name.
    let isDICOM: Bool

    /// Nil for files that are something else, or that nothing says is meant to be a slice.
    init?(_ path: String) {
        let kind = FileKind(of: path)
        isDICOM = kind == .compressedDICOM
        switch kind {
        case .compressedDICOM, .empty: break
        case .known(let format) where format.isPointer: break
        case .other where ["dcm", "ima", "dicom"].contains(Neighbours.ending(path)):
            reason = "named like DICOM, but it is not"
            return
        default: return nil
        }
        reason = kind.reasonNotRead ?? ""
    }
}
