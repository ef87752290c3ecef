/// Where the fields lie in one version's header (nifti1.h, nifti2.h), in bytes from its start.
struct NIfTIHeaderLayout {
    /// 1 or 2.
    let version: Int
    /// Size of the header, which is also the value of its first field.
    let size: Int
    let datatype, bitpix, dim, pixdim, voxelOffset, slope, intercept: Int
    let description, qformCode, sformCode, quaternion, offset, rows: Int
    let units, intentCode, magic: Int
    /// Widths in bytes of a real number, a dimension, a form code, the units and the intent code.
    let realWidth, dimensionWidth, codeWidth, unitsWidth, intentWidth: Int

    /// The 348-byte header.
    static let nifti1 = NIfTIHeaderLayout(
        version: 1, size: 348, datatype: 70, bitpix: 72, dim: 40, pixdim: 76, voxelOffset: 108, slope: 112,
        intercept: 116, description: 148, qformCode: 252, sformCode: 254, quaternion: 256, offset: 268, rows: 280,
        units: 123, intentCode: 68, magic: 344, realWidth: 4, dimensionWidth: 2, codeWidth: 2, unitsWidth: 1,
        intentWidth: 2)
    /// The 540-byte header.
    static let nifti2 = NIfTIHeaderLayout(
        version: 2, size: 540, datatype: 12, bitpix: 14, dim: 16, pixdim: 104, voxelOffset: 168, slope: 176,
        intercept: 184, description: 240, qformCode: 344, sformCode: 348, quaternion: 352, offset: 376, rows: 400,
        units: 500, intentCode: 504, magic: 4, realWidth: 8, dimensionWidth: 8, codeWidth: 4, unitsWidth: 4,
        intentWidth: 4)

    /// The first place for voxels in a single file: after the header and the four extension bytes.
    var firstVoxelOffset: Int { size + 4 }

    /// The magic of a single file, whole.
    var magicBytes: [UInt8] {
        version == 1 ? [0x6e, 0x2b, 0x31, 0] : [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a]
    }
}
