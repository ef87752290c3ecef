import Glibc

/// How the fragments of encapsulated pixel data end in a file. (PS3.5 A.4)
enum DICOMFragments {
    /// The end of the fragments.
    enum Closing: Equatable {
        /// By the delimiter that the standard asks for.
        case delimited
        /// By the file, `end` bytes long but for a piece of the delimiter: all fragments are whole.
        case open(end: Int)
        /// By the file, within a fragment (numbered from 1; 0 is the offset table) of which `bytes` are there.
        case cut(fragment: Int, bytes: Int, needed: Int)
    }

    /// What a person should know of fragments that no delimiter ends.
    static let openNotice =
        "the compressed pixel data ends without its closing delimiter: its fragments are whole and are read"

    /// Looks at a file; nil when it has no fragments or is malformed before them.
    static func closing(_ path: String) -> Closing? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 8 else { return nil }
        let size = Int(status.st_size)
        // Nearly every file ends with the delimiter: then nothing else has to be read.
        var last = [UInt8](repeating: 0, count: 8)
        if pread(descriptor, &last, 8, off_t(size - 8)) == 8, last == [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0] {
            return .delimited
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            return nil
        }
        defer { munmap(start, size) }
        return DICOMNesting.fragmentsEnd(UnsafeRawBufferPointer(start: start, count: size))
    }
}
