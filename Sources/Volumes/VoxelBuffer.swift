extension VoxelBuffer {
    /// Number of voxels.
    public var count: Int {
        switch self {
        case .uint8(let v): v.count
        case .int8(let v): v.count
        case .uint16(let v): v.count
        case .int16(let v): v.count
        case .uint32(let v): v.count
        case .int32(let v): v.count
        case .uint64(let v): v.count
        case .int64(let v): v.count
        case .float32(let v): v.count
        case .float64(let v): v.count
        }
    }

    /// Bytes of a stored value.
    public var bytesPerVoxel: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// The stored type's name: `uint8`, `int16`, `float32`, ...
    public var typeName: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16: "uint16"
        case .int16: "int16"
        case .uint32: "uint32"
        case .int32: "int32"
        case .uint64: "uint64"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        }
    }

    /// Stored value of one voxel. For loops over many voxels use slices.
    public subscript(index: Int) -> Double {
        switch self {
        case .uint8(let v): Double(v[index])
        case .int8(let v): Double(v[index])
        case .uint16(let v): Double(v[index])
        case .int16(let v): Double(v[index])
        case .uint32(let v): Double(v[index])
        case .int32(let v): Double(v[index])
        case .uint64(let v): Double(v[index])
        case .int64(let v): Double(v[index])
        case .float32(let v): Double(v[index])
        case .float64(let v): v[index]
        }
    }

    /// The stored values of one slice as float32, columns fastest.
    func gather(_ slice: Int, _ layout: SliceLayout) -> [Float] {
        switch self {
        case .uint8(let v): gatherRows(v, slice, layout) { Float($0) }
        case .int8(let v): gatherRows(v, slice, layout) { Float($0) }
        case .uint16(let v): gatherRows(v, slice, layout) { Float($0) }
        case .int16(let v): gatherRows(v, slice, layout) { Float($0) }
        case .uint32(let v): gatherRows(v, slice, layout) { Float($0) }
        case .int32(let v): gatherRows(v, slice, layout) { Float($0) }
        case .uint64(let v): gatherRows(v, slice, layout) { Float($0) }
        case .int64(let v): gatherRows(v, slice, layout) { Float($0) }
        case .float32(let v): gatherRows(v, slice, layout) { $0 }
        case .float64(let v): gatherRows(v, slice, layout) { Float($0) }
        }
    }
}

@inline(__always)
func gatherRows<Element, Value>(
    _ voxels: [Element], _ slice: Int, _ layout: SliceLayout, from start: Int = 0, _ value: (Element) -> Value
) -> [Value] {
    voxels.withUnsafeBufferPointer { voxels in
        [Value](unsafeUninitializedCapacity: layout.rows * layout.columns) { out, count in
            for row in 0..<layout.rows {
                var from = start + layout.start(slice: slice, row: row)
                for column in 0..<layout.columns {
                    out.initializeElement(at: row * layout.columns + column, to: value(voxels[from]))
                    from += layout.columnStride
                }
            }
            count = layout.rows * layout.columns
        }
    }
}

extension VoxelBuffer: CustomStringConvertible {
    /// The type and how many there are: `int16 x 240`. Values would fill a log.
    public var description: String { "\(typeName) x \(count)" }
}
