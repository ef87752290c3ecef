import Volumes

/// Diffusion weighting of an image: the standard's attributes, else those of the vendors whose axes are known.
struct DICOMDiffusion: Sendable, Hashable {
    /// s/mm^2; nil where not stated.
    private(set) var bValue: Double?
    /// The gradient's direction, LPS, of length 1; zero where the file says that there is none (b = 0, isotropic images),
    /// nil where it says nothing that can be placed.
    private(set) var gradient: Vec3?
    /// What a file says of a direction that cannot be placed, and why not.
    private(set) var unplaced: Unplaced?

    /// A direction along axes that are not known well enough.
    struct Unplaced: Sendable, Hashable {
        /// The numbers as they stand in the file.
        var text: String
        /// Where they stand and what is unknown.
        var reason: String
    }

    /// Nothing stated.
    init() {}

    /// What tells images of one b-value apart.
    var distinction: String? {
        if let gradient, gradient != .zero { return gradient.text }
        return unplaced?.text
    }

    /// What a file states of an image whose rows and columns run along `row` and `column` (LPS, of length 1).
    init(_ attributes: borrowing DICOMAttributes, row: Vec3, column: Vec3) {
        bValue = attributes.text(.bValue).flatMap { Self.numbers($0).first }
        let stated = attributes.text(.gradientOrientation).flatMap(Self.direction)
        if let stated, stated != .zero, bValue != nil {
            gradient = stated
            return
        }
        if !readSiemens(attributes), !readPhilips(attributes), !readGE(attributes, row, column), !readUIH(attributes) {
            readCanon(attributes)
        }
        if let stated, stated != .zero { (gradient, unplaced) = (stated, nil) }
        if gradient == nil, unplaced == nil {
            let directionality = attributes.text(.diffusionDirectionality)
            gradient = directionality == "ISOTROPIC" || directionality == "NONE" ? .zero : stated
        }
    }

    // MARK: Vendors

    /// Along the patient's axes, in elements of their own or in the CSA header. `false` when there is nothing.
    private mutating func readSiemens(_ attributes: borrowing DICOMAttributes) -> Bool {
        func text(_ element: UInt8) -> String? {
            attributes.text(private: element, of: "SIEMENS MR HEADER", group: 0x0019, vendor: "SIEMENS")
        }
        if let b = text(0x0C).flatMap({ Self.numbers($0).first }) {
            bValue = b
            gradient = text(0x0E).flatMap(Self.direction) ?? (text(0x0D) == "ISOTROPIC" ? .zero : nil)
            return true
        }
        guard bValue == nil, attributes.text(DICOMTag(0x0008, 0x0070))?.uppercased().hasPrefix("SIEMENS") == true,
            let csa = attributes.file.bytes(DICOMTag(0x0029, 0x1010)).flatMap({ CSAHeader($0) }),
            let b = csa["B_value"]?.first.flatMap(finiteNumber)
        else { return false }
        bValue = b
        gradient = csa["DiffusionGradientDirection"].flatMap { Self.direction($0.joined(separator: "\\")) }
        return true
    }

    /// Along the patient's axes.
    private mutating func readPhilips(_ attributes: borrowing DICOMAttributes) -> Bool {
        guard
            let text = attributes.text(private: 0x03, of: "Philips Imaging DD 001", group: 0x2001, vendor: "PHILIPS")
        else { return false }
        let parts = [UInt8(0xB0), 0xB1, 0xB2].compactMap {
            attributes.text(private: $0, of: "Philips MR Imaging DD 001", group: 0x2005, vendor: "PHILIPS")
        }
        bValue = Self.numbers(text).first ?? bValue
        gradient = Self.direction(parts.joined(separator: "\\"))
        return true
    }

