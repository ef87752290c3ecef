import CDCMTKBridge
import Platform
import Volumes

extension DICOMSegmentation {
    /// Reads an object with the names, colours and codes of its segments.
    ///
    /// - Parameter grid: Of the image that the labels are of: frames are laid onto it. Without it the grid is that of the
    ///   object's own frames, and slices between them that have none are empty.
    /// - Returns: Labels by segment number, in layers where they overlap. FRACTIONAL objects are cut at a half.
    /// - Throws: `DICOMError` where the object is damaged, or its frames do not lie on one grid, or not on the one given.
    public static func read(_ path: String, on grid: Geometry? = nil) throws -> LabelMap {
        let object = try OpenSegmentation(path)
        let frames = object.frames
        let grid = try grid ?? FrameGrid(frames, rows: object.rows, columns: object.columns).geometry(path)
        let placements = try frames.map { frame -> FramePlacement in
            guard let placement = FramePlacement(frame, rows: object.rows, columns: object.columns, on: grid) else {
                throw DICOMError.file(
                    path: path,
                    reason:
                        "the frame at \(frame.place) does not lie on the grid of the image, \(grid.shape) voxels in "
                        + "\(grid.orientation) (give the image that it was made from)")
            }
            return placement
        }
        var layers: [[UInt16]] = []
        let background = object.background
        if object.isLabelMap {
            var layer = [UInt16](repeating: 0, count: grid.shape.count)
            for (n, placement) in placements.enumerated() {
                placement.forEachVoxel(try object.pixels(n)) { voxel, value in
                    if !background.contains(value) { layer[voxel] = value }
                }
            }
            layers = [layer]
        } else {
            for segment in object.segments where segment.number > 0 {
                var voxels: [Int] = []
                for (n, placement) in placements.enumerated() where frames[n].segment == segment.number {
                    placement.forEachVoxel(try object.pixels(n)) { voxel, value in
                        if object.isForeground(value) { voxels.append(voxel) }
                    }
                }
                LabelMap.lay(voxels, segment.number, into: &layers, count: grid.shape.count)
            }
        }
        if layers.isEmpty { layers = [[UInt16](repeating: 0, count: grid.shape.count)] }
        let entries = object.segments.filter { !background.contains($0.number) }.enumerated().map {
            entry($1, place: $0)
        }
        var map = LabelMap(geometry: grid, layers: layers, table: LabelTable(entries))
        if object.isFractional { map.notices.append("a FRACTIONAL object: voxels of at least a half are taken") }
        return map
    }

    private static func entry(_ segment: tomos_seg_segment, place: Int) -> LabelEntry {
        func concept(_ code: tomos_seg_code) -> CodedConcept? {
            guard let value = optionalText(code.value) else { return nil }
            return CodedConcept(optionalText(code.scheme) ?? "", value, optionalText(code.meaning) ?? "")
        }
        let (lightness, a, b) = segment.colour
        let sides = [segment.type_modifier, segment.region_modifier].compactMap(concept)
        return LabelEntry(
            id: segment.number, name: optionalText(segment.label) ?? "segment \(segment.number)",
            colour: segment.has_colour ? Colour(dicomCIELab: lightness, a, b) : LabelTable.defaultColour(place),
            concept: concept(segment.type), category: concept(segment.category), laterality: sides.first)
    }
}

/// A frame's place, LPS mm.
struct SegmentationFrame {
    let segment: UInt16
    /// Centre of the first pixel; directions of rising columns and of rising rows.
    let position, alongColumns, alongRows: Vec3
    /// Distance of rows, and of columns.
    let rowSpacing, columnSpacing: Double
    /// Of its slice, where stated.
    let thickness, spacingBetweenSlices: Double

    init(_ frame: tomos_seg_frame) {
        segment = frame.segment
        position = Vec3(frame.position.0, frame.position.1, frame.position.2)
        let o = frame.orientation
        (alongColumns, alongRows) = (Vec3(o.0, o.1, o.2).normalized, Vec3(o.3, o.4, o.5).normalized)
        (rowSpacing, columnSpacing) = (frame.spacing.0, frame.spacing.1)
        (thickness, spacingBetweenSlices) = (frame.thickness, frame.spacing_between_slices)
    }

    var normal: Vec3 { alongColumns.cross(alongRows) }
    var place: String { "(\(position.x), \(position.y), \(position.z)) mm" }
}

/// An open object; closed when it goes.
private final class OpenSegmentation {
    private let handle: OpaquePointer
    private let path: String
    private let info: tomos_seg_info
    let segments: [tomos_seg_segment]
    let frames: [SegmentationFrame]

    init(_ path: String) throws {
        try DCMTKFile.setUp()
        if let fault = DICOMNesting.fault(path) { throw DICOMError.file(path: path, reason: fault) }
        var reason = ErrorText()
        guard let handle = tomos_seg_open(path, &reason.buffer, reason.buffer.count) else {
            throw DICOMError.file(path: path, reason: "no segmentation that can be read: \(reason.text)")
        }
        (self.handle, self.path) = (handle, path)
        info = tomos_seg_about(handle)
        segments = (0..<Int(info.segments)).compactMap { n in
            var segment = tomos_seg_segment()
            return tomos_seg_segment_at(handle, n, &segment) ? segment : nil
        }
        frames = (0..<Int(info.frames)).compactMap { n in
            var frame = tomos_seg_frame()
            return tomos_seg_frame_at(handle, n, &frame) ? SegmentationFrame(frame) : nil
        }
    }

    deinit { tomos_seg_close(handle) }

    var rows: Int { Int(info.rows) }
    var columns: Int { Int(info.columns) }
    var isLabelMap: Bool { info.kind == tomos_seg_labelmap }
    var isFractional: Bool { info.kind == tomos_seg_fractional }

    /// Pixels of a LABELMAP, and numbers of segments, that stand for none.
    var background: Set<UInt16> {
        var values = Set(segments.filter(\.is_background).map(\.number))
        if let value = UInt16(exactly: info.background) { values.insert(value) }
        return isLabelMap ? values.union([0]) : values
    }

    func isForeground(_ value: UInt16) -> Bool {
        isFractional ? 2 * Int(value) >= Int(info.maximum_fractional_value) && value > 0 : value != 0
    }

    func pixels(_ frame: Int) throws -> [UInt16] {
        var pixels = [UInt16](repeating: 0, count: rows * columns)
        var reason = ErrorText()
        guard tomos_seg_pixels(handle, frame, &pixels, pixels.count, &reason.buffer, reason.buffer.count) else {
            throw DICOMError.file(path: path, reason: "frame \(frame + 1) cannot be read: \(reason.text)")
        }
        return pixels
    }
}
