import Volumes

/// How surfaces of labels are made.
public struct SurfaceOptions: Sendable, Hashable {
    /// How far the surface may move for the sake of fewer triangles, in sides of a voxel (the shortest); 0 keeps all.
    public var tolerance: Double

    /// Makes the options.
    public init(tolerance: Double = 0.05) { self.tolerance = tolerance }
}

/// The surface of one label of a label map: closed, manifold, turned outwards, smooth, and around the volume of the
/// label's voxels. Voxels of it that share no face but an edge or a corner are kept apart there; what touches the
/// volume's border ends there. Only where a voxel is so small and so far from the origin that single precision, which all
/// these files have, cannot tell its sides apart, the surface is none: ``check`` says so.
public struct LabelSurface: Sendable {
    /// How much was done to the surface between voxels. What would leave it less than closed and manifold is undone.
    public enum Treatment: String, Sendable, Hashable, Codable {
        /// Smoothed, with fewer triangles.
        case simplified
        /// Smoothed.
        case smoothed
        /// As it lies between the voxels.
        case plain
    }

    /// The label.
    public let id: UInt16
    /// The surface.
    public let mesh: TriangleMesh
    /// How it was made.
    public let treatment: Treatment
    /// What the mesh is, its vertices at the same place taken as one: what who reads an STL file finds.
    public let check: MeshCheck
    /// Number of the label's voxels.
    public let voxels: Int
    /// Their volume in mm3.
    public let voxelVolume: Double
    /// Their centroid in mm, RAS.
    public let voxelCentroid: Vec3
    /// The shortest side of a voxel in mm.
    public let shortestSide: Double

    /// The mesh's volume against the voxels', as a share: 0.01 is one per cent more.
    public var volumeError: Double { check.volume / voxelVolume - 1 }

    /// Makes the surface of a label; nil where no voxel has it.
    ///
    /// - Parameter extent: the label's from `LabelVolume.extents()`, which spares looking for it.
    public init?(
        of id: UInt16, in labels: LabelVolume, extent: LabelExtent? = nil, options: SurfaceOptions = SurfaceOptions()
    ) {
        guard id != 0, let extent = extent ?? labels.extents()[id] else { return nil }
        let affine = labels.geometry.affine
        self.id = id
        voxels = extent.count
        voxelVolume = Double(extent.count) * labels.geometry.voxelVolume
        voxelCentroid = affine.position(of: extent.centre)

        let surface = VoxelSurface(of: id, in: labels, box: extent.box)
        let parts = SurfaceParts(surface)
        shortestSide = labels.geometry.spacing.min()
        let tolerance = Float(options.tolerance * shortestSide)
        let smoothed = surface.mesh(at: SurfaceSmoothing(surface, parts).positions, affine)
        let attempts: [(Treatment, () -> TriangleMesh)] = [
            (.simplified, { smoothed.split(by: parts).map { $0.simplified(tolerance: tolerance) }.joined() }),
            (.smoothed, { smoothed }), (.plain, { surface.mesh(at: surface.midpoints, affine) }),
        ]
        var best: (Treatment, TriangleMesh, MeshCheck)?
        for (treatment, make) in attempts where treatment != .simplified || tolerance > 0 {
            let mesh = make()
            let check = MeshCheck(mesh.merged)
            best = (treatment, mesh, check)
            if check.isManifold { break }
        }
        guard let best else { return nil }
        (treatment, mesh, check) = best
    }
}

extension VoxelSurface {
    /// The surface in space with its vertices at these places, in voxels from its origin.
    fileprivate func mesh(at places: [SIMD3<Float>], _ affine: Affine) -> TriangleMesh {
        let first = affine.position(of: Vec3(origin))
        let turned = Affine(i: affine.column(0), j: affine.column(1), k: affine.column(2), origin: first)
        let isLeftHanded = affine.determinant < 0
        return TriangleMesh(
            positions: places.map { SIMD3<Float>(turned.position(of: Vec3($0))) },
            triangles: isLeftHanded ? triangles.map { [$0.x, $0.z, $0.y] } : triangles)
    }
}

extension TriangleMesh {
    /// A mesh for each closed part.
    fileprivate func split(by parts: SurfaceParts) -> [TriangleMesh] {
        if parts.count == 1 { return [self] }
        var meshes = [TriangleMesh](repeating: TriangleMesh(), count: parts.count)
        var new = [UInt32](repeating: 0, count: positions.count)
        for (vertex, place) in positions.enumerated() {
            let part = Int(parts.ofVertex[vertex])
            new[vertex] = UInt32(meshes[part].positions.count)
            meshes[part].positions.append(place)
        }
        for triangle in triangles {
            meshes[Int(parts.ofVertex[Int(triangle.x)])].triangles.append(
                [new[Int(triangle.x)], new[Int(triangle.y)], new[Int(triangle.z)]])
        }
        return meshes
    }
}

extension [TriangleMesh] {
    /// All of them as one.
    fileprivate func joined() -> TriangleMesh {
        if count == 1 { return self[0] }
        return reduce(into: TriangleMesh()) { all, mesh in
            let first = UInt32(all.positions.count)
            all.positions += mesh.positions
            for triangle in mesh.triangles { all.triangles.append(triangle &+ first) }
        }
    }
}
