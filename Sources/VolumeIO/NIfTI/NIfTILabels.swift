import Volumes

/// Label ids out of stored values.
enum NIfTILabels {
    /// The ids that the values are; `refusal` makes the error for a value (scaled) that is none.
    static func ids(
        of voxels: VoxelBuffer, _ scaling: ValueScaling, refusal: (_ index: Int, _ value: Double) -> NIfTIError
    ) throws(NIfTIError) -> [UInt16] {
        if scaling != .identity { return try scaled(voxels, scaling, refusal) }
        switch voxels {
        case .uint8(let v): return v.map { UInt16($0) }
        case .uint16(let v): return v
        case .int8(let v): return try integers(v, refusal)
        case .int16(let v): return try integers(v, refusal)
        case .uint32(let v): return try integers(v, refusal)
        case .int32(let v): return try integers(v, refusal)
        case .uint64(let v): return try integers(v, refusal)
        case .int64(let v): return try integers(v, refusal)
        case .float32(let v): return try reals(v, refusal)
        case .float64(let v): return try reals(v, refusal)
        }
    }

    private static func integers<T: FixedWidthInteger>(
        _ values: [T], _ refusal: (Int, Double) -> NIfTIError
    ) throws(NIfTIError) -> [UInt16] {
        if let n = values.firstIndex(where: { UInt16(exactly: $0) == nil }) { throw refusal(n, Double(values[n])) }
        return values.map { UInt16(truncatingIfNeeded: $0) }
    }

    private static func reals<T: BinaryFloatingPoint>(
        _ values: [T], _ refusal: (Int, Double) -> NIfTIError
    ) throws(NIfTIError) -> [UInt16] {
        if let n = values.firstIndex(where: { UInt16(exactly: $0) == nil }) { throw refusal(n, Double(values[n])) }
        return values.map { UInt16(exactly: $0) ?? 0 }
    }

    /// A slope kept as float32 is off by up to 6e-8 of itself, so that 255 * (1 / 255) is not quite 1.
    private static func scaled(
        _ voxels: VoxelBuffer, _ scaling: ValueScaling, _ refusal: (Int, Double) -> NIfTIError
    ) throws(NIfTIError) -> [UInt16] {
        var ids: [UInt16] = []
        ids.reserveCapacity(voxels.count)
        for n in 0..<voxels.count {
            let value = voxels[n] * scaling.slope + scaling.intercept
            let id = value.rounded()
            guard abs(value - id) <= 1e-6 * max(1, abs(id)), let id = UInt16(exactly: id) else {
                throw refusal(n, value)
            }
            ids.append(id)
        }
        return ids
    }
}

extension VoxelBuffer {
    /// The NIfTI type of the stored values.
    var niftiDatatype: NIfTIDatatype {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        }
    }

    /// Calls `body` with the stored values' bytes, in this machine's byte order.
    func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        switch self {
        case .uint8(let v): try v.withUnsafeBytes(body)
        case .int8(let v): try v.withUnsafeBytes(body)
        case .uint16(let v): try v.withUnsafeBytes(body)
        case .int16(let v): try v.withUnsafeBytes(body)
        case .uint32(let v): try v.withUnsafeBytes(body)
        case .int32(let v): try v.withUnsafeBytes(body)
        case .uint64(let v): try v.withUnsafeBytes(body)
        case .int64(let v): try v.withUnsafeBytes(body)
        case .float32(let v): try v.withUnsafeBytes(body)
        case .float64(let v): try v.withUnsafeBytes(body)
        }
    }
}
