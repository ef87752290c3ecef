import Volumes

/// What vendors state of diffusion beside the standard's attributes. Each reader says `false` when there is nothing of
/// its vendor.
extension DICOMDiffusion {
    // MARK: Along the patient's axes

    /// In elements of their own or in the CSA header.
    mutating func readSiemens(_ attributes: borrowing DICOMAttributes) -> Bool {
        func text(_ element: UInt8) -> String? {
            attributes.text(private: element, .siemensMR)
        }
        func numbers(_ element: UInt8, _ count: Int) -> [Double] {
            attributes.numbers(private: element, .siemensMR, count: count)
        }
        if let b = text(0x0C).flatMap({ Self.numbers($0).first }) {
            bValue = b
            gradient = Self.direction(numbers(0x0E, 3)) ?? (text(0x0D) == "ISOTROPIC" ? .zero : nil)
            if gradient == nil { take(matrix: numbers(0x27, 6)) }
            return true
        }
        guard bValue == nil, attributes.text(DICOMTag(0x0008, 0x0070))?.uppercased().hasPrefix("SIEMENS") == true,
            let csa = attributes.file.bytes(DICOMTag(0x0029, 0x1010)).flatMap({ CSAHeader($0) })
        else { return false }
        bValue = csa["B_value"]?.first.flatMap(finiteNumber)
        gradient = csa["DiffusionGradientDirection"].flatMap { Self.direction($0.compactMap(finiteNumber)) }
        let matrix = (csa["B_matrix"] ?? []).compactMap(finiteNumber)
        if gradient == nil { take(matrix: matrix) }
        if gradient == nil, (bValue ?? 0) > 0, csa["DiffusionDirectionality"]?.first == "ISOTROPIC" { gradient = .zero }
        return bValue != nil
    }

    mutating func readPhilips(_ attributes: borrowing DICOMAttributes) -> Bool {
        guard
            let b = attributes.numbers(private: 0x03, .philipsImaging, count: 1).first
        else { return false }
        let parts = [UInt8(0xB0), 0xB1, 0xB2].flatMap {
            attributes.numbers(private: $0, .philipsMR, count: 1)
        }
        bValue = b
        gradient = Self.direction(parts)
        // (2001,1004): P, M, S and O are directions.
        let letter = attributes.text(private: 0x04, .philipsImaging)
        if gradient == nil, letter == "I" { gradient = .zero }
        return true
    }

    // MARK: Along the axes of the scan

    /// Frequency, phase, slice.
    mutating func readGE(_ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3) -> Bool {
        guard
            let text = attributes.text(private: 0x39, .geParameters)
        else { return false }
        let isStandard = bValue != nil
        // Large values carry the number of shells above the b-value.
        let nominal = Self.numbers(text).first.map { $0 >= 1e5 ? $0.truncatingRemainder(dividingBy: 1e5) : $0 }
        bValue = bValue ?? nominal
        // Other sequences keep other things where diffusion keeps its direction.
        guard let b = bValue, b > 0 else { return true }
        let parts = [UInt8(0xBB), 0xBC, 0xBD].compactMap { element -> String? in
            attributes.text(private: element, .geAcquisition)
        }
        let scan = Self.numbers(parts.joined(separator: "\\"))
        guard scan.count == 3, parts.count == 3 else { return true }
        let along = Vec3(scan[0], scan[1], scan[2])
        guard along.length < 2 else { return true }
        // Shells within the nominal b-value are made by shorter gradients: b goes with the square of the length.
        if !isStandard, along.length > 0.03, along.length < 0.97 {
            bValue = max(5, (b * along.length * along.length / 5).rounded() * 5)
        }
        guard along.length > 0.03 else {
            gradient = .zero
            return true
        }
        let axes = ScanAxes(attributes, row, column)
        gradient = axes.direction(along)
        caution = axes.caution.map { "GE states the directions along the scan's axes (0019,10BB to 10BD): \($0)" }
        return true
    }

