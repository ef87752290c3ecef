import Volumes

/// Label ids out of stored values.
enum LabelIDs {
    /// The ids that the values of a file's volume are.
    ///
    /// - Throws: `VolumeFileError.notALabel` with the first value (scaled) that is none, and its voxel.
    static func of(
        _ voxels: VoxelBuffer, _ scaling: ValueScaling, path: String, shape: Shape
    ) throws(VolumeFileError) -> [UInt16] {
        try ids(of: voxels, scaling) { index, value in
            .notALabel(
                path: path, value: value,
                voxel: [index % shape.i, index / shape.i % shape.j, index / (shape.i * shape.j)])
        }
    }

    private static func ids(
        of voxels: VoxelBuffer, _ scaling: ValueScaling, _ refusal: (_ index: Int, _ value: Double) -> VolumeFileError
    ) throws(VolumeFileError) -> [UInt16] {
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
        _ values: [T], _ refusal: (Int, Double) -> VolumeFileError
    ) throws(VolumeFileError) -> [UInt16] {
        if let n = values.firstIndex(where: { UInt16(exactly: $0) == nil }) { throw refusal(n, Double(values[n])) }
        return values.map { UInt16(truncatingIfNeeded: $0) }
    }

    private static func reals<T: BinaryFloatingPoint>(
        _ values: [T], _ refusal: (Int, Double) -> VolumeFileError
    ) throws(VolumeFileError) -> [UInt16] {
        if let n = values.firstIndex(where: { UInt16(exactly: $0) == nil }) { throw refusal(n, Double(values[n])) }
        return values.map { UInt16(exactly: $0) ?? 0 }
    }

    /// A slope kept as float32 is off by up to 6e-8 of itself, so that 255 * (1 / 255) is not quite 1.
    private static func scaled(
        _ voxels: VoxelBuffer, _ scaling: ValueScaling, _ refusal: (Int, Double) -> VolumeFileError
    ) throws(VolumeFileError) -> [UInt16] {
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
