import Glibc

/// A DICOMDIR: the index of a disc. (PS3.10 8, PS3.3 F)
enum DICOMDirectory {
    /// The files that a DICOMDIR lists, below its folder, and the DICOMDIR itself; any other path as it is. Throws when a
    /// listed file is missing: a series without it would look whole.
    static func paths(of path: String) throws -> [String] {
        guard path.split(separator: "/").last?.uppercased() == "DICOMDIR", DICOMFileProbe.look(at: path) == .dicom
        else {
            return [path]
        }
        let file = try DCMTKFile(path, .header)
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let listed = file.items(DICOMTag(0x0004, 0x1220)).compactMap { $0.text(DICOMTag(0x0004, 0x1500)) }
        var missing: [String] = []
        let files = listed.compactMap { name -> String? in
            let relative = name.split(separator: "\\").map { $0.filter { $0 != " " } }
            // No listed name may lead out of the folder.
            guard !relative.isEmpty, !relative.contains("..") else { return nil }
            let below = relative.joined(separator: "/")
            let candidates = [below, below.lowercased()].map { folder.isEmpty ? $0 : folder + "/" + $0 }
            if let found = candidates.first(where: { access($0, F_OK) == 0 }) { return found }
            missing.append(below)
            return nil
        }
        guard missing.isEmpty else {
            throw DICOMError.file(
                path: path,
                reason:
                    "lists \(missing.count) of \(listed.count) files that are not there, first \(missing[0]) (copy the "
                    + "disc again, or name its folder instead)")
        }
        return [path] + files
    }
}
