import Volumes

/// What a header says, judged: every value here has been found possible.
///
/// Extensions lie between the header and the voxels. They are passed over unread, whatever their sizes claim, and never
/// copied to what is written: they may hold a whole DICOM header, the patient's name included.
struct NIfTIHeader {
    /// Size of the header by version, and where its fields lie.
    let layout: NIfTIHeaderLayout
    /// Byte order of header and voxels.
    let isBigEndian: Bool
    /// Whether the voxels lie in a second file (`.img`).
    let isPair: Bool
    /// 1 to 7 dimensions, each at least 1.
    let dimensions: [Int]
    /// Type of the voxels.
    let datatype: VoxelType
    /// Where the voxels start, in bytes from the start of the (inflated) file that holds them.
    let voxelOffset: Int
    /// Bytes of all voxels of all volumes.
    let voxelBytes: Int
    /// From stored values to values.
    let scaling: ValueScaling
    /// Seconds from volume to volume, where the header states them.
    let interval: Double?
    /// The geometry fields, verbatim.
    let geometry: NIfTIGeometry
    /// What a person should know.
    var notices: [String] = []

    /// The grid of one volume: axes the file does not have are one voxel long.
    var shape: Shape {
        func length(_ axis: Int) -> Int { axis < dimensions.count ? dimensions[axis] : 1 }
        return Shape(length(0), length(1), length(2))
    }

    /// 3-D volumes in the file.
    var volumeCount: Int { dimensions.dropFirst(3).reduce(1, *) }

    /// Bytes of the file that holds the voxels, up to the last voxel.
    var dataEnd: Int { voxelOffset + voxelBytes }

    /// Judges the first bytes of a (inflated) file: 352 of NIfTI-1, 544 of NIfTI-2, the last four of which a pair may
    /// lack.
    init(judging bytes: [UInt8], path: String) throws(VolumeFileError) {
        let (layout, isBigEndian) = try Self.recognise(bytes, path)
        let header = HeaderBytes(bytes: bytes, isBigEndian: isBigEndian)
        (self.layout, self.isBigEndian) = (layout, isBigEndian)
        isPair = try Self.judgeMagic(bytes, layout, path)
        dimensions = try Self.judgeDimensions(header, layout, path)
        datatype = try VoxelType(code: header.integer(at: layout.datatype, width: 2), path: path)
        let bitpix = header.integer(at: layout.bitpix, width: 2)
        guard bitpix == 8 * datatype.width else {
            throw .badField(
                path: path, field: "bitpix", value: "\(bitpix)", expected: "\(8 * datatype.width) for \(datatype.name)")
        }
        voxelOffset = try Self.judgeVoxelOffset(header, layout, isPair: isPair, path)
        voxelBytes = try Self.multiply(dimensions, datatype.width, voxelOffset, path)
        (scaling, notices) = Self.scaling(header, layout)
        interval = Self.interval(header, layout)
        geometry = Self.geometry(header, layout)
    }

    private static func recognise(_ bytes: [UInt8], _ path: String) throws(VolumeFileError) -> (NIfTIHeaderLayout, Bool)
    {
        guard bytes.count >= 4 else { throw .tooShort(path: path, bytes: bytes.count) }
        if bytes.starts(with: "<nifti_image".utf8) {
            throw .unsupportedFormat(
                path: path, format: "ASCII NIfTI (.nia)", wayOut: "convert to .nii.gz, for example with nifti_tool")
        }
        for layout in [NIfTIHeaderLayout.nifti1, .nifti2] {
            for isBigEndian in [false, true] {
                let header = HeaderBytes(bytes: bytes, isBigEndian: isBigEndian)
                guard header.integer(at: 0, width: 4) == layout.size else { continue }
                guard bytes.count >= layout.size else { throw .tooShort(path: path, bytes: bytes.count) }
                return (layout, isBigEndian)
            }
        }
        if DICOMFileProbe.isDICOM(bytes, fileSize: .max) {
            throw .unsupportedFormat(
                path: path, format: "DICOM where NIfTI is expected",
                wayOut: "convert its series: tomos convert -i FOLDER -o image.nii.gz")
        }
        if let format = KnownFormat.of(bytes: bytes) {
            throw .unsupportedFormat(path: path, format: format.name, wayOut: format.wayOut)
        }
        throw .notNIfTI(path: path)
    }

    /// Returns whether the magic is that of a pair.
    private static func judgeMagic(_ bytes: [UInt8], _ layout: NIfTIHeaderLayout, _ path: String)
        throws(VolumeFileError)
        -> Bool
    {
        let single = layout.magicBytes
        var pair = single
        pair.replaceSubrange(1...1, with: [0x69])
        let found = Array(bytes[layout.magic..<layout.magic + single.count])
        if found == single { return false }
        if found == pair { return true }
        if layout.version == 1, found[0] == 0 {
            throw .unsupportedFormat(
                path: path, format: "ANALYZE 7.5 (a header without NIfTI's magic)",
                wayOut: "it does not say which side is left: convert to NIfTI with the orientation stated")
        }
        let shown = found.map { $0 >= 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : "\\\($0)" }.joined()
        if layout.version == 2, found[..<3] == single[..<3] || found[..<3] == pair[..<3] {
            throw .badField(
                path: path, field: "magic", value: shown,
                expected: "n+2 and the bytes 0, 13, 10, 26, 10, which text transfer breaks")
        }
        throw .badField(
            path: path, field: "magic", value: shown, expected: layout.version == 1 ? "n+1 or ni1" : "n+2 or ni2")
    }

