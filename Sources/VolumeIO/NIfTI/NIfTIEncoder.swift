import CNifti2
import Platform
import Volumes

/// Makes NIfTI files of grids and voxels.
struct NIfTIEncoder {
    /// The kind of file a name asks for.
    enum Format {
        case plain, compressed

        /// `.nii` or `.nii.gz`, in any case.
        init(path: String) throws(VolumeFileError) {
            guard let name = VolumeFileName(path), name.isWholeNIfTI else { throw .unknownSuffix(path: path) }
            self = name.isCompressed ? .compressed : .plain
        }
    }

    /// The grid.
    let geometry: Geometry
    /// The stored type.
    let datatype: VoxelType
    /// Values of a voxel: 3 for colour (RGB24 of uint8).
    var samples = 1
    /// From stored values to values.
    var scaling = ValueScaling.identity
    /// What the values mean: 0, or `NIFTI_INTENT_LABEL`.
    var intentCode = NIFTI_INTENT_NONE
    /// Volumes on the grid.
    var volumes = 1
    /// Seconds from volume to volume, where they follow each other in even time.
    var interval: Double?
    /// libdeflate's level, 1 to 9; nil takes the usual one.
    var compression: Int?

    /// The header and the four bytes after it that say there are no extensions, in this machine's byte order.
    func header(path: String) throws(VolumeFileError) -> [UInt8] {
        let fields = geometryFields()
        let layout = fields.version == 2 ? NIfTIHeaderLayout.nifti2 : .nifti1
        var header = HeaderBytes(
            bytes: Array(repeating: 0, count: layout.firstVoxelOffset), isBigEndian: ByteOrder.hostIsBigEndian)
        header.set(layout.size, at: 0, width: 4)
        header.bytes.replaceSubrange(layout.magic..<layout.magic + layout.magicBytes.count, with: layout.magicBytes)
        let shape = geometry.shape
        for (n, length) in [volumes == 1 ? 3 : 4, shape.i, shape.j, shape.k, volumes, 1, 1, 1].enumerated() {
            header.set(length, at: layout.dim + n * layout.dimensionWidth, width: layout.dimensionWidth)
        }
        header.set(samples == 3 ? Int(NIFTI_TYPE_RGB24) : datatype.rawValue, at: layout.datatype, width: 2)
        header.set(8 * datatype.width * samples, at: layout.bitpix, width: 2)
        if layout.version == 1 {
            header.set(Double(layout.firstVoxelOffset), at: layout.voxelOffset, width: 4)
        } else {
            header.set(layout.firstVoxelOffset, at: layout.voxelOffset, width: 8)
        }
        header.set(Int(intentCode), at: layout.intentCode, width: layout.intentWidth)
        header.bytes.replaceSubrange(
            layout.description..<layout.description + 80, with: SafeText.niftiField("tomos", size: 80))
        try setScaling(&header, layout, path)
        Self.set(fields, in: &header, layout)
        if let interval, volumes > 1 {
            header.set(interval, at: layout.pixdim + 4 * layout.realWidth, width: layout.realWidth)
            // Whatever unit of time the source had.
            header.set(
                Int(fields.xyztUnits & 7 | NIFTI_UNITS_SEC), at: layout.units, width: layout.unitsWidth)
        }
        return header.bytes
    }

    /// The source's fields where they still state this grid's affine, else fields made from the affine, to the space
    /// that the source's named. A NIfTI-1 header cannot hold more than 32767 voxels along an axis.
    private func geometryFields() -> NIfTIGeometry {
        let shape = geometry.shape
        let version = max(shape.i, shape.j, shape.k, volumes) > Int(Int16.max) ? 2 : geometry.nifti?.version ?? 1
        if var fields = geometry.nifti,
            let (affine, _) = try? NIfTIAffine.decode(fields, shape: shape, path: ""),
            Geometry(shape: shape, affine: affine).matches(geometry, tolerance: 1e-4)
        {
            fields.version = version
            return fields
        }
        let codes = geometry.nifti.map { [$0.sformCode, $0.qformCode] } ?? []
        return NIfTIAffine.encode(
            geometry.affine, version: version, space: codes.first { $0 > 0 } ?? NIFTI_XFORM_SCANNER_ANAT)
    }

    private func setScaling(
        _ header: inout HeaderBytes, _ layout: NIfTIHeaderLayout, _ path: String
    ) throws(VolumeFileError) {
        header.set(scaling.slope, at: layout.slope, width: layout.realWidth)
        header.set(scaling.intercept, at: layout.intercept, width: layout.realWidth)
        let slope = header.real(at: layout.slope, width: layout.realWidth)
        let intercept = header.real(at: layout.intercept, width: layout.realWidth)
        // A slope of 0 would be read as "no scaling".
        guard slope != 0, slope.isFinite, intercept.isFinite else {
            throw .cannotStore(
                path: path,
                what: "slope \(scaling.slope) and intercept \(scaling.intercept) are no scaling a header can state")
        }
    }

    private static func set(_ fields: NIfTIGeometry, in header: inout HeaderBytes, _ layout: NIfTIHeaderLayout) {
        let width = layout.realWidth
        func list(_ v: SIMD4<Double>) -> [Double] { [v[0], v[1], v[2], v[3]] }
        func list(_ v: Vec3) -> [Double] { [v.x, v.y, v.z] }
        header.set(Int(fields.qformCode), at: layout.qformCode, width: layout.codeWidth)
        header.set(Int(fields.sformCode), at: layout.sformCode, width: layout.codeWidth)
        header.set(list(fields.pixdim), at: layout.pixdim, width: width)
        header.set(list(fields.quaternion), at: layout.quaternion, width: width)
        header.set(list(fields.offset), at: layout.offset, width: width)
        header.set(list(fields.srowX) + list(fields.srowY) + list(fields.srowZ), at: layout.rows, width: width)
        header.set(Int(fields.xyztUnits), at: layout.units, width: layout.unitsWidth)
    }

    /// Writes the file whole or not at all. `voxels` are in this machine's byte order; no copy of them is made.
    func write(_ voxels: UnsafeRawBufferPointer, to path: String) throws {
        let format = try Format(path: path)
        let header = try header(path: path)
        try AtomicFile.write(to: path) { output in
            switch format {
            case .plain:
                try header.withUnsafeBytes { try output.append($0) }
                try output.append(voxels)
            case .compressed: try GzipWriter(path: path, level: compressionLevel).append(header, voxels, to: output)
            }
        }
    }

    /// Label maps are small and quickly compressed, so they get zlib's size. Of images the bits are mostly noise:
    /// level 3 makes files about as large as zlib's level 6 does (`make bench` prints by how much), and far sooner.
    private var compressionLevel: Int32 {
        compression.map { Int32(min(max($0, 1), 9)) } ?? (intentCode == NIFTI_INTENT_LABEL ? 6 : 3)
    }
}
