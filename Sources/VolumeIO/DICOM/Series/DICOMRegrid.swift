import Volumes

/// Linear resampling of slices onto an even, upright grid: between slices where some are missing, within slices where
/// they lean against each other.
struct DICOMRegrid: Sendable {
    /// The two slices that an output slice lies between, and the second one's weight: 0 is the first slice alone.
    struct Source: Sendable, Hashable {
        var lower, upper: Int
        var weight: Double
    }

    /// Slices that a resampling makes at most, and columns (rows) by which it makes a slice wider (higher). No scanner
    /// makes as many: what would is damage in positions.
    static let (mostSlices, mostColumns) = (16_384, 4096)

    /// For each output slice.
    private(set) var sources: [Source]
    /// Columns and rows of input and output slices.
    private(set) var input: Shape, output: Shape
    /// How far (columns, rows) each input slice lies from the first, and where the output begins.
    private var shifts: [SIMD2<Double>], corner = SIMD2<Double>(0, 0)

    /// Every slice in its place.
    init(columns: Int, rows: Int, slices: Int) {
        sources = (0..<slices).map { Source(lower: $0, upper: $0, weight: 0) }
        (input, output) = (Shape(columns, rows, slices), Shape(columns, rows, slices))
        shifts = Array(repeating: .zero, count: slices)
    }

    /// Whether nothing is to be done.
    var isIdentity: Bool { input == output && shifts.allSatisfy { $0 == .zero } && interpolated == 0 }

    /// Output slices that no input slice is.
    var interpolated: Int { sources.filter { $0.weight > 0 }.count }

    /// Evens out the spacing of slices at rising `depths` (mm): at their median distance where the gaps are whole
    /// multiples of it, else at the smallest.
    ///
    /// Throws `DICOMError` where that would make more slices than a volume may have.
    mutating func even(_ depths: [Double], _ series: String) throws {
        let gaps = zip(depths.dropFirst(), depths).map { $0 - $1 }
        let median = gaps.sorted()[(gaps.count - 1) / 2]
        let tolerance = DICOMSliceStack.tolerance(median)
        let isMultiple = gaps.allSatisfy { gap in
            let steps = max(1, (gap / median).rounded())
            return abs(gap - steps * median) <= tolerance * steps
        }
        let extent = depths[depths.count - 1] - depths[0]
        let step = isMultiple ? median : gaps.min() ?? median
        let wanted = (extent / step).rounded() + 1
        // What is not a number is refused too.
        guard wanted <= Double(Self.mostSlices) else {
            throw DICOMError.resamplingTooLarge(
                series: series,
                made: "\(Int(clamping: wanted)) slices of \(depths.count), \(millimetres(step)) mm apart",
                limit: Self.mostSlices,
                wayOut: "put slices that lie far from the others, or almost upon each other, into a folder of their own"
            )
        }
        let count = max(2, Int(known: wanted))
        var lower = 0
        sources = (0..<count).map { k in
            let depth = depths[0] + extent * Double(k) / Double(count - 1)
            while lower + 2 < depths.count, depths[lower + 1] <= depth { lower += 1 }
            if abs(depth - depths[lower]) <= tolerance { return Source(lower: lower, upper: lower, weight: 0) }
            if abs(depth - depths[lower + 1]) <= tolerance {
                return Source(lower: lower + 1, upper: lower + 1, weight: 0)
            }
            return Source(
                lower: lower, upper: lower + 1, weight: (depth - depths[lower]) / (depths[lower + 1] - depths[lower]))
        }
        output = Shape(input.i, input.j, count)
    }

