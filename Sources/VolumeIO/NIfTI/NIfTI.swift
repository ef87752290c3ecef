import Volumes

/// NIfTI-1 and -2 files.
public enum NIfTI {
    /// What a header says.
    public struct Info: Sendable {
        /// 1 or 2.
        public var version: Int
        /// All dimensions, 1 to 7 of them.
        public var dimensions: [Int]
        /// E.g. `int16`.
        public var datatype: String
        /// The grid of one 3-D volume.
        public var geometry: Geometry
        /// Value scaling.
        public var scaling: ValueScaling
        /// What a person should know.
        public var notices: [String]
    }

    /// Whether a file name ends as a NIfTI file does (`.nii`, `.nii.gz`, `.hdr`/`.img`, in any case).
    public static func hasNIfTIName(_ path: String) -> Bool { fatalError() }
    /// Reads and judges the header alone.
    public static func info(_ path: String) throws -> Info { fatalError() }
    /// Reads one 3-D volume; of a 4-D file the given index, or 0 with a notice.
    public static func readVolume(_ path: String, volumeIndex: Int? = nil) throws -> Volume { fatalError() }
    /// Reads a label map; refuses values that are no label ids.
    public static func readLabels(_ path: String) throws -> LabelVolume { fatalError() }
    /// Writes a volume with its stored type and scaling. `.nii.gz` compresses.
    public static func write(_ volume: Volume, to path: String) throws { fatalError() }
    /// Writes a label map, uint8 or uint16 above 255, with the source's geometry fields bit for bit.
    public static func write(_ labels: LabelVolume, to path: String) throws { fatalError() }
}
