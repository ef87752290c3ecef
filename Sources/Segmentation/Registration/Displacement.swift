import Preparation

/// A smooth displacement on a grid's samples, in samples along S, R, A.
struct Displacement: Sendable {
    let size: SIMD3<Int>
    /// One vector a sample, A fastest.
    var vectors: [SIMD4<Float>]

    /// What kernels have found.
    init(_ field: KernelField) {
        size = field.size
        let count = KernelGrid.count(size)
        vectors = [SIMD4<Float>](unsafeUninitializedCapacity: count) { vectors, initialized in
            withExtendedLifetime(field) {
                for n in 0..<count {
                    let p = field.floats + 4 * n
                    vectors.initializeElement(at: n, to: SIMD4(p[0], p[1], p[2], 0))
                }
            }
            initialized = count
        }
    }

    /// The displacement at a place in samples, linear between them; beyond the border the outermost goes on.
    func at(_ place: SIMD3<Float>) -> SIMD3<Float> {
        vectors.withUnsafeBufferPointer { vectors in
            let c = SampleGrid(size).cell(place)
            let (v, f) = (vectors.baseAddress! + c.corner, c.fraction)
            func line(_ n: Int) -> SIMD4<Float> { v[n] + f.z * (v[n + c.stepZ] - v[n]) }
            func face(_ n: Int) -> SIMD4<Float> {
                let near = line(n)
                return near + f.y * (line(n + c.stepY) - near)
            }
            let near = face(0)
            let result = near + f.x * (face(c.stepX) - near)
            return SIMD3(result.x, result.y, result.z)
        }
    }
}
