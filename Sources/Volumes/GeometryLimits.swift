/// What a grid of an image of a body, or of a part of one, may be. Every reader holds what a file says against these
/// before it calculates with it, so that what comes after may trust a geometry: lengths in mm and their ratios, products
/// and counts stay far from where numbers end.
public enum GeometryLimits {
    /// Distance in mm between the centres of neighbouring voxels: a tenth of a micrometre, finer than light shows, to ten
    /// metres.
    public static let spacing = 1e-4...1e4
    /// Largest distance in mm, along an axis of space, of the first voxel from the origin: a kilometre.
    public static let offset = 1e6
    /// Largest length in mm of a grid along one of its axes: a kilometre.
    public static let extent = 1e6
    /// Smallest volume of a voxel as a share of the box with its edges: below it the axes lie in one plane.
    static let flatness = 1e-6

    /// What `spacing` allows, for messages.
    public static let spacingText = "0.0001 to 10000 mm"
    /// What `offset` allows, for messages.
    public static let offsetText = "at most 1000000 mm from the origin"
}

extension Geometry {
    /// What is impossible or implausible about the grid, with the value; nil where nothing is. See ``GeometryLimits``.
    public var flaw: String? {
        for row in [affine.rowX, affine.rowY, affine.rowZ] {
            for n in 0..<4 where !row[n].isFinite { return "an entry is \(row[n])" }
        }
        for (axis, name) in ["i", "j", "k"].enumerated() {
            let length = affine.spacing[axis]
            if length == 0 { return "axis \(name) has no length" }
            guard GeometryLimits.spacing.contains(length) else {
                return "voxels along \(name) lie \(length) mm apart, which is not \(GeometryLimits.spacingText)"
            }
            guard length * Double(shape[axis]) <= GeometryLimits.extent else {
                return "\(shape[axis]) voxels of \(length) mm along \(name) are longer than \(GeometryLimits.extent) mm"
            }
        }
        for (axis, name) in ["x", "y", "z"].enumerated() where abs(affine.origin[axis]) > GeometryLimits.offset {
            return "the first voxel lies at \(name) = \(affine.origin[axis]) mm, which is not "
                + GeometryLimits.offsetText
        }
        let box = affine.spacing.x * affine.spacing.y * affine.spacing.z
        return abs(affine.determinant) > GeometryLimits.flatness * box ? nil : "the axes lie in one plane"
    }
}
