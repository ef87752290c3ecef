import Volumes

/// Attributes of one image, read strictly.
extension DICOMFileReader {
    /// The directions of rows and columns, LPS, of length 1, so that voxels are as large as PixelSpacing says.
    ///
    /// Cosines of one digit (0.6\\0.6\\0.6) are up to 4 % longer or shorter than 1, and two such vectors up to half a
    /// degree from perpendicular. What lies further off is no pair of directions and is refused.
    /// - Returns: The directions, and a sentence where their lengths differed from 1 by more than a thousandth.
    static func directions(
        _ attributes: borrowing DICOMAttributes
    ) throws -> (row: Vec3, column: Vec3, notice: String?) {
        let v = try attributes.numbers(.orientation, "ImageOrientationPatient", count: 6) ?? []
        return try directions(v, stated: attributes.text(.orientation) ?? "", attributes)
    }

    /// The same for the six numbers `v`, `stated` as the file has them.
    static func directions(
        _ v: [Double], stated: String, _ attributes: borrowing DICOMAttributes
    ) throws -> (row: Vec3, column: Vec3, notice: String?) {
        let name = "ImageOrientationPatient"
        guard v.count == 6 else { throw attributes.bad(name, stated, "6 numbers") }
        let (row, column) = (Vec3(v[0], v[1], v[2]), Vec3(v[3], v[4], v[5]))
        let off = max(abs(row.length - 1), abs(column.length - 1))
        guard off < 0.05, abs(row.normalized.dot(column.normalized)) < 1e-2 else {
            throw attributes.bad(name, stated, "two perpendicular vectors of length 1")
        }
        let notice = "\(name) is \(stated): its vectors are brought to length 1"
        return (row.normalized, column.normalized, off > 1e-3 ? notice : nil)
    }

    static func scaling(_ attributes: borrowing DICOMAttributes) throws -> ValueScaling {
        let slope = try attributes.number(.slope, "RescaleSlope") ?? 1
        guard slope != 0 else { throw attributes.bad("RescaleSlope", "0", "a factor other than 0") }
        let intercept = try attributes.number(.intercept, "RescaleIntercept") ?? 0
        let scaling = ValueScaling(slope: slope, intercept: intercept)
        guard scaling.isPlausible else {
            throw attributes.bad(
                "RescaleSlope and RescaleIntercept", "\(slope)' and '\(intercept)", "numbers that values can come from")
        }
        return scaling
    }

    /// Padding in stored values. Writers mix up US and SS here, so the 16 bits are read by PixelRepresentation.
    static func padding(
        _ attributes: borrowing DICOMAttributes, _ format: StoredFormat
    ) throws -> (ClosedRange<Int64>?, String?) {
        guard !format.isFloat, let text = attributes.text(.padding) else { return (nil, nil) }
        func stored(_ value: Int) -> Int64 {
            let bits = min(format.bitsAllocated, 16)
            if format.isSigned, value >= 1 << (bits - 1), value < 1 << bits { return Int64(value - 1 << bits) }
            if !format.isSigned, value < 0 { return Int64(value + 1 << bits) }
            return Int64(value)
        }
        guard let value = Int(text).map(stored) else {
            return (nil, "PixelPaddingValue '\(text)' is no number: no voxel is treated as padding")
        }
        let limit = try attributes.integer(.paddingLimit, "PixelPaddingRangeLimit").map(stored) ?? value
        let range = min(value, limit)...max(value, limit)
        guard range.overlaps(format.range) else {
            return (
                nil,
                "PixelPaddingValue \(text) cannot occur in \(format.bitsStored) stored bits: no voxel is treated as padding"
            )
        }
        return (range, nil)
    }

    /// FloatPixelPaddingValue and its limit, or DoubleFloatPixelPaddingValue and its limit. (0028,0122) to (0028,0125)
    static func floatPadding(
        _ attributes: borrowing DICOMAttributes, _ format: StoredFormat
    ) throws -> ClosedRange<Double>? {
        guard format.isFloat else { return nil }
        let (name, first): (String, UInt16) =
            format.bytes == 4 ? ("FloatPixelPaddingValue", 0x0122) : ("DoubleFloatPixelPaddingValue", 0x0123)
        guard let value = try attributes.number(DICOMTag(0x0028, first), name) else { return nil }
        let limit = try attributes.number(DICOMTag(0x0028, first + 2), name + " limit") ?? value
        return min(value, limit)...max(value, limit)
    }
}
