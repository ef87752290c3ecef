import Volumes

/// A nuclear medicine reconstruction: one position for all frames, and vectors that number them by slice, and by energy
/// window, time slot and the like. (PS3.3 C.8.4.8, C.8.4.15)
struct DICOMFrameVectors {
    /// Slice of each frame, from 0.
    private let slices: [Int]
    /// The other vectors' values of each frame; empty when they all stay the same.
    private let others: [String]
    private let position, rowDirection, columnDirection: Vec3
    private let rowSpacing, columnSpacing, step: Double
    private let thickness: Double?
    /// That the directions were not of length 1.
    private let notice: String?

    /// Nil when the file does not number its frames by slice or does not say where they lie.
    init?(_ attributes: borrowing DICOMAttributes, frames: Int) throws {
        let counted = DICOMFileReader.words(attributes.text(DICOMTag(0x0028, 0x0009)) ?? "")
        guard counted.contains(where: { $0.filter(\.isHexDigit).uppercased() == "00540080" }),
            let detector = attributes.file.items(DICOMTag(0x0054, 0x0022)).first,
            let place = detector.text(.position), let orientation = detector.text(.orientation)
        else { return nil }
        let vector = Self.numbers(attributes.text(DICOMTag(0x0054, 0x0080)) ?? "")
        guard vector.count == frames, let number = Self.slices(vector) else {
            throw attributes.bad("SliceVector", "\(vector.count) values", "slice numbers of \(frames) frames")
        }
        let (p, o) = (Self.numbers(place), Self.numbers(orientation))
        guard p.count == 3, o.count == 6 else { return nil }
        let (row, column, notice) = try DICOMFileReader.directions(o, stated: orientation, attributes)
        // C.8.4.15: a negative spacing runs against the normal.
        guard let between = try attributes.number(.spacingBetweenSlices, "SpacingBetweenSlices"), between != 0 else {
            throw DICOMError.file(
                path: attributes.file.path,
                reason: "has no SpacingBetweenSlices, so its \(frames) frames have no place in a volume")
        }
        guard GeometryLimits.spacing.contains(abs(between)) else {
            throw attributes.bad("SpacingBetweenSlices", "\(between)", GeometryLimits.spacingText)
        }
        guard p.allSatisfy({ abs($0) <= GeometryLimits.offset }) else {
            throw attributes.bad("ImagePositionPatient", place, GeometryLimits.offsetText)
        }
        let spacing = try DICOMFileReader.pixelSpacing(attributes)
        (slices, step) = (number, between)
        (position, rowDirection, columnDirection) = (Vec3(p[0], p[1], p[2]), row, column)
        (rowSpacing, columnSpacing) = spacing
        self.notice = notice
        thickness = attributes.text(.sliceThickness).flatMap(finiteNumber)
        others = try Self.others(attributes, frames: frames)
    }

    /// Sets the place of a frame.
    func place(_ frame: Int, _ header: inout DICOMImageFields) {
        (header.rowDirection, header.columnDirection) = (rowDirection, columnDirection)
        (header.rowSpacing, header.columnSpacing) = (rowSpacing, columnSpacing)
        (header.sliceThickness, header.spacingBetweenSlices) = (thickness, abs(step))
        header.position = position + header.normal * step * Double(slices[frame])
        if let notice { header.notices.append(notice) }
    }

    /// Sets what tells a frame from others of the same slice.
    func describe(_ frame: Int, _ header: inout DICOMImageFields) {
        if !others[frame].isEmpty { header.keys[.temporalPosition] = others[frame] }
    }

    private static func numbers(_ text: String) -> [Double] {
        DICOMFileReader.words(text).compactMap(finiteNumber)
    }

    private static func slices(_ vector: [Double]) -> [Int]? {
        let numbers = vector.compactMap { Int(exactly: $0) }
        guard numbers.count == vector.count, numbers.allSatisfy({ (1...vector.count).contains($0) }) else { return nil }
        return numbers.map { $0 - 1 }
    }

    /// Energy window, phase, rotation, R-R interval, time slot, time slice.
    private static func others(_ attributes: borrowing DICOMAttributes, frames: Int) throws -> [String] {
        var texts = [String](repeating: "", count: frames)
        for element in [UInt16(0x0010), 0x0030, 0x0050, 0x0060, 0x0070, 0x0100] {
            let values = numbers(attributes.text(DICOMTag(0x0054, element)) ?? "")
            guard values.count == frames, Set(values).count > 1 else { continue }
            for n in 0..<frames {
                texts[n] += (texts[n].isEmpty ? "" : "/") + (Int(exactly: values[n]).map { "\($0)" } ?? "\(values[n])")
            }
        }
        return texts
    }
}
