import Platform
import Volumes

/// Why contours did not become voxels.
public enum ContourError: TomosError, Hashable {
    /// A point of a contour lies beside every slice of the grid, by `distance` mm.
    case offSlice(roi: String, distance: Double, tolerance: Double)
    /// Points of one contour lie on different slices of the grid.
    case severalSlices(roi: String, from: Int, to: Int)
    /// A coordinate is not a finite number.
    case notFinite(roi: String)
    /// Two regions have voxels in common.
    case overlap(String, String, voxels: Int)

    /// The kind of error.
    public var category: ErrorCategory { .badData }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .offSlice(let roi, let distance, let tolerance):
            "a contour of \(Self.quoted(roi)) lies \(decimal(distance, 3)) mm beside the nearest slice of the image, "
                + "and \(decimal(tolerance, 3)) mm are allowed (give the series that the contours were drawn on)"
        case .severalSlices(let roi, let from, let to):
            "a contour of \(Self.quoted(roi)) goes from slice \(from) to slice \(to) of the image; a contour must lie "
                + "in one slice (give the series that the contours were drawn on)"
        case .notFinite(let roi):
            "a contour of \(Self.quoted(roi)) has a coordinate that is not a number (export the structure set again)"
        case .overlap(let one, let other, let voxels):
            "\(Self.quoted(one)) and \(Self.quoted(other)) have \(voxels) voxels in common, and a label map holds one "
                + "label for each voxel (choose regions that do not overlap)"
        }
    }

    private static func quoted(_ name: String) -> String { "'\(SafeText.line(name))'" }
}
