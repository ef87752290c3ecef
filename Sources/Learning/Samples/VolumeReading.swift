import Volumes

/// Reads rows of a volume between its voxels, linearly. Beyond the border the outermost image goes on, but no label.
struct VolumeReading {
    /// The eight voxels around a place.
    struct Cell {
        /// The first of them, and the steps to the others along z, y, x: 0 at the border.
        var corner: Int32
        var stepZ, stepY, stepX: Int32
        /// Where the place lies between them along z, y, x; the fourth is 1 in a voxel of the volume, else 0.
        var fraction: SIMD4<Float>
    }

    private let size: SIMD3<Int>

    /// `size` of the volume along z, y, x.
    init(_ size: SIMD3<Int>) { self.size = size }

    /// Finds the cells of places in voxels (z, y, x, 0).
    func find(_ places: UnsafePointer<SIMD4<Float>>, _ cells: UnsafeMutablePointer<Cell>, count: Int) {
        let (row, plane) = (Int32(size[2]), Int32(size[1] * size[2]))
        let last = SIMD3<Int32>(Int32(size[0] - 1), Int32(size[1] - 1), Int32(size[2] - 1))
        let end = (Float(size[0] - 1), Float(size[1] - 1), Float(size[2] - 1))
        for n in 0..<count {
            let place = places[n]
            let z = min(max(0, place[0]), end.0)
            let y = min(max(0, place[1]), end.1)
            let x = min(max(0, place[2]), end.2)
            // Through Int, since rounding down a whole vector takes a slow general way.
            let k = Int32(truncatingIfNeeded: Int(known: z))
            let j = Int32(truncatingIfNeeded: Int(known: y))
            let i = Int32(truncatingIfNeeded: Int(known: x))
            // A voxel reaches half its length beyond its centre.
            let away = max(abs(place[0] - z), abs(place[1] - y), abs(place[2] - x))
            cells[n] = Cell(
                corner: k * plane + j * row + i, stepZ: k < last[0] ? plane : 0, stepY: j < last[1] ? row : 0,
                stepX: i < last[2] ? 1 : 0,
                fraction: SIMD4(z - Float(k), y - Float(j), x - Float(i), away < 0.5 ? 1 : 0))
        }
    }

    /// The values in the cells, every `stride`-th of `output`.
    func read(
        _ values: UnsafePointer<Float>, _ cells: UnsafePointer<Cell>, count: Int,
        to output: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        for n in 0..<count {
            let c = cells[n]
            let p = values + Int(c.corner)
            let (stepZ, stepY, stepX) = (Int(c.stepZ), Int(c.stepY), Int(c.stepX))
            let (z, y, x) = (c.fraction[0], c.fraction[1], c.fraction[2])
            @inline(__always) func line(_ at: Int) -> Float { p[at] + x * (p[at + stepX] - p[at]) }
            @inline(__always) func face(_ at: Int) -> Float {
                let near = line(at)
                return near + y * (line(at + stepY) - near)
            }
            let near = face(0)
            // Whole slices are not to meet their neighbours, not even times 0.
            output[n * stride] = z == 0 ? near : near + z * (face(stepZ) - near)
        }
    }

    /// The labels that hold most of the linear weights in the cells.
    func read(
        _ labels: UnsafePointer<UInt8>, _ cells: UnsafePointer<Cell>, count: Int, to output: UnsafeMutablePointer<UInt8>
    ) {
        for n in 0..<count {
            let c = cells[n]
            let p = labels + Int(c.corner)
            let (z, y, x) = (Int(c.stepZ), Int(c.stepY), Int(c.stepX))
            let first = p[0]
            let differs =
                (p[x] ^ first) | (p[y] ^ first) | (p[y + x] ^ first) | (p[z] ^ first) | (p[z + x] ^ first)
                | (p[z + y] ^ first) | (p[z + y + x] ^ first)
            output[n] = c.fraction[3] == 0 ? 0 : differs == 0 ? first : Self.vote(p, c)
        }
    }

    /// The label with most weight among eight that are not all the same; the first of equals.
    private static func vote(_ p: UnsafePointer<UInt8>, _ c: Cell) -> UInt8 {
        let (z, y, x) = (Int(c.stepZ), Int(c.stepY), Int(c.stepX))
        let labels = SIMD8<UInt8>(p[0], p[x], p[y], p[y + x], p[z], p[z + x], p[z + y], p[z + y + x])
        let (fz, fy, fx) = (c.fraction[0], c.fraction[1], c.fraction[2])
        let (a, b) = ((1 - fz) * (1 - fy), (1 - fz) * fy)
        let (d, e) = (fz * (1 - fy), fz * fy)
        let (gx, hx) = (1 - fx, fx)
        let weights = SIMD8<Float>(a * gx, a * hx, b * gx, b * hx, d * gx, d * hx, e * gx, e * hx)
        var (best, most) = (labels[0], Float(-1))
        for n in 0..<8 {
            var weight: Float = 0
            for other in 0..<8 where labels[other] == labels[n] { weight += weights[other] }
            if weight > most { (best, most) = (labels[n], weight) }
            if most > 0.5 { break }
        }
        return best
    }
}