    private static func judgeDimensions(
        _ header: HeaderBytes, _ layout: NIfTIHeaderLayout, _ path: String
    ) throws(VolumeFileError) -> [Int] {
        let count = header.integer(at: layout.dim, width: layout.dimensionWidth)
        guard (1...7).contains(count) else {
            throw .badField(path: path, field: "dim[0]", value: "\(count)", expected: "1 to 7")
        }
        var dimensions: [Int] = []
        for n in 1...count {
            let length = header.integer(at: layout.dim + n * layout.dimensionWidth, width: layout.dimensionWidth)
            guard length >= 1 else {
                throw .badField(path: path, field: "dim[\(n)]", value: "\(length)", expected: "at least 1")
            }
            dimensions.append(length)
        }
        return dimensions
    }

    /// `pixdim[4]` in seconds, where its unit is one of time; a header that names no unit means seconds.
    private static func interval(_ header: HeaderBytes, _ layout: NIfTIHeaderLayout) -> Double? {
        let stated = header.real(at: layout.pixdim + 4 * layout.realWidth, width: layout.realWidth)
        guard stated.isFinite, stated > 0 else { return nil }
        return switch header.integer(at: layout.units, width: layout.unitsWidth) & 0x38 {
        case 0, 8: stated
        case 16: stated * 1e-3
        case 24: stated * 1e-6
        default: nil
        }
    }

    private static func judgeVoxelOffset(
        _ header: HeaderBytes, _ layout: NIfTIHeaderLayout, isPair: Bool, _ path: String
    ) throws(VolumeFileError) -> Int {
        let least = isPair ? 0 : layout.firstVoxelOffset
        let offset: Int?
        let shown: String
        if layout.version == 1 {
            let real = header.real(at: layout.voxelOffset, width: 4)
            (offset, shown) = (Int(exactly: real), "\(real)")
        } else {
            let integer = header.integer(at: layout.voxelOffset, width: 8)
            (offset, shown) = (integer, "\(integer)")
        }
        guard let offset, offset >= least else {
            throw .badField(path: path, field: "vox_offset", value: shown, expected: "a whole number from \(least) on")
        }
        return offset
    }

    /// Bytes of voxels, and of what lies before them, beyond which no header is believed: 256 TiB.
    private static let mostBytes = 1 << 48

    /// Bytes of all voxels, when they and what lies before them can be counted.
    private static func multiply(
        _ dimensions: [Int], _ width: Int, _ offset: Int, _ path: String
    ) throws(VolumeFileError) -> Int {
        var bytes = width
        for length in dimensions {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            if overflow { throw .sizeOverflow(path: path, dimensions: dimensions) }
            bytes = product
        }
        // A sparse file may claim any size: what no disk holds is left out before anything is calculated with it.
        guard bytes <= mostBytes, offset <= mostBytes else { throw .sizeOverflow(path: path, dimensions: dimensions) }
        return bytes
    }

    /// A slope of 0 means no scaling (nifti1.h); what is not finite, or brings numbers that float32 does not hold, cannot
    /// be meant either.
    private static func scaling(
        _ header: HeaderBytes, _ layout: NIfTIHeaderLayout
    ) -> (ValueScaling, notices: [String]) {
        let slope = header.real(at: layout.slope, width: layout.realWidth)
        let intercept = header.real(at: layout.intercept, width: layout.realWidth)
        if slope == 0 || (slope == 1 && intercept == 0) { return (.identity, []) }
        if slope.isFinite, intercept.isFinite {
            let scaling = ValueScaling(slope: slope, intercept: intercept)
            if scaling.isPlausible { return (scaling, []) }
        }
        // NaN in both is how some programs say "none".
        if slope.isNaN { return (.identity, []) }
        return (
            .identity,
            ["scl_slope \(slope) and scl_inter \(intercept) are no scaling: stored values are taken as they are"]
        )
    }

    private static func geometry(_ header: HeaderBytes, _ layout: NIfTIHeaderLayout) -> NIfTIGeometry {
        let width = layout.realWidth
        func reals(_ offset: Int, _ count: Int) -> [Double] { header.reals(at: offset, width: width, count: count) }
        func code(_ offset: Int) -> Int32 {
            Int32(truncatingIfNeeded: header.integer(at: offset, width: layout.codeWidth))
        }
        func row(_ n: Int) -> SIMD4<Double> { SIMD4(reals(layout.rows + 4 * n * width, 4)) }
        return NIfTIGeometry(
            version: layout.version, qformCode: code(layout.qformCode), sformCode: code(layout.sformCode),
            pixdim: SIMD4(reals(layout.pixdim, 4)), quaternion: Vec3(reals(layout.quaternion, 3)),
            offset: Vec3(reals(layout.offset, 3)), srowX: row(0), srowY: row(1), srowZ: row(2),
            xyztUnits: Int32(truncatingIfNeeded: header.integer(at: layout.units, width: layout.unitsWidth)))
    }
}
