import Volumes

/// A grid and what to call it.
public struct NamedGrid: Sendable, Hashable {
    /// What it is called: a file name, or its part in the comparison.
    public var name: String
    /// The grid.
    public var geometry: Geometry

    /// Makes a named grid.
    public init(name: String, geometry: Geometry) { (self.name, self.geometry) = (name, geometry) }
}

/// Why two label maps cannot be compared.
public enum EvaluationError: TomosError, Hashable {
    /// The maps do not lie on the same grid.
    case differentGrids(result: NamedGrid, truth: NamedGrid)

    /// The kind of error.
    public var category: ErrorCategory { .badData }

    /// What differs and what to do.
    public var description: String {
        switch self {
        case .differentGrids(let result, let truth):
            let (a, b) = (result.geometry, truth.geometry)
            let difference =
                a.shape != b.shape
                ? "\(result.name) has \(a.shape) voxels, \(truth.name) \(b.shape)"
                : "\(result.name) and \(truth.name) have \(a.shape) voxels, but the same voxel lies up to "
                    + "\(rounded(a.largestDistance(to: b))) mm apart (\(frame(a)) against \(frame(b)))"
            return "\(difference); label maps are compared on one grid only (use the label map made for the same image)"
        }
    }

    private func frame(_ geometry: Geometry) -> String {
        let (spacing, origin) = (geometry.spacing, geometry.affine.origin)
        return "\(geometry.orientation), spacing \(list(spacing)), origin \(list(origin))"
    }

    private func list(_ vector: Vec3) -> String {
        (0..<3).map { "\(rounded(vector[$0]))" }.joined(separator: " ")
    }
}

/// Three decimals, for people.
private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

extension Geometry {
    /// The largest distance in mm between equal corners of two grids of one shape.
    fileprivate func largestDistance(to other: Geometry) -> Double {
        let far = Vec3(Double(shape.i - 1), Double(shape.j - 1), Double(shape.k - 1))
        return (0..<8).map { corner in
            let voxel = far * Vec3(Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2 & 1))
            return (affine.position(of: voxel) - other.affine.position(of: voxel)).length
        }.max() ?? 0
    }
}
