/// The closed surfaces that a surface consists of, which no polygon joins: one a part of the label, one a cavity.
struct SurfaceParts: Sendable {
    /// The part of each vertex, in order of their first vertices.
    private(set) var ofVertex: [UInt32]
    /// Number of parts.
    private(set) var count = 0

    /// Finds the parts of a surface.
    init(_ surface: VoxelSurface) {
        let unseen = UInt32.max
        ofVertex = Array(repeating: unseen, count: surface.midpoints.count)
        var open: [UInt32] = []
        for start in ofVertex.indices where ofVertex[start] == unseen {
            let part = UInt32(count)
            count += 1
            ofVertex[start] = part
            open.append(UInt32(start))
            while let vertex = open.popLast() {
                let neighbours = surface.neighbours[Int(vertex)]
                for n in 0..<4 where ofVertex[Int(neighbours[n])] == unseen {
                    ofVertex[Int(neighbours[n])] = part
                    open.append(neighbours[n])
                }
            }
        }
    }
}
