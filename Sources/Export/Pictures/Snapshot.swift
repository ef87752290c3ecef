import Platform
import Volumes

/// Pictures of a label map over its image, as they stand in a report or a paper: three planes or a mosaic of slices, with
/// letters that name directions, a legend and a scale bar in mm.
///
/// The convention is the radiological one: the patient's right on the left of the picture, superior (axial: anterior) up,
/// anterior on the left of a sagittal slice. Distances are true to scale, the same in every slice. Slices follow the
/// grid's nearest axes; nothing is resampled across slices.
public struct Snapshot: Sendable, Hashable {
    /// Which slices are shown.
    public enum Slices: Sendable, Hashable {
        /// An axial, a coronal and a sagittal slice side by side (the last two one above the other where they are flat),
        /// each through the labels' centre of mass, or through the
        /// nearest slice to it that shows more different labels.
        case planes
        /// `count` slices of one plane, evenly spaced over those from the first to the last that holds a label, in rows
        /// of `columns`; in order towards superior, anterior or right.
        case mosaic(plane: SlicePlane, count: Int, columns: Int)
    }

    /// How labels are shown.
    public enum Style: String, Sendable, Hashable, CaseIterable {
        /// Lines along the borders of labels.
        case contour
        /// Areas that the image shines through, with a line around each.
        case fill
    }

    /// What surrounds the slices.
    public enum Background: String, Sendable, Hashable, CaseIterable {
        case black, white
    }

    /// What a picture is written as.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Pixels, 8 bits of red, green and blue.
        case png
        /// Lines and letters as paths, slices as pictures inside.
        case svg
    }

    /// A picture that was drawn.
    public struct Picture: Sendable, Hashable {
        /// The bytes of the file.
        public let bytes: [UInt8]
        /// What a person should know of it, one sentence each.
        public let notices: [String]
    }

    /// Which slices are shown.
    public var slices = Slices.planes
    /// How labels are shown.
    public var style = Style.contour
    /// How much of a label's colour is mixed into the image where it is filled, 0 to 1.
    public var opacity = 0.35
    /// Width of the lines in pixels, 0 for none; nil: by the size of the slices.
    public var lineWidth: Double?
    /// Width of the picture in pixels; its height follows from what is shown.
    public var width = 1280
    /// The labels that are shown; nil: all.
    public var labels: Set<UInt16>?
    /// How many mm around the labels are shown; nil: the whole field.
    public var margin: Double?
    /// What surrounds the slices.
    public var background = Background.black
    /// A line above the slices.
    public var title: String?
    /// Whether names and colours of the labels stand below the slices.
    public var hasLegend = true
    /// Whether a bar of so many mm stands below the slices.
    public var hasScaleBar = true
    /// Whether letters name the directions: at the edges of each plane, in a mosaic of its first slice.
    public var hasLetters = true
    /// Whether each slice says where it lies, in mm along the axis that it is across, in the space of the image.
    public var hasPositions = true

    /// Three planes with contours, a legend, a scale bar and letters.
    public init() {}

    /// What `width` may be.
    public static let widths = 200...8000
    /// What the count of slices of a mosaic may be.
    public static let counts = 1...400
    /// What its columns may be.
    public static let columns = 1...40
    /// What `lineWidth` may be.
    public static let lineWidths = 0.0...20.0
    /// What `opacity` may be.
    public static let opacities = 0.0...1.0
    /// What `margin` may be, in mm.
    public static let margins = 0.0...1000.0

    /// Draws the picture.
    ///
    /// - Parameter labels: on the image's grid, in any storage order.
    /// - Parameter table: names and colours; labels that it lacks get some.
    /// - Parameter window: the values shown black and white.
    /// - Throws: `ExportError` where a setting is beyond its limits, the grids or the window do not fit, or cairo fails.
    public func picture(
        of volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float),
        as format: Format
    ) throws -> Picture {
        try validate()
        let scene = try SnapshotScene(self, volume: volume, labels: labels, table: table, window: window)
        return try SnapshotDrawing(self, scene, format: format).picture()
    }

    /// Draws the picture as `picture(of:labels:table:window:as:)` does, as pixels that are not yet a file.
    func pixels(
        of volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float)
    ) throws -> SnapshotPixels {
        try validate()
        let scene = try SnapshotScene(self, volume: volume, labels: labels, table: table, window: window)
        return try SnapshotDrawing(self, scene, format: .png).pixels()
    }

    /// Throws where a setting is beyond its limits.
    public func validate() throws {
        func require<Value: Comparable>(
            _ name: String, _ value: Value, _ limits: ClosedRange<Value>, _ unit: String = ""
        )
            throws
        {
            guard limits.contains(value) else {
                throw ExportError.badSetting(
                    name: name, value: "\(value)", allowed: "\(limits.lowerBound) to \(limits.upperBound)\(unit)")
            }
        }
        try require("size", width, Self.widths, " pixels")
        try require("opacity", opacity, Self.opacities)
        if let lineWidth { try require("line-width", lineWidth, Self.lineWidths, " pixels") }
        if let margin { try require("crop", margin, Self.margins, " mm") }
        if case .mosaic(_, let count, let columns) = slices {
            try require("count", count, Self.counts)
            try require("columns", columns, Self.columns)
        }
    }

    /// At most `count` different slices: the middles of so many equal parts of a range.
    static func evenlySpaced(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
        let count = min(count, range.count)
        return (0..<count).map { range.lowerBound + (2 * $0 + 1) * range.count / (2 * count) }
    }
}

/// A picture's pixels, rows from the top, three bytes each: red, green, blue.
struct SnapshotPixels {
    let width, height: Int
    let rgb: [UInt8]
}