    /// Along the rows, the columns and the normal of the image.
    mutating func readUIH(_ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3) -> Bool {
        func numbers(_ element: UInt8, _ count: Int) -> [Double] {
            attributes.numbers(private: element, .uih, count: count)
        }
        guard let b = numbers(0x09, 1).first else { return false }
        bValue = bValue ?? b
        guard let along = Self.direction(numbers(0x37, 3)) else { return true }
        let placed = row * along.x + column * along.y + row.cross(column) * along.z
        gradient = along == .zero ? .zero : placed.normalized
        if along != .zero {
            caution =
                "UIH states the directions in (0065,1037): they are taken along rows, columns and normal of the image, "
                + "as dcm2niix takes them (its issue 225)"
        }
        return true
    }

    /// `b=1500(0.445,0.000,0.895)` in ImageComments: phase, frequency, slice, as dcm2niix found (its issue 422), whatever
    /// the polarity of the phase encoding, which Canon states nowhere.
    mutating func readCanon(_ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3) {
        guard attributes.text(DICOMTag(0x0008, 0x0070))?.uppercased().hasPrefix("CANON") == true,
            let text = attributes.text(DICOMTag(0x0020, 0x4000)), text.hasPrefix("b="), text.hasSuffix(")"),
            let bracket = text.firstIndex(of: "(")
        else { return }
        let b = finiteNumber(text[text.index(text.startIndex, offsetBy: 2)..<bracket])
        let parts = text[text.index(after: bracket)...].dropLast().split(separator: ",").compactMap {
            finiteNumber($0.filter { $0 != " " })
        }
        guard let b, parts.count == 3 else { return }
        bValue = bValue ?? b
        guard b > 0, let along = Self.direction([parts[1], parts[0], parts[2]]) else { return }
        guard along != .zero else {
            gradient = .zero
            return
        }
        let axes = ScanAxes(attributes, row, column)
        gradient = axes.direction(along)
        caution =
            "Canon states the directions in ImageComments along the scan's axes: they are placed as dcm2niix places them "
            + "(its issue 422), which is right for one of the two polarities of the phase encoding, and Canon states "
            + "neither (check the fit, or export the series as an enhanced image, which states them in full)"
            + (axes.caution.map { "; \($0)" } ?? "")
    }
}

/// Frequency, phase and slice axis of a scan, LPS. The signs are those that dcm2niix found with GE for each main plane
/// (its issues 163, 736 and 970); they are the same for every position of the patient.
private struct ScanAxes {
    private let frequency, phase, slice: Vec3
    /// What is assumed.
    private(set) var caution: String?

    init(_ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3) {
        let normal = row.cross(column).normalized
        let sizes = (0..<3).map { abs(normal[$0]) }
        let plane = sizes[2] >= max(sizes[0], sizes[1]) ? 2 : sizes[1] >= sizes[0] ? 1 : 0
        var stated = attributes.text(DICOMTag(0x0018, 0x1312))
        if stated == nil { stated = Self.axis(attributes) }
        let isColumn = stated != "ROW"
        var cautions: [String] = []
        if stated == nil {
            cautions.append("the phase axis (0018,1312) is not stated, and the columns are taken for it")
        }
        if sizes[plane] < 0.75 {
            cautions.append("the slices are far from every main plane, of which the signs of the axes are known")
        }
        caution = cautions.isEmpty ? nil : cautions.joined(separator: "; ")
        switch (plane, isColumn) {
        case (0, true): (frequency, phase, slice) = (row, column, -normal)
        case (1, true): (frequency, phase, slice) = (-row, column, normal)
        case (2, true): (frequency, phase, slice) = (-row, -column, normal)
        case (0, false): (frequency, phase, slice) = (-column, row, -normal)
        case (1, false): (frequency, phase, slice) = (column, row, normal)
        default: (frequency, phase, slice) = (column, -row, normal)
        }
    }

    /// The phase axis by AcquisitionMatrix (0018,1310): frequency rows and columns, phase rows and columns, of which
    /// those that are not used are 0.
    private static func axis(_ attributes: borrowing DICOMAttributes) -> String? {
        let matrix = attributes.text(DICOMTag(0x0018, 0x1310)).map(DICOMDiffusion.numbers) ?? []
        guard matrix.count == 4 else { return nil }
        switch matrix.map({ $0 > 0 }) {
        case [true, false, false, true]: return "COL"
        case [false, true, true, false]: return "ROW"
        default: return nil
        }
    }

    /// A direction along the three axes, LPS, of length 1.
    func direction(_ along: Vec3) -> Vec3 { (frequency * along.x + phase * along.y + slice * along.z).normalized }
}
