/// The kinds of voxel that can be read: the real types of NIfTI, with their codes.
enum VoxelType: Int {
    case uint8 = 2
    case int16 = 4
    case int32 = 8
    case float32 = 16
    case float64 = 64
    case int8 = 256
    case uint16 = 512
    case uint32 = 768
    case int64 = 1024
    case uint64 = 1280

    /// Bytes of one voxel.
    var width: Int {
        switch self {
        case .uint8, .int8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// The type's name, as `VoxelBuffer.typeName` has it.
    var name: String { String(describing: self) }

    /// The code's type, or the refusal that names it.
    init(code: Int, path: String) throws(VolumeFileError) {
        if let known = Self(rawValue: code) {
            self = known
            return
        }
        let colour = "convert the colours to one grey channel"
        let complex = "write magnitude or phase to a file of its own"
        let refused: [Int: (name: String, wayOut: String)] = [
            1: ("binary (1 bit)", "convert to uint8"),
            32: ("complex64", complex), 1792: ("complex128", complex), 2048: ("complex256", complex),
            128: ("rgb24", colour), 2304: ("rgba32", colour),
            1536: ("float128", "convert to float64"),
        ]
        if let type = refused[code] {
            throw .unsupportedDatatype(path: path, name: type.name, code: code, wayOut: type.wayOut)
        }
        throw .badField(
            path: path, field: "datatype", value: "\(code)", expected: "a datatype code of the NIfTI standard")
    }
}
