import CRegistrationKernels

/// Where the pixels of a slice are in a stack of another volume.
struct SliceMap {
    /// The first pixel's place, and the way to the next row and column, in samples of the displacement.
    let start, rowStep, columnStep: SIMD3<Float>
    let displacement: Displacement?
    /// From there to samples of the stack.
    let origin: SIMD3<Float>
    let columns: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
    var kernels = RegistrationKernels.fastest

    /// The places of a row's pixels.
    func places(row: Int, into places: inout [SIMD3<Float>]) {
        func three(_ v: SIMD3<Float>) -> (Float, Float, Float) { (v.x, v.y, v.z) }
        var line = tomos_line(
            start: three(start + rowStep * Float(row)), step: three(columnStep), displacement: nil, size: (0, 0, 0),
            origin: three(origin), columns: (three(columns.0), three(columns.1), three(columns.2)))
        // A vector of three takes the room of four.
        func find() {
            places.withUnsafeMutableBytes { places in
                let places = places.bindMemory(to: SIMD4<Float>.self)
                guard let first = places.baseAddress else { return }
                first.withMemoryRebound(to: Float.self, capacity: 4 * places.count) {
                    kernels.pointee.places(&line, Int32(places.count), $0)
                }
            }
        }
        guard let displacement else { return find() }
        line.size = displacement.size.kernelSize
        displacement.vectors.withUnsafeBytes { vectors in
            line.displacement = vectors.assumingMemoryBound(to: Float.self).baseAddress
            find()
        }
    }
}