    /// Along the axes of the scan: frequency, phase, slice.
    private mutating func readGE(_ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3) -> Bool {
        guard
            let text = attributes.text(private: 0x39, of: "GEMS_PARM_01", group: 0x0043, vendor: "GE")
        else { return false }
        let isStandard = bValue != nil
        // Large values carry the number of shells above the b-value.
        let nominal = Self.numbers(text).first.map { $0 >= 1e5 ? $0.truncatingRemainder(dividingBy: 1e5) : $0 }
        bValue = bValue ?? nominal
        // Other sequences keep other things where diffusion keeps its direction.
        guard let b = bValue, b > 0 else { return true }
        let parts = [UInt8(0xBB), 0xBC, 0xBD].compactMap { element -> String? in
            attributes.text(private: element, of: "GEMS_ACQU_01", group: 0x0019, vendor: "GE")
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
        guard let axes = Self.scanAxes(attributes, row, column) else {
            unplaced = Unplaced(
                text: along.text,
                reason: "GE states them along the scan's frequency and phase axes (0019,10BB to 10BD), and the phase "
                    + "axis (0018,1312), the patient's position (0018,5100) or a main plane is not stated")
            return true
        }
        gradient = (axes.0 * along.x + axes.1 * along.y + axes.2 * along.z).normalized
        return true
    }

    /// Frequency, phase and slice axis of a GE scan, LPS. The signs are those that dcm2niix found with GE for each
    /// plane (its issues 163 and 970); planes far from all of them were not tried.
    private static func scanAxes(
        _ attributes: borrowing DICOMAttributes, _ row: Vec3, _ column: Vec3
    ) -> (Vec3, Vec3, Vec3)? {
        let normal = row.cross(column).normalized
        let sizes = (0..<3).map { abs(normal[$0]) }
        guard let position = attributes.text(DICOMTag(0x0018, 0x5100)), ["HFS", "FFS"].contains(position),
            let phase = attributes.text(DICOMTag(0x0018, 0x1312)), ["COL", "ROW"].contains(phase),
            let plane = sizes.firstIndex(where: { $0 > 0.75 })
        else { return nil }
        switch (plane, phase) {
        case (0, "COL"): return (row, column, -normal)
        case (1, "COL"): return (-row, column, normal)
        case (2, "COL"): return (-row, -column, normal)
        case (0, "ROW"): return (-column, row, -normal)
        case (1, "ROW"): return (column, row, normal)
        default: return (column, -row, normal)
        }
    }

    /// Along the image's axes, it is said; no reference at hand shows with which signs.
    private mutating func readUIH(_ attributes: borrowing DICOMAttributes) -> Bool {
        func text(_ element: UInt8) -> String? {
            attributes.text(private: element, of: "Image Private Header", group: 0x0065, vendor: "UIH")
        }
        guard let b = text(0x09).flatMap({ Self.numbers($0).first }) else { return false }
        bValue = bValue ?? b
        guard let direction = text(0x37).flatMap(Self.direction) else { return true }
        if direction == .zero {
            gradient = .zero
        } else {
            unplaced = Unplaced(
                text: direction.text, reason: "UIH states them along the image's axes (0065,1037), with signs not known"
            )
        }
        return true
    }

    /// `b=1500(0.445,0.000,0.895)` in ImageComments: along the image's axes, but for the polarity of the phase encoding,
    /// which Canon states nowhere.
    private mutating func readCanon(_ attributes: borrowing DICOMAttributes) {
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
        guard b > 0 else { return }
        unplaced = Unplaced(
            text: Vec3(parts[0], parts[1], parts[2]).text,
            reason: "Canon states them in ImageComments along the image's axes and nowhere the polarity of the phase "
                + "encoding that turns them (export the series as an enhanced image, which states them in full)")
    }

    // MARK: Numbers

    private static func numbers(_ text: String) -> [Double] {
        text.split(separator: "\\").compactMap { finiteNumber($0.filter { $0 != " " }) }
    }

    /// Three numbers as a direction, zero where they are (nearly) none; nil when they are not three, or far from length 1.
    private static func direction(_ text: String) -> Vec3? {
        let v = numbers(text)
        guard v.count == 3 else { return nil }
        let vector = Vec3(v[0], v[1], v[2])
        guard vector.length < 2 else { return nil }
        return vector.length > 0.5 ? vector.normalized : .zero
    }
}
