/// The one table of transfer syntaxes: what each is called and how its pixels are read.
struct DICOMTransferSyntax: Sendable {
    /// How pixel data is stored.
    enum Coding: Sendable, Equatable {
        /// As plain cells.
        case native
        /// Encapsulated, decoded by DCMTK.
        case rle, jpeg, jpegLossless, jpegLS
        /// Encapsulated, decoded by OpenJPEG.
        case jpeg2000
        /// Plain cells in fragments.
        case encapsulatedNative
        /// Known, but not read.
        case notRead
    }

    var uid: String
    var name: String
    var coding: Coding
    /// Whether values may differ from those that were compressed.
    var isLossy = false

    /// Whether pixel data stands in fragments.
    var isEncapsulated: Bool { coding != .native && coding != .notRead }

    /// The entry of a UID, nil when the UID is not a transfer syntax known here.
    static func find(_ uid: String) -> DICOMTransferSyntax? { table[uid] }

    private static let table: [String: DICOMTransferSyntax] = {
        let root = "1.2.840.10008.1.2"
        let rows: [(String, String, Coding)] = [
            ("", "implicit little endian", .native),
            (".1", "explicit little endian", .native),
            (".1.99", "deflated explicit little endian", .native),
            (".2", "explicit big endian", .native),
            (".5", "RLE", .rle),
            (".4.57", "JPEG lossless", .jpegLossless),
            (".4.70", "JPEG lossless, first-order prediction", .jpegLossless),
            (".4.80", "JPEG-LS lossless", .jpegLS),
            (".1.98", "encapsulated uncompressed", .encapsulatedNative),
            (".4.50", "JPEG baseline", .jpeg),
            (".4.51", "JPEG extended", .jpeg),
            (".4.81", "JPEG-LS near-lossless", .jpegLS),
            (".4.90", "JPEG 2000 lossless", .jpeg2000),
            (".4.91", "JPEG 2000", .jpeg2000),
            (".4.92", "JPEG 2000 multi-component lossless", .notRead),
            (".4.93", "JPEG 2000 multi-component", .notRead),
            (".4.94", "JPIP", .notRead),
            (".4.95", "JPIP deflated", .notRead),
            (".4.100", "MPEG-2 video", .notRead),
            (".4.101", "MPEG-2 video", .notRead),
            (".4.102", "MPEG-4 video", .notRead),
            (".4.103", "MPEG-4 video", .notRead),
            (".4.104", "MPEG-4 video", .notRead),
            (".4.105", "MPEG-4 video", .notRead),
            (".4.106", "MPEG-4 video", .notRead),
            (".4.107", "HEVC video", .notRead),
            (".4.108", "HEVC video", .notRead),
            (".4.110", "JPEG XL lossless", .notRead),
            (".4.111", "JPEG XL recompressed JPEG", .notRead),
            (".4.112", "JPEG XL", .notRead),
            (".4.201", "HTJ2K lossless", .notRead),
            (".4.202", "HTJ2K lossless, RPCL", .notRead),
            (".4.203", "HTJ2K", .notRead),
            (".4.204", "JPIP HTJ2K", .notRead),
            (".4.205", "JPIP HTJ2K deflated", .notRead),
        ]
        let lossy: Set = [".4.50", ".4.51", ".4.81", ".4.91"]
        var table: [String: DICOMTransferSyntax] = [:]
        for (suffix, name, coding) in rows {
            table[root + suffix] = DICOMTransferSyntax(
                uid: root + suffix, name: name, coding: coding, isLossy: lossy.contains(suffix))
        }
        return table
    }()
}
