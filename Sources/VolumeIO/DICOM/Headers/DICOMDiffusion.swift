import Volumes

/// Diffusion weighting of an image: the standard's attributes, else those of the vendors.
struct DICOMDiffusion: Sendable, Hashable {
    /// s/mm^2; nil where not stated.
    var bValue: Double?
    /// The gradient's direction, LPS, of length 1; zero where the file says that there is none (b = 0, isotropic images),
    /// nil where it says nothing of it.
    var gradient: Vec3?
    /// What a person should know of the direction, where it rests on more than the vendor's word.
    var caution: String?

    /// Nothing stated.
    init() {}

    /// What tells images of one b-value apart.
    var distinction: String? {
        guard let gradient, gradient != .zero else { return nil }
        return gradient.text
    }

    /// What a file states of an image whose rows and columns run along `row` and `column` (LPS, of length 1).
    init(_ attributes: borrowing DICOMAttributes, row: Vec3, column: Vec3) {
        bValue = attributes.text(.bValue).flatMap { Self.numbers($0).first }
        let stated = attributes.text(.gradientOrientation).flatMap(Self.direction)
        if let stated, stated != .zero, bValue != nil {
            gradient = stated
            return
        }
        if !readSiemens(attributes), !readPhilips(attributes), !readGE(attributes, row, column),
            !readUIH(attributes, row, column)
        {
            readCanon(attributes, row, column)
        }
        if let stated, stated != .zero { (gradient, caution) = (stated, nil) }
        if gradient == nil { readMatrix(attributes) }
        if gradient == nil {
            let directionality = attributes.text(.diffusionDirectionality)
            gradient = directionality == "ISOTROPIC" || directionality == "NONE" ? .zero : stated
        }
    }

    /// The matrix of an enhanced image (PS3.3 C.8.13.5.9) that states no direction.
    private mutating func readMatrix(_ attributes: borrowing DICOMAttributes) {
        guard (bValue ?? 0) > 0 else { return }
        let values = DICOMTag.bMatrix.compactMap { attributes.text($0).flatMap { Self.numbers($0).first } }
        take(matrix: values)
    }

    /// Direction and b-value of a matrix xx, xy, xz, yy, yz, zz in s/mm^2, where it has a direction.
    mutating func take(matrix values: [Double]) {
        guard let matrix = BMatrix(values) else { return }
        bValue = bValue ?? matrix.trace
        guard let direction = matrix.direction else { return }
        gradient = direction
        caution =
            "the directions are taken from b-matrices, which do not tell a direction from its opposite: the one "
            + "towards the patient's left is taken"
    }

    // MARK: Numbers

    static func numbers(_ text: String) -> [Double] {
        text.split(separator: "\\").compactMap { finiteNumber($0.filter { $0 != " " }) }
    }

    /// Three numbers as a direction, zero where they are (nearly) none; nil when they are not three, or far from length 1.
    static func direction(_ text: String) -> Vec3? { direction(numbers(text)) }

    /// The same of numbers.
    static func direction(_ v: [Double]) -> Vec3? {
        guard v.count == 3 else { return nil }
        let vector = Vec3(v[0], v[1], v[2])
        guard vector.length < 2 else { return nil }
        return vector.length > 0.5 ? vector.normalized : .zero
    }
}

/// The b-matrix of an image: b times the outer product of the gradient's direction with itself, and what the imaging
/// gradients add.
struct BMatrix {
    /// Sum of the diagonal: the b-value.
    let trace: Double
    private let rows: [Vec3]

    /// xx, xy, xz, yy, yz, zz; nil when they are not six numbers of a weighted image.
    init?(_ values: [Double]) {
        guard values.count == 6, values.allSatisfy({ abs($0) < 1e6 }) else { return nil }
        let sum = values[0] + values[3] + values[5]
        guard sum > 0 else { return nil }
        trace = sum
        rows = [
            Vec3(values[0], values[1], values[2]), Vec3(values[1], values[3], values[4]),
            Vec3(values[2], values[4], values[5]),
        ].map { $0 / sum }
    }

    /// The matrix' main direction, with x not below 0; nil where no direction stands out. Powers of the matrix, each
    /// brought back to a trace of 1, tend to the direction's outer product with itself.
    var direction: Vec3? {
        var power = rows
        for _ in 0..<12 {
            let squared = power.map { row in Vec3(row.dot(power[0]), row.dot(power[1]), row.dot(power[2])) }
            let trace = squared[0].x + squared[1].y + squared[2].z
            guard trace > 1e-9 else { return nil }
            power = squared.map { $0 / trace }
        }
        guard let longest = power.max(by: { $0.length < $1.length }), longest.length > 1e-6 else { return nil }
        let axis = longest.normalized
        // Of one gradient nearly all the weighting is along its direction.
        let along = axis.dot(Vec3(rows[0].dot(axis), rows[1].dot(axis), rows[2].dot(axis)))
        guard along > 0.75 else { return nil }
        return axis.x < 0 ? -axis : axis
    }
}

extension DICOMTag {
    /// XX, XY, XZ, YY, YZ and ZZ of the b-matrix. (0018,9602) to (0018,9607)
    static let bMatrix = (UInt16(0x9602)...0x9607).map { DICOMTag(0x0018, $0) }
}
