/// Voxel values as stored, i fastest. The kinds are the real numeric types of NIfTI and DICOM.
public enum VoxelBuffer: Sendable, Equatable {
    // One case per stored type; the name is the type.
    case uint8([UInt8]), int8([Int8]), uint16([UInt16]), int16([Int16]), uint32([UInt32]), int32([Int32])
    case uint64([UInt64]), int64([Int64]), float32([Float]), float64([Double])
}

/// What every voxel value is multiplied by and what is then added: `value = stored * slope + intercept`.
public struct ValueScaling: Sendable, Hashable {
    /// Factor and addend.
    public var slope, intercept: Double

    /// Makes a scaling.
    public init(slope: Double, intercept: Double) { (self.slope, self.intercept) = (slope, intercept) }

    /// Whether factor and addend are numbers that a value in float32 can come from.
    public var isPlausible: Bool {
        abs(slope) >= 1e-30 && abs(slope) <= 1e30 && abs(intercept) <= 1e30
    }

    /// Stored values are the values.
    public static let identity = ValueScaling(slope: 1, intercept: 0)
}

/// The DICOM image a native slice came from.
public struct SliceOrigin: Sendable, Hashable {
    /// (0008,0018).
    public var sopInstanceUID: String
    /// Frame within the instance, from 1.
    public var frame: Int

    /// Makes an origin.
    public init(sopInstanceUID: String, frame: Int = 1) { (self.sopInstanceUID, self.frame) = (sopInstanceUID, frame) }
}

/// A 3-D image with its geometry.
public struct Volume: Sendable {
    /// The grid.
    public var geometry: Geometry
    /// The stored values, `geometry.shape.count` of them.
    public var voxels: VoxelBuffer
    /// From stored value to value (HU for CT).
    public var scaling: ValueScaling
    /// DICOM modality code (`CT`, `MR`, `PT`) where the source says it.
    public var modality: String?
    /// Stored values that stand for "no measurement" (DICOM's padding), to be left out of any statistics.
    public var padding: ClosedRange<Double>?
    /// For each native slice k the DICOM image it came from; empty for other sources.
    public var origins: [SliceOrigin]
    /// Things the reader decided that a person should know, one sentence each. They name no patient.
    public var notices: [String]

    /// Makes a volume. The number of voxels must be the shape's.
    public init(
        geometry: Geometry, voxels: VoxelBuffer, scaling: ValueScaling = .identity, modality: String? = nil,
        padding: ClosedRange<Double>? = nil, origins: [SliceOrigin] = [], notices: [String] = []
    ) {
        precondition(voxels.count == geometry.shape.count, "\(voxels.count) voxels for a grid of \(geometry.shape)")
        (self.geometry, self.voxels, self.scaling, self.modality) = (geometry, voxels, scaling, modality)
        (self.padding, self.origins, self.notices) = (padding, origins, notices)
    }
}

/// One slice of values, row after row.
public struct Slice: Sendable, Equatable {
    /// Rows and columns.
    public var rows, columns: Int
    /// `rows * columns` values, columns fastest.
    public var values: [Float]
    /// Distance in mm between rows and between columns.
    public var rowSpacing, columnSpacing: Double

    /// Makes a slice.
    public init(rows: Int, columns: Int, values: [Float], rowSpacing: Double = 1, columnSpacing: Double = 1) {
        precondition(values.count == rows * columns, "\(values.count) values for \(rows)x\(columns)")
        (self.rows, self.columns, self.values) = (rows, columns, values)
        (self.rowSpacing, self.columnSpacing) = (rowSpacing, columnSpacing)
    }
}

extension Volume {
    /// Slice `index` of a layout made from this volume's geometry, as scaled values.
    /// Padding voxels become `paddingValue` when one is given.
    public func slice(_ index: Int, in layout: SliceLayout, paddingValue: Float? = nil) -> Slice {
        var values = voxels.gather(index, layout)
        let padded = paddingValue.flatMap { value in padding.map { (value, $0) } }
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        for n in values.indices {
            let stored = Double(values[n])
            if let (value, range) = padded, range.contains(stored) {
                values[n] = value
            } else if scaling != .identity {
                values[n] = Float(stored * slope + intercept)
            }
        }
        return Slice(
            rows: layout.rows, columns: layout.columns, values: values, rowSpacing: layout.rowSpacing,
            columnSpacing: layout.columnSpacing)
    }
}
