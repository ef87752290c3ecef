import Foundation
import Volumes

/// An NRRD file (or a header with its data file) whose header is judged.
struct NRRDFile {
    /// Its fields and pairs.
    let header: NRRDHeader
    /// The volume. Where voxels have several values these come as so many volumes, `layers` says.
    let stored: StoredVolume
    /// Values of a voxel, side by side: the length of an axis before those of space; 1 where there is none.
    let layers: Int

    /// Opens a file and judges its header: what teem's definition of the format allows for volumes in space.
    ///
    /// - Throws: `VolumeFileError`: a header that is damaged, or says what is not read (encodings but `raw` and `gzip`,
    ///   data in several files).
    init(_ path: String) throws(VolumeFileError) {
        let (header, end) = try NRRDHeader.read(path)
        self.header = header
        let reader = NRRDFields(header: header, path: path)
        let axes = try NRRDAxes(reader)
        let type = try reader.type()
        layers = axes.layers
        let (geometry, notices) = try axes.geometry(reader)
        let content = try reader.content(header: path, end: end, bytes: axes.sizes.reduce(type.width, *))
        stored = StoredVolume(
            info: VolumeFileInfo(
                format: .nrrd, version: nil, dimensions: axes.dimensions, datatype: type.name,
                bytesPerVoxel: type.width, geometry: geometry, scaling: .identity, notices: notices),
            type: type, isBigEndian: try reader.isBigEndian(type), content: content)
    }

    /// Refuses voxels of several values, which are colours, vectors or layers of a segmentation.
    func requireOneValue(_ path: String) throws(VolumeFileError) {
        guard layers == 1 else {
            throw .unsupportedFormat(
                path: path, format: "an image of \(layers) values a voxel",
                wayOut: "write the one wanted to a file of its own")
        }
    }
}

/// The axes of an NRRD file: those of space, and at most one other.
struct NRRDAxes {
    /// Lengths of all axes, the fastest first.
    let sizes: [Int]
    /// Which of them lie in space.
    let spatial: [Int]
    /// Steps in space along those, as the file has them; nil where it has none.
    let directions: [Vec3]?
    /// Values of a voxel, side by side.
    let layers: Int
    /// Lengths along the axes of space, and the number of volumes where there is more than one.
    let dimensions: [Int]

    init(_ fields: NRRDFields) throws(VolumeFileError) {
        let sizes = try fields.sizes()
        let steps = try fields.directions(sizes.count)
        let kinds = fields.kinds(sizes.count)
        func isSpatial(_ axis: Int) -> Bool {
            if let steps { return steps[axis] != nil }
            return kinds[axis].map { ["domain", "space"].contains($0) } ?? true
        }
        let spatial = sizes.indices.filter(isSpatial)
        let others = sizes.indices.filter { !isSpatial($0) }
        let isInRow = zip(spatial, spatial.dropFirst()).allSatisfy { $1 == $0 + 1 }
        // Without directions a fourth axis counts volumes.
        let most = steps == nil ? 4 : 3
        guard (1...most).contains(spatial.count), others.count <= 1, spatial.count + others.count <= 4, isInRow else {
            throw .unsupportedFormat(
                path: fields.path, format: "an NRRD of \(sizes.count) axes, \(spatial.count) of them in space",
                wayOut: "save one volume of three axes, for example with 3D Slicer")
        }
        let isFirst = others.first.map { $0 < spatial[0] } ?? false
        var dimensions = spatial.map { sizes[$0] }
        while dimensions.count < 3 { dimensions.append(1) }
        if let other = others.first, !isFirst, sizes[other] > 1 { dimensions.append(sizes[other]) }
        (self.sizes, self.spatial, self.dimensions) = (sizes, spatial, dimensions)
        directions = steps.map { steps in spatial.compactMap { steps[$0] } }
        layers = isFirst ? sizes[others[0]] : 1
    }

    /// The grid, RAS mm.
    func geometry(_ fields: NRRDFields) throws(VolumeFileError) -> (Geometry, notices: [String]) {
        var notices: [String] = []
        let space = try fields.space()
        if space == nil {
            notices.append(
                "the header names no space of the body: its axes are taken for left, posterior, superior, as ITK does")
        }
        // What the file calls x, y, z, in RAS.
        let turned = space ?? NRRDFields.leftPosteriorSuperior
        let scale = fields.millimetres()
        let steps = if let directions { directions } else { try fields.spacedAxes(spatial) }
        var columns = steps.map { $0 * turned * scale }
        while columns.count < 3 {
            // A slice: one voxel thick, across the others.
            let across = columns.count == 2 ? columns[0].cross(columns[1]) : Vec3(0, 1, 0)
            columns.append(across.length > 0 ? across.normalized : Vec3(0, 0, 1))
            notices.append("an image of fewer than three axes: those it lacks are one voxel of 1 mm long")
        }
        let shape = Shape(dimensions[0], dimensions[1], dimensions[2])
        let geometry = Geometry(
            shape: shape,
            affine: Affine(
                i: columns[0], j: columns[1], k: columns[2], origin: try fields.origin() * turned * scale))
        if let flaw = geometry.flaw { throw .unusableGrid(path: fields.path, reason: flaw) }
        return (geometry, notices)
    }
}
