import TestSupport
import CRegistrationKernels
import Foundation

/// A grid [x][y][z] in double precision and what the kernels make of it, in the plainest way: the judge of all of them.
struct PlainGrid {
    let size: SIMD3<Int>
    var values: [Double]

    init(_ size: SIMD3<Int>, _ values: [Double]) {
        precondition(values.count == size.count, "\(values.count) values in \(size)")
        (self.size, self.values) = (size, values)
    }

    /// Hashed values.
    init(_ size: SIMD3<Int>, stream: Int, times factor: Double = 1) {
        self.init(size, hashedValues(stream, size.count, times: factor))
    }

    /// The value of a sample; beyond the border that of the outermost one.
    subscript(x: Int, y: Int, z: Int) -> Double {
        func inside(_ n: Int, _ count: Int) -> Int { min(max(n, 0), count - 1) }
        return values[(inside(x, size.x) * size.y + inside(y, size.y)) * size.z + inside(z, size.z)]
    }

    /// Every sample's place, in order.
    var places: [(x: Int, y: Int, z: Int)] {
        (0..<size.count).map { ($0 / (size.y * size.z), $0 / size.z % size.y, $0 % size.z) }
    }

    /// A new grid of what is said of every sample's place.
    func map(_ body: (Int, Int, Int) -> Double) -> PlainGrid {
        PlainGrid(size, places.map { body($0.x, $0.y, $0.z) })
    }

    /// Half of a normalised Gaussian's kernel.
    static func half(sigma: Double, radius: Int) -> [Double] {
        let weights = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Smoothed along all axes by a symmetric kernel.
    func smoothed(_ half: [Double]) -> PlainGrid {
        func weighted(_ value: (Int) -> Double) -> Double {
            half.indices.dropFirst().reduce(half[0] * value(0)) { $0 + half[$1] * (value($1) + value(-$1)) }
        }
        let alongX = map { x, y, z in weighted { self[x + $0, y, z] } }
        let alongY = alongX.map { x, y, z in weighted { alongX[x, y + $0, z] } }
        return alongY.map { x, y, z in weighted { alongY[x, y, z + $0] } }
    }

    /// Linearly between samples, and the derivative along each axis within the cell; beyond the border the outermost
    /// values go on.
    func value(at place: SIMD3<Double>) -> (value: Double, gradient: SIMD3<Double>) {
        var (cell, f) = (SIMD3<Int>.zero, SIMD3<Double>.zero)
        for n in 0..<3 {
            let at = min(max(place[n], 0), Double(size[n] - 1))
            cell[n] = min(Int(at), max(size[n] - 2, 0))
            f[n] = at - Double(cell[n])
        }
        var (value, gradient) = (0.0, SIMD3<Double>.zero)
        for corner in 0..<8 {
            let far = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
            let v = self[cell.x + far.x, cell.y + far.y, cell.z + far.z]
            let weights = SIMD3<Double>((0..<3).reduce(into: .zero) { $0[$1] = far[$1] == 1 ? f[$1] : 1 - f[$1] })
            value += v * weights.x * weights.y * weights.z
            for n in 0..<3 {
                let others = (0..<3).reduce(1.0) { $1 == n ? $0 : $0 * weights[$1] }
                gradient[n] += (far[n] == 1 ? v : -v) * others
            }
        }
        return (value, gradient)
    }

    /// Derivatives along an axis between both neighbours, at the border between the sample and its one neighbour.
    func slope(_ axis: Int, _ x: Int, _ y: Int, _ z: Int) -> Double {
        let at = [x, y, z][axis]
        let (low, high) = (max(at - 1, 0), min(at + 1, size[axis] - 1))
        guard low < high else { return 0 }
        func value(_ n: Int) -> Double { axis == 0 ? self[n, y, z] : axis == 1 ? self[x, n, z] : self[x, y, n] }
        return (value(high) - value(low)) / Double(high - low)
    }

    /// What kernels read between samples, with what they may read behind it.
    func paired(_ kernels: tomos_registration_kernels) -> GuardedBuffer {
        let (plain, pairs) = (GuardedBuffer(values), GuardedBuffer(2 * values.count))
        withExtendedLifetime(plain) { kernels.pair(plain.floats, size.kernel, pairs.floats) }
        return pairs
    }
}

/// A lattice of places in double precision.
struct PlainLattice: Sendable {
    var size: SIMD3<Int>
    var origin: SIMD3<Double>
    var steps: [SIMD3<Double>]
    var margin = 0.0

    /// Every sample's place in the other grid, in order.
    var places: [SIMD3<Double>] {
        (0..<size.count).map { n in
            let (x, y, z) = (n / (size.y * size.z), n / size.z % size.y, n % size.z)
            return origin + Double(x) * steps[0] + Double(y) * steps[1] + Double(z) * steps[2]
        }
    }

    /// Whether a place counts as inside a grid; on its border rounding may move it by 1e-4.
    func isInside(_ place: SIMD3<Double>, _ grid: SIMD3<Int>) -> Bool {
        (0..<3).allSatisfy { place[$0] >= -margin - 1e-4 && place[$0] <= Double(grid[$0] - 1) + margin + 1e-4 }
    }

    var kernel: tomos_lattice {
        func three(_ v: SIMD3<Double>) -> (Double, Double, Double) { (v.x, v.y, v.z) }
        return tomos_lattice(
            size: (Int32(size.x), Int32(size.y), Int32(size.z)), origin: three(origin),
            steps: (three(steps[0]), three(steps[1]), three(steps[2])), margin: Float(margin))
    }
}
