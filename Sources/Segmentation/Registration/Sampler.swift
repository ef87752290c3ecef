import Preparation

/// Reads a grid between its samples, linearly; beyond the border the outermost value goes on.
struct Sampler {
    private let values: UnsafePointer<Float>
    private let size: SIMD3<Int32>
    private let last: SIMD3<Float>
    private let plane: Int
    private let row: Int

    /// `values` must stay where they are while this is used.
    init(_ values: UnsafePointer<Float>, _ size: SIMD3<Int>) {
        self.values = values
        self.size = SIMD3(truncatingIfNeeded: size)
        last = SIMD3<Float>(size &- 1)
        (plane, row) = (size.y * size.z, size.z)
    }

    /// The eight corners around a place and where it lies between them.
    private struct Cell {
        var corner: UnsafePointer<Float>
        var fraction: SIMD3<Float>
        var stepX, stepY, stepZ: Int
    }

    @inline(__always)
    private func cell(_ place: SIMD3<Float>) -> Cell {
        let inside = pointwiseMin(pointwiseMax(place, .zero), last)
        let base = SIMD3<Int32>(inside, rounding: .down)
        let next = pointwiseMin(base &+ 1, size &- 1) &- base
        return Cell(
            corner: values + (Int(base.x) * plane + Int(base.y) * row + Int(base.z)),
            fraction: inside - SIMD3<Float>(base), stepX: Int(next.x) * plane, stepY: Int(next.y) * row,
            stepZ: Int(next.z))
    }

    /// The value at a place in samples.
    @inline(__always)
    func callAsFunction(_ place: SIMD3<Float>) -> Float {
        let c = cell(place)
        let (p, f) = (c.corner, c.fraction)
        @inline(__always) func line(_ at: Int) -> Float { p[at] + f.z * (p[at + c.stepZ] - p[at]) }
        @inline(__always) func face(_ at: Int) -> Float {
            let near = line(at)
            return near + f.y * (line(at + c.stepY) - near)
        }
        let near = face(0)
        return near + f.x * (face(c.stepX) - near)
    }

    /// The value and its derivative per sample along each axis.
    @inline(__always)
    func slope(_ place: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>) {
        let c = cell(place)
        let (p, f) = (c.corner, c.fraction)
        @inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + t * (b - a) }
        let corners = (
            p[0], p[c.stepZ], p[c.stepY], p[c.stepY + c.stepZ], p[c.stepX], p[c.stepX + c.stepZ],
            p[c.stepX + c.stepY], p[c.stepX + c.stepY + c.stepZ]
        )
        let (z0, z1) = (mix(corners.0, corners.1, f.z), mix(corners.2, corners.3, f.z))
        let (z2, z3) = (mix(corners.4, corners.5, f.z), mix(corners.6, corners.7, f.z))
        let (near, far) = (mix(z0, z1, f.y), mix(z2, z3, f.y))
        let alongZ = mix(
            mix(corners.1 - corners.0, corners.3 - corners.2, f.y),
            mix(corners.5 - corners.4, corners.7 - corners.6, f.y), f.x)
        return (mix(near, far, f.x), SIMD3(far - near, mix(z1 - z0, z3 - z2, f.x), alongZ))
    }
}

/// Reads a grid of label ids between its samples: the id that holds more than half of the linear weights, else 0.
struct LabelSampler {
    private let ids: UnsafePointer<UInt16>
    private let size: SIMD3<Int>

    /// `ids` must stay where they are while this is used.
    init(_ ids: UnsafePointer<UInt16>, _ size: SIMD3<Int>) { (self.ids, self.size) = (ids, size) }

    @inline(__always)
    func callAsFunction(_ place: SIMD3<Float>) -> UInt16 {
        let last = SIMD3<Float>(size &- 1)
        let inside = pointwiseMin(pointwiseMax(place, .zero), last)
        let base = SIMD3<Int>(inside, rounding: .down)
        let f = inside - SIMD3<Float>(base)
        let at = (base.x * size.y + base.y) * size.z + base.z
        let stepX = base.x < size.x - 1 ? size.y * size.z : 0
        let stepY = base.y < size.y - 1 ? size.z : 0
        let stepZ = base.z < size.z - 1 ? 1 : 0
        let first = ids[at]
        var same = true
        for corner in 1..<8 where ids[at + offset(corner)] != first { same = false }
        if same { return first }
        for corner in 0..<8 {
            let id = ids[at + offset(corner)]
            guard id != 0 else { continue }
            var weight: Float = 0
            for other in 0..<8 where ids[at + offset(other)] == id {
                weight +=
                    (other & 4 != 0 ? f.x : 1 - f.x) * (other & 2 != 0 ? f.y : 1 - f.y)
                    * (other & 1 != 0 ? f.z : 1 - f.z)
            }
            if weight > 0.5 { return id }
        }
        return 0

        @inline(__always) func offset(_ corner: Int) -> Int {
            (corner & 4 != 0 ? stepX : 0) + (corner & 2 != 0 ? stepY : 0) + (corner & 1 != 0 ? stepZ : 0)
        }
    }
}
