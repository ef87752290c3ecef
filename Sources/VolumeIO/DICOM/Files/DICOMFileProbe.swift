import Glibc

/// A cheap look at a file's first bytes, so that DCMTK is only asked about what is DICOM: it would take much else for
/// an implicit little endian data set.
enum DICOMFileProbe {
    /// What the first bytes say.
    enum Verdict: Equatable {
        case dicom, notDICOM
        /// The file cannot be opened or read.
        case unreadable(reason: String)
    }

    /// Looks at a regular file.
    static func look(at path: String) -> Verdict {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .unreadable(reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            return .unreadable(reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { return .unreadable(reason: "cannot be read: \(String(cString: strerror(errno)))") }
        return isDICOM(Array(bytes.prefix(count)), fileSize: Int(status.st_size)) ? .dicom : .notDICOM
    }

    /// Whether a file starting with these bytes is DICOM: by the `DICM` mark, or as a data set without one whose
    /// first elements are well formed.
    static func isDICOM(_ bytes: [UInt8], fileSize: Int) -> Bool {
        if bytes.count >= 132, bytes[128..<132].elementsEqual("DICM".utf8) { return true }
        return [false, true].contains { bigEndian in
            [true, false].contains { explicit in
                isDataSet(bytes, fileSize: fileSize, bigEndian: bigEndian, explicit: explicit)
            }
        }
    }

    /// Walks the first elements of a bare data set: at least three must follow each other, tags rising, beginning in
    /// the meta or identifying group, and (implicit) with the lengths such elements have.
    private static func isDataSet(_ bytes: [UInt8], fileSize: Int, bigEndian: Bool, explicit: Bool) -> Bool {
        func number(_ at: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * (bigEndian ? size - 1 - $1 : $1)) }
        }
        if bigEndian && !explicit { return false }
        var (at, last, seen) = (0, -1, 0)
        while seen < 4, at + 12 <= bytes.count {
            let group = number(at, 2)
            let tag = group << 16 | number(at + 2, 2)
            if seen == 0 && !(group == 2 || group == 8) || tag <= last { return false }
            var (length, header) = (number(at + 4, 4), 8)
            if explicit {
                guard let long = hasLongHeader(bytes[at + 4], bytes[at + 5]) else { return false }
                (length, header) = long ? (number(at + 8, 4), 12) : (number(at + 6, 2), 8)
            }
            if length == 0xFFFF_FFFF { return seen >= 1 }
            if length % 2 != 0 || at + header + length > fileSize { return false }
            (at, last, seen) = (at + header + length, tag, seen + 1)
        }
        return seen >= 3
    }

    /// Whether the explicit header of a value representation has a 32-bit length; nil when the letters are none.
    static func hasLongHeader(_ first: UInt8, _ second: UInt8) -> Bool? {
        DICOMRepresentation.hasLongHeader(UInt16(first) << 8 | UInt16(second))
    }
}
