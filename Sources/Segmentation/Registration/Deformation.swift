import Preparation

/// A smooth displacement on a grid's samples, in samples along S, R, A.
struct Displacement: Sendable {
    let size: SIMD3<Int>
    /// One vector a sample, A fastest.
    var vectors: [SIMD4<Float>]

    /// The displacement at a place in samples, linear between them; beyond the border the outermost goes on.
    func at(_ place: SIMD3<Float>) -> SIMD3<Float> {
        vectors.withUnsafeBufferPointer { Self.at(SampleGrid(size).cell(place), $0.baseAddress!) }
    }

    /// Moves places by the displacement at each.
    func add(to places: inout [SIMD3<Float>]) {
        let grid = SampleGrid(size)
        vectors.withUnsafeBufferPointer { vectors in
            let vectors = vectors.baseAddress!
            for n in places.indices { places[n] += Self.at(grid.cell(places[n]), vectors) }
        }
    }

    @inline(__always)
    private static func at(_ c: SampleGrid.Cell, _ vectors: UnsafePointer<SIMD4<Float>>) -> SIMD3<Float> {
        let (v, f) = (vectors + c.corner, c.fraction)
        @inline(__always) func line(_ n: Int) -> SIMD4<Float> { v[n] + f.z * (v[n + c.stepZ] - v[n]) }
        @inline(__always) func face(_ n: Int) -> SIMD4<Float> {
            let near = line(n)
            return near + f.y * (line(n + c.stepY) - near)
        }
        let near = face(0)
        let result = near + f.x * (face(c.stepX) - near)
        return SIMD3(result.x, result.y, result.z)
    }
}

/// Finds the smooth displacement that makes one volume look like another on the same grid: symmetric-force demons, each
/// step smoothed (fluid) and the whole smoothed again (elastic).
/// (Thirion, Medical Image Analysis 2(3), 1998; Vercauteren et al., NeuroImage 45(1), 2009.)
struct Demons {
    /// Smoothing of the images in samples and the number of steps, stage by stage.
    var stages: [(sigma: Double, steps: Int)] = [(1, 30), (0.3, 30)]
    /// Square of a slope per sample that is too faint to follow: without it flat parts drift wherever noise points.
    private static let faint: Float = 1e-4
    /// Smoothing of each step and of the displacement, in samples.
    var fluid = 1.0
    var elastic = 0.7

    /// The displacement u such that `moving(x + u(x))` looks like `fixed(x)`. Samples that are not `inside` pull nowhere.
    func displacement(fixed: [Float], moving: [Float], inside: [Bool], size: SIMD3<Int>) -> Displacement {
        let count = size.x * size.y * size.z
        let buffers = Buffers(size, inside)
        for stage in stages {
            let filter = GaussianFilter(sigma: stage.sigma)
            let (f, m) = (filter.apply(fixed, size), filter.apply(moving, size))
            f.withUnsafeBufferPointer { f in
                m.withUnsafeBufferPointer { m in
                    for _ in 0..<stage.steps { step(f.baseAddress!, m.baseAddress!, buffers) }
                }
            }
        }
        let u = buffers.u
        return Displacement(size: size, vectors: (0..<count).map { SIMD4(u[0][$0], u[1][$0], u[2][$0], 0) })
    }

    /// The displacement so far and room to work in.
    private final class Buffers {
        let size: SIMD3<Int>
        let u, force: [UnsafeMutablePointer<Float>]
        let warped, spare: UnsafeMutablePointer<Float>
        let inside: [Bool]

        init(_ size: SIMD3<Int>, _ inside: [Bool]) {
            (self.size, self.inside) = (size, inside)
            let count = size.x * size.y * size.z
            func make() -> UnsafeMutablePointer<Float> {
                let floats = UnsafeMutablePointer<Float>.allocate(capacity: count)
                floats.initialize(repeating: 0, count: count)
                return floats
            }
            (u, force, warped, spare) = ((0..<3).map { _ in make() }, (0..<3).map { _ in make() }, make(), make())
        }

        deinit { (u + force + [warped, spare]).forEach { $0.deallocate() } }
    }

    private func step(_ f: UnsafePointer<Float>, _ m: UnsafePointer<Float>, _ b: Buffers) {
        let count = b.size.x * b.size.y * b.size.z
        warp(m, b)
        matchValues(to: f, b.warped, b.inside)
        push(f, b)
        let (fluid, elastic) = (GaussianFilter(sigma: fluid), GaussianFilter(sigma: elastic))
        for axis in 0..<3 {
            let (u, force) = (b.u[axis], b.force[axis])
            fluid.apply(force, b.spare, b.size)
            for n in 0..<count { u[n] += force[n] }
            elastic.apply(u, b.spare, b.size)
        }
    }

    private func warp(_ m: UnsafePointer<Float>, _ b: Buffers) {
        let sampler = Sampler(m, b.size)
        let (u0, u1, u2) = (b.u[0], b.u[1], b.u[2])
        var n = 0
        for x in 0..<b.size.x {
            for y in 0..<b.size.y {
                for z in 0..<b.size.z {
                    b.warped[n] = sampler(SIMD3(Float(x) + u0[n], Float(y) + u1[n], Float(z) + u2[n]))
                    n += 1
                }
            }
        }
    }

    /// Brings the warped values onto the scale of the fixed ones by least squares.
    private func matchValues(to f: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>, _ inside: [Bool]) {
        var (sumF, sumW, sumFW, sumWW) = (0.0, 0.0, 0.0, 0.0)
        var total = 0.0
        for n in inside.indices where inside[n] {
            let (a, b) = (Double(f[n]), Double(w[n]))
            total += 1
            sumF += a
            sumW += b
            sumFW += a * b
            sumWW += b * b
        }
        guard total > 0 else { return }
        let variance = sumWW - sumW * sumW / total
        guard variance > 0 else { return }
        let slope = Float(max((sumFW - sumF * sumW / total) / variance, 0.2))
        let intercept = Float((sumF - Double(slope) * sumW) / total)
        for n in inside.indices { w[n] = slope * w[n] + intercept }
    }

    /// The force on every sample: along the mean gradient of both images, at most a sample long.
    private func push(_ f: UnsafePointer<Float>, _ b: Buffers) {
        let (size, w) = (b.size, b.warped)
        let (row, plane) = (size.z, size.y * size.z)
        var n = 0
        for x in 0..<size.x {
            let (downX, upX) = (x > 0 ? plane : 0, x < size.x - 1 ? plane : 0)
            for y in 0..<size.y {
                let (downY, upY) = (y > 0 ? row : 0, y < size.y - 1 ? row : 0)
                for z in 0..<size.z {
                    let (downZ, upZ) = (z > 0 ? 1 : 0, z < size.z - 1 ? 1 : 0)
                    @inline(__always) func slope(_ down: Int, _ up: Int, _ stride: Int) -> Float {
                        guard down + up > 0 else { return 0 }
                        let rise = f[n + up] - f[n - down] + w[n + up] - w[n - down]
                        return rise / (2 * Float((down + up) / stride))
                    }
                    let g = SIMD3(slope(downX, upX, plane), slope(downY, upY, row), slope(downZ, upZ, 1))
                    let d = b.inside[n] ? f[n] - w[n] : 0
                    let push = g * (d / ((g * g).sum() + d * d / 4 + Self.faint))
                    b.force[0][n] = push.x
                    b.force[1][n] = push.y
                    b.force[2][n] = push.z
                    n += 1
                }
            }
        }
    }
}
