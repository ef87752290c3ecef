/// What a file is, told by its first bytes and never by its name.
public enum FileKind: Sendable, Hashable {
    /// Begins with a NIfTI header, compressed or not. `isPair`: the voxels lie in an `.img` file.
    case nifti(isPair: Bool)
    /// Begins with the header of another format that is read.
    case volume(VolumeFormat)
    /// DICOM that is read.
    case dicom
    /// DICOM in gzip, which DCMTK does not read.
    case compressedDICOM
    /// An ANALYZE 7.5 header.
    case analyze
    /// A format that is known and not read.
    case known(KnownFormat)
    /// Nothing in it.
    case empty
    /// None of these.
    case other
    /// It cannot be opened or read.
    case unreadable(reason: String)

    /// Looks at a file; of one that is gzip at what it holds.
    public init(of path: String) {
        do throws(VolumeFileError) {
            let file = try InputFile(path)
            let plain = try file.bytes(at: 0, count: KnownFormat.firstBytes)
            guard plain.starts(with: [0x1F, 0x8B]) else {
                self = Self.kind(of: plain, fileSize: file.size, isCompressed: false)
                return
            }
            // A file cut off, or not gzip after all, is left to those that read it: its name says to whom.
            let content = try? ContentStream(path).bytesUpTo(KnownFormat.firstBytes)
            self = content.map { Self.kind(of: $0, fileSize: .max, isCompressed: true) } ?? .other
        } catch {
            self = .unreadable(reason: error.reason)
        }
    }

    private static func kind(of bytes: [UInt8], fileSize: Int, isCompressed: Bool) -> FileKind {
        if bytes.isEmpty { return isCompressed ? .other : .empty }
        if let kind = niftiKind(of: bytes) { return kind }
        if DICOMFileProbe.isDICOM(bytes, fileSize: fileSize) { return isCompressed ? .compressedDICOM : .dicom }
        if let format = VolumeFormat.of(bytes: bytes) { return .volume(format) }
        return KnownFormat.of(bytes: bytes).map { .known($0) } ?? .other
    }

    /// The two numbers that begin a header and its magic; nil when they are none.
    static func niftiKind(of bytes: [UInt8]) -> FileKind? {
        for layout in [NIfTIHeaderLayout.nifti1, .nifti2] where bytes.count >= layout.size {
            let isOfSize = [false, true].contains {
                HeaderBytes(bytes: bytes, isBigEndian: $0).integer(at: 0, width: 4) == layout.size
            }
            guard isOfSize else { continue }
            let magic = bytes[layout.magic..<layout.magic + 3]
            let version = UInt8(ascii: "0") + UInt8(layout.version)
            if magic.elementsEqual([UInt8(ascii: "n"), UInt8(ascii: "+"), version]) { return .nifti(isPair: false) }
            if magic.elementsEqual([UInt8(ascii: "n"), UInt8(ascii: "i"), version]) { return .nifti(isPair: true) }
            if layout.version == 1, magic.first == 0 { return .analyze }
        }
        return nil
    }

    /// Why a file of this kind is no image that is read, with the way out; nil for those that are.
    public var reasonNotRead: String? {
        switch self {
        case .nifti, .volume, .dicom: nil
        case .compressedDICOM: "DICOM compressed with gzip is not read: unpack it with 'gunzip'"
        case .analyze:
            "ANALYZE 7.5 is not read: it does not say which side is left; convert it to NIfTI with the orientation stated"
        case .known(let format): format.reason
        case .empty: "an empty file"
        case .other: "not an image of a format that is read"
        case .unreadable(let reason): reason
        }
    }
}