    /// Sets each slice upright: `shifts` says how many columns and rows it lies from the first. The grid grows so that
    /// nothing is cut off. Returns the columns and rows by which the first voxel moved.
    ///
    /// Throws `DICOMError` where it would grow beyond what an image may have.
    mutating func upright(_ shifts: [SIMD2<Double>], _ series: String) throws -> SIMD2<Double> {
        self.shifts = shifts
        let (low, high) = shifts.reduce((SIMD2<Double>.zero, SIMD2<Double>.zero)) {
            (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1))
        }
        corner = low.rounded(.down)
        let more = high.rounded(.up) - corner
        guard more.x <= Double(Self.mostColumns), more.y <= Double(Self.mostColumns) else {
            let (columns, rows) = (Int(clamping: Double(input.i) + more.x), Int(clamping: Double(input.j) + more.y))
            throw DICOMError.resamplingTooLarge(
                series: series, made: "slices of \(columns)x\(rows) of \(input.i)x\(input.j) tilted ones",
                limit: Self.mostColumns, wayOut: "keep them as acquired with --tilt native")
        }
        output = Shape(input.i + Int(known: more.x), input.j + Int(known: more.y), output.k)
        return corner
    }

    /// Resamples the stored values of `volumes` volumes; `outside` is the value where no slice reaches.
    func apply(_ voxels: VoxelBuffer, volumes: Int, outside: Double) -> VoxelBuffer {
        switch voxels {
        case .uint8(let v): .uint8(integers(v, volumes, outside))
        case .int8(let v): .int8(integers(v, volumes, outside))
        case .uint16(let v): .uint16(integers(v, volumes, outside))
        case .int16(let v): .int16(integers(v, volumes, outside))
        case .uint32(let v): .uint32(integers(v, volumes, outside))
        case .int32(let v): .int32(integers(v, volumes, outside))
        case .uint64(let v): .uint64(integers(v, volumes, outside))
        case .int64(let v): .int64(integers(v, volumes, outside))
        case .float32(let v): .float32(values(v, volumes, Float(outside), { Double($0) }, { Float($0) }))
        case .float64(let v): .float64(values(v, volumes, outside, { $0 }, { $0 }))
        }
    }

    private func integers<Value: FixedWidthInteger>(_ stored: [Value], _ volumes: Int, _ outside: Double) -> [Value] {
        values(stored, volumes, Value(clamping: Int(clamping: outside)), { Double($0) }) {
            Value(clamping: Int(clamping: $0.rounded()))
        }
    }

    private func values<Value>(
        _ stored: [Value], _ volumes: Int, _ outside: Value, _ number: (Value) -> Double, _ value: (Double) -> Value
    ) -> [Value] {
        var out: [Value] = []
        out.reserveCapacity(output.count * volumes)
        let outsideNumber = number(outside)
        for first in stride(from: 0, to: volumes * input.k, by: input.k) {
            for source in sources {
                let lower = plane(stored, first, source.lower, outsideNumber, number)
                guard source.weight > 0 else {
                    out += lower.map(value)
                    continue
                }
                let upper = plane(stored, first, source.upper, outsideNumber, number)
                out += zip(lower, upper).map { value($0 + source.weight * ($1 - $0)) }
            }
        }
        return out
    }

    /// One input slice of the volume that begins with slice `first`, on the output's columns and rows.
    private func plane<Value>(
        _ stored: [Value], _ first: Int, _ slice: Int, _ outside: Double, _ number: (Value) -> Double
    ) -> [Double] {
        let start = (first + slice) * input.i * input.j
        let shift = corner - shifts[slice]
        if shift == .zero, (output.i, output.j) == (input.i, input.j) {
            return stored[start..<start + input.i * input.j].map(number)
        }
        func at(_ i: Int, _ j: Int) -> Double {
            guard (0..<input.i).contains(i), (0..<input.j).contains(j) else { return outside }
            return number(stored[start + j * input.i + i])
        }
        var plane: [Double] = []
        plane.reserveCapacity(output.i * output.j)
        for row in 0..<output.j {
            let y = Double(row) + shift.y
            let (j, v) = (Int(known: y.rounded(.down)), y - y.rounded(.down))
            for column in 0..<output.i {
                let x = Double(column) + shift.x
                let (i, u) = (Int(known: x.rounded(.down)), x - x.rounded(.down))
                let above = at(i, j) * (1 - u) + (u > 0 ? at(i + 1, j) * u : 0)
                guard v > 0 else {
                    plane.append(above)
                    continue
                }
                let below = at(i, j + 1) * (1 - u) + (u > 0 ? at(i + 1, j + 1) * u : 0)
                plane.append(above * (1 - v) + below * v)
            }
        }
        return plane
    }
}

extension VoxelBuffer {
    /// The smallest stored value; 0 without voxels.
    var minimum: Double {
        switch self {
        case .uint8(let v): v.min().map { Double($0) } ?? 0
        case .int8(let v): v.min().map { Double($0) } ?? 0
        case .uint16(let v): v.min().map { Double($0) } ?? 0
        case .int16(let v): v.min().map { Double($0) } ?? 0
        case .uint32(let v): v.min().map { Double($0) } ?? 0
        case .int32(let v): v.min().map { Double($0) } ?? 0
        case .uint64(let v): v.min().map { Double($0) } ?? 0
        case .int64(let v): v.min().map { Double($0) } ?? 0
        case .float32(let v): v.min().map { Double($0) } ?? 0
        case .float64(let v): v.min() ?? 0
        }
    }
}
