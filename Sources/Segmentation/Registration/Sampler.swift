import Volumes
import Preparation

/// Finds the cell of a grid that a place lies in; beyond the border the outermost cell's edge goes on.
struct SampleGrid: Sendable {
    private let last: (x: Float, y: Float, z: Float)
    private let size: SIMD3<Int>
    private let plane: Int

    init(_ size: SIMD3<Int>) {
        self.size = size
        last = (Float(size.x - 1), Float(size.y - 1), Float(size.z - 1))
        plane = size.y * size.z
    }

    /// The first of a cell's eight corners, the steps to the others, and where the place lies between them.
    struct Cell {
        var corner: Int
        var fraction: SIMD3<Float>
        var stepX, stepY, stepZ: Int
    }

    // One coordinate at a time: rounding whole vectors to integers goes through a slow general conversion.
    @inline(__always)
    func cell(_ place: SIMD3<Float>) -> Cell {
        // In this order what is no number becomes 0.
        let (x, y, z) = (min(max(0, place.x), last.x), min(max(0, place.y), last.y), min(max(0, place.z), last.z))
        let (i, j, k) = (Int(known: x), Int(known: y), Int(known: z))
        return Cell(
            corner: i * plane + j * size.z + k, fraction: SIMD3(x - Float(i), y - Float(j), z - Float(k)),
            stepX: i < size.x - 1 ? plane : 0, stepY: j < size.y - 1 ? size.z : 0, stepZ: k < size.z - 1 ? 1 : 0)
    }
}

/// Reads a grid between its samples, linearly; beyond the border the outermost value goes on.
struct Sampler {
    let grid: SampleGrid
    private let values: UnsafePointer<Float>

    /// `values` must stay where they are while this is used.
    init(_ values: UnsafePointer<Float>, _ size: SIMD3<Int>) {
        self.values = values
        grid = SampleGrid(size)
    }

    /// The value at a place in a cell of this grid.
    @inline(__always)
    subscript(c: SampleGrid.Cell) -> Float {
        let (p, f) = (values + c.corner, c.fraction)
        @inline(__always) func line(_ at: Int) -> Float { p[at] + f.z * (p[at + c.stepZ] - p[at]) }
        @inline(__always) func face(_ at: Int) -> Float {
            let near = line(at)
            return near + f.y * (line(at + c.stepY) - near)
        }
        let near = face(0)
        return near + f.x * (face(c.stepX) - near)
    }
}

/// Reads a grid of label ids between its samples: the id that holds more than half of the linear weights, else 0.
struct LabelSampler {
    private let ids: UnsafePointer<UInt16>

    /// `ids` must stay where they are while this is used.
    init(_ ids: UnsafePointer<UInt16>) { self.ids = ids }

    /// The id at a place in a cell of the ids' grid.
    @inline(__always)
    subscript(c: SampleGrid.Cell) -> UInt16 {
        let p = ids + c.corner
        let first = p[0]
        let differs =
            (p[c.stepZ] ^ first) | (p[c.stepY] ^ first) | (p[c.stepY + c.stepZ] ^ first) | (p[c.stepX] ^ first)
            | (p[c.stepX + c.stepZ] ^ first) | (p[c.stepX + c.stepY] ^ first)
            | (p[c.stepX + c.stepY + c.stepZ] ^ first)
        return differs == 0 ? first : vote(c)
    }

    private func vote(_ c: SampleGrid.Cell) -> UInt16 {
        let (p, f) = (ids + c.corner, c.fraction)
        func id(_ corner: Int) -> UInt16 {
            p[(corner & 4 != 0 ? c.stepX : 0) + (corner & 2 != 0 ? c.stepY : 0) + (corner & 1 != 0 ? c.stepZ : 0)]
        }
        for corner in 0..<8 where id(corner) != 0 {
            var weight: Float = 0
            for other in 0..<8 where id(other) == id(corner) {
                weight +=
                    (other & 4 != 0 ? f.x : 1 - f.x) * (other & 2 != 0 ? f.y : 1 - f.y)
                    * (other & 1 != 0 ? f.z : 1 - f.z)
            }
            if weight > 0.5 { return id(corner) }
        }
        return 0
    }
}
