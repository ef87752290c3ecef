import Platform
import Preparation
import Volumes

/// What the page is told of image and labels besides their voxels: where they lie, how to show them, what labels are
/// called. Of a DICOM image that is its geometry and nothing else from its headers.
struct ViewDescription: Encodable, Sendable {
    /// A label of the table.
    struct Label: Encodable, Sendable {
        let id: UInt16
        let name: String
        let colour: String
        let voxels: Int
    }

    struct Labels: Encodable, Sendable {
        let type: VoxelBytes.Kind
        let table: [Label]
    }

    /// Values that are shown black and white, under a name.
    struct Window: Encodable, Sendable {
        let name: String
        let lower, upper: Double
    }

    /// For the page's title.
    let name: String
    /// Voxels along R, A, S.
    let shape: [Int]
    /// mm between them.
    let spacing: [Double]
    /// Rows of the map from voxel (along R, A, S) to mm in RAS.
    let affine: [[Double]]
    /// For R, A and S the axis of the file (0 = i), and whether it is walked from its far end.
    let fileAxes: [FileAxis]
    let type: VoxelBytes.Kind
    /// The first is shown.
    let windows: [Window]
    /// Where the crosshair stands at first: a voxel along R, A, S.
    let start: [Int]
    /// What a person should know of the grid.
    let notices: [String]
    let labels: Labels?

    struct FileAxis: Encodable, Sendable {
        let axis: Int
        let reversed: Bool
    }
}

extension Geometry {
    /// What a picture along the grid's own axes does not show as it is.
    var viewNotices: [String] {
        let orientation = orientation
        let cosines = [orientation.right, orientation.anterior, orientation.superior].enumerated().map { n, axis in
            abs(affine.column(axis.axis).normalized[n])
        }
        var notices: [String] = []
        if !affine.isOrthogonal {
            notices.append(
                "The grid's axes are not at right angles (gantry tilt): planes are shown as stored, so that angles in "
                    + "them are not those of the body. Positions in mm are right.")
        }
        let lean = Angle.degrees(cosine: cosines.min() ?? 1)
        if lean > 0.5 {
            notices.append(
                "The image was taken at an angle: planes follow its own axes, up to \(decimal(lean, 1))° off the body's; "
                    + "letters name the nearest direction. Positions in mm are right.")
        }
        return notices
    }
}
