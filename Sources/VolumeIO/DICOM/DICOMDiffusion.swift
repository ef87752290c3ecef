import Volumes

/// Diffusion weighting: the standard's attributes, else those of the vendors that state them in patient coordinates.
enum DICOMDiffusion {
    /// The b-value in s/mm^2 and the gradient's direction, LPS, of length 1; nil where not stated.
    static func read(_ attributes: borrowing DICOMAttributes) -> (bValue: Double?, gradient: Vec3?) {
        let stated = attributes.text(.bValue).flatMap { numbers($0).first }
        if let gradient = attributes.text(.gradientOrientation).flatMap(direction) { return (stated, gradient) }
        if let text = attributes.text(private: 0x0C, of: "SIEMENS MR HEADER", group: 0x0019, vendor: "SIEMENS") {
            let gradient = attributes.text(private: 0x0E, of: "SIEMENS MR HEADER", group: 0x0019, vendor: "SIEMENS")
            return (numbers(text).first ?? stated, gradient.flatMap(direction))
        }
        if let text = attributes.text(private: 0x03, of: "Philips Imaging DD 001", group: 0x2001, vendor: "PHILIPS") {
            let parts = [UInt8(0xB0), 0xB1, 0xB2].compactMap {
                attributes.text(private: $0, of: "Philips MR Imaging DD 001", group: 0x2005, vendor: "PHILIPS")
            }
            return (numbers(text).first ?? stated, direction(parts.joined(separator: "\\")))
        }
        if let text = attributes.text(private: 0x39, of: "GEMS_PARM_01", group: 0x0043, vendor: "GE") {
            // Large values carry the number of shells above the b-value. The gradient is stated along the scanner's
            // frequency and phase axes, so it is left out.
            return (numbers(text).first.map { $0 >= 1e5 ? $0.truncatingRemainder(dividingBy: 1e5) : $0 }, nil)
        }
        return (stated, nil)
    }

    private static func numbers(_ text: String) -> [Double] {
        text.split(separator: "\\").compactMap { finiteNumber($0.filter { $0 != " " }) }
    }

    /// Three numbers as a direction; nil when they are none (b = 0 has a gradient of no length).
    private static func direction(_ text: String) -> Vec3? {
        let v = numbers(text)
        guard v.count == 3 else { return nil }
        let vector = Vec3(v[0], v[1], v[2])
        return vector.length > 0.5 ? vector.normalized : nil
    }
}
