import CDCMTKBridge
import Platform
import Volumes

/// RT Structure Sets: labels as contours on the slices of a series, written and read.
public enum DICOMStructureSet {
    /// SOP Class UID of RT Structure Set Storage.
    static let sopClass = "1.2.840.10008.5.1.4.1.1.481.3"

    /// Writes a label map as contours on the slices of the series that it was made from, in the planes of the slices,
    /// whatever their orientation. Patient, study and frame of reference are the source's.
    ///
    /// - Parameters:
    ///   - labels: On the reference's grid, in whatever storage order.
    ///   - entries: What the ids mean, one for each id that occurs.
    /// - Returns: What a person should know.
    /// - Throws: `DICOMError` where labels and reference make no structure set, or the file cannot be written.
    public static func write(
        _ labels: LabelVolume, entries: [LabelEntry], reference: DICOMReference,
        options: ContourOptions = ContourOptions(), to path: String
    ) throws -> [String] {
        let labels = try reference.labels(labels)
        let contours = labels.contours(options)
        let content = labels.voxels.withUnsafeBytes { Array($0) } + Array("\(entries.map(\.name))".utf8)
        let draft = try StructureSetDraft(
            reference, DICOMObjectIdentity(of: content, kind: "structures \(options)", reference: reference), path: path
        )
        let names = SegmentNames(entries)
        var notices = draft.notices + names.notices
        for (n, entry) in entries.enumerated() {
            let own = contours.first { $0.id == entry.id } ?? LabelContours(id: entry.id)
            try draft.add(entry, named: names.names[entry.id], number: n + 1, own)
            if own.specks > 0 {
                notices.append(
                    "\(SafeText.words(entry.name)): \(own.specks) parts of \(own.speckVoxels) voxels in all are left out"
                )
            }
        }
        try draft.write()
        return notices
    }

    /// Reads a structure set onto a grid: a voxel is of a region where its centre lies inside the region's contours.
    ///
    /// - Parameter grid: Of the series that the contours were drawn on, in whatever storage order.
    /// - Returns: Labels by ROI number (numbered anew where one is no label id), in layers where they overlap.
    /// - Throws: `DICOMError` where the file is damaged, `ContourError` where contours do not lie on the grid's slices.
    public static func read(_ path: String, on grid: Geometry) throws -> LabelMap {
        let set = try OpenStructureSet(path)
        let slices = grid.reordered(set.axes(for: grid))
        let map = try fill(set, on: slices)
        let layers = map.layers.compactMap { layer in
            LabelVolume(geometry: slices, voxels: layer).stored(like: grid)?.voxels
        }
        var stored = LabelMap(geometry: grid, layers: layers, table: map.table ?? LabelTable([]))
        stored.notices = map.notices
        return stored
    }

    /// Fills the contours in the slices k of a grid.
    private static func fill(_ set: OpenStructureSet, on grid: Geometry) throws -> LabelMap {
        let numbers = set.regions.map(\.number)
        let areIDs = numbers.allSatisfy { $0 > 0 && $0 <= Int(UInt16.max) }
        var layers: [[UInt16]] = []
        var entries: [LabelEntry] = []
        var notices: [String] = []
        for (n, region) in set.regions.enumerated() {
            let id = UInt16(clamping: areIDs ? region.number : n + 1)
            let fill = try grid.fill(region.contours, of: region.entry.name)
            LabelMap.lay(fill.voxels.ranges.flatMap { Array($0) }, id, into: &layers, count: grid.shape.count)
            var entry = region.entry
            entry.id = id
            entries.append(entry)
            let name = SafeText.words(entry.name)
            notices += fill.skipped.sorted { $0.key < $1.key }.map {
                "\(name): \($0.value) contours of type \(SafeText.words($0.key)) enclose nothing and are passed over"
            }
            if fill.cut > 0 { notices.append("\(name): \(fill.cut) contours reach beyond the image and are cut there") }
        }
        if layers.isEmpty { layers = [[UInt16](repeating: 0, count: grid.shape.count)] }
        var map = LabelMap(geometry: grid, layers: layers, table: LabelTable(entries))
        map.notices = notices
        return map
    }
}

extension DICOMReference {
    /// A label map in the storage order of the series.
    ///
    /// - Throws: `DICOMError.notReferable` where it does not lie on its grid.
    func labels(_ labels: LabelVolume) throws(DICOMError) -> LabelVolume {
        if let stored = labels.stored(like: geometry) { return stored }
        throw .notReferable(
            series: seriesInstanceUID,
            reason: "the label map has \(labels.geometry.shape) voxels in \(labels.geometry.orientation), and does not "
                + "lie on the grid of its slices, \(geometry.shape) (name the series that it was made from)")
    }
}

/// A structure set that is being put together.
private final class StructureSetDraft {
    let notices: [String]
    private let handle: OpaquePointer
    private let reference: DICOMReference
    private let path: String

    init(_ reference: DICOMReference, _ identity: DICOMObjectIdentity, path: String) throws {
        guard let source = reference.images.first else { throw DICOMError.empty(series: reference.seriesInstanceUID) }
        try DCMTKFile.setUp()
        if let fault = DICOMNesting.fault(source.path) { throw DICOMError.file(path: source.path, reason: fault) }
        var (reason, isGuessed) = (ErrorText(), false)
        guard
            let handle = tomos_structures_begin(
                source.path, reference.studyInstanceUID, reference.seriesInstanceUID, reference.frameOfReferenceUID,
                &isGuessed, &reason.buffer, reason.buffer.count)
        else { throw Self.failure(path, reason) }
        (self.handle, self.reference, self.path) = (handle, reference, path)
        notices = isGuessed ? ["texts of the source did not fit its character set and were guessed"] : []
        for (tag, text) in Self.elements(identity) {
            try require { tomos_structures_set(handle, tag.group, tag.element, text, $0, $1) }
        }
        for image in reference.images where image.frame == nil { try add(image) }
        // Of a file of several frames every frame is an image of its own.
        for image in reference.slices.compactMap({ $0 }) where image.frame != nil { try add(image) }
    }

    deinit { tomos_structures_discard(handle) }

    /// Places of images in the draft.
    private var places: [DICOMReference.Image: Int] = [:]

    private func add(_ image: DICOMReference.Image) throws {
        try require {
            tomos_structures_add_image(
                handle, image.sopClassUID, image.sopInstanceUID, UInt32(clamping: image.frame ?? 0), $0, $1)
        }
        places[image] = places.count
    }

    func add(_ entry: LabelEntry, named name: String?, number: Int, _ contours: LabelContours) throws {
        let (texts, terms) = (CStrings(), entry.terms)
        var region = tomos_structures_roi()
        region.number = Int32(clamping: number)
        region.name = texts(name)
        region.has_colour = true
        (region.red, region.green, region.blue) = (entry.colour.red, entry.colour.green, entry.colour.blue)
        region.type = texts(terms.category == .anatomicalStructure ? "ORGAN" : "")
        region.scheme = texts(terms.type.scheme)
        (region.value, region.meaning) = (texts(terms.type.value), texts(terms.type.meaning))
        try require { tomos_structures_add_roi(handle, &region, $0, $1) }
        let decimals = Int32(clamping: reference.geometry.contourDecimals)
        for contour in contours.contours {
            let points = contour.coordinates(reference.geometry.affine)
            let place = reference.slices[contour.slice].flatMap { places[$0] } ?? -1
            try require {
                tomos_structures_add_contour(handle, place, points, contour.points.count, decimals, $0, $1)
            }
        }
    }

    func write() throws { try require { tomos_structures_write(handle, path, $0, $1) } }

    private func require(_ call: (UnsafeMutablePointer<CChar>, Int) -> Bool) throws {
        var reason = ErrorText()
        let isDone = reason.buffer.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { call($0, buffer.count) } ?? false
        }
        if !isDone { throw Self.failure(path, reason) }
    }

    private static func failure(_ path: String, _ reason: ErrorText) -> DICOMError {
        .file(path: path, reason: "the structure set is not written: \(reason.text)")
    }

    private static func elements(_ identity: DICOMObjectIdentity) -> [(DICOMTag, String)] {
        [
            (.sopInstance, identity.instance), (.series, identity.series),
            (DICOMTag(0x3006, 0x0002), "SEGMENTATION"), (DICOMTag(0x3006, 0x0004), "Segmentation by tomos"),
            (DICOMTag(0x3006, 0x0008), identity.date), (DICOMTag(0x3006, 0x0009), identity.time),
            (DICOMTag(0x0008, 0x0070), DICOMObjectIdentity.manufacturer),
            (DICOMTag(0x0008, 0x1090), DICOMObjectIdentity.model),
            (DICOMTag(0x0018, 0x1000), DICOMObjectIdentity.serialNumber), (DICOMTag(0x0018, 0x1020), tomosVersion),
            (.seriesDescription, "Segmentation"), (.seriesNumber, "301"),
        ]
    }
}

/// A structure set that was read; closed when it goes.
private final class OpenStructureSet {
    struct Region {
        var number: Int
        var entry: LabelEntry
        var contours: [PlanarContour]
    }

    let regions: [Region]

    init(_ path: String) throws {
        try DCMTKFile.setUp()
        if let fault = DICOMNesting.fault(path) { throw DICOMError.file(path: path, reason: fault) }
        var reason = ErrorText()
        guard let set = tomos_structures_open(path, &reason.buffer, reason.buffer.count) else {
            throw DICOMError.file(path: path, reason: "no structure set that can be read: \(reason.text)")
        }
        defer { tomos_structures_close(set) }
        regions = (0..<tomos_structures_describe(set).rois).compactMap { n in
            var region = tomos_structures_roi()
            guard tomos_structures_get_roi(set, n, &region) else { return nil }
            return Region(
                number: Int(region.number), entry: Self.entry(region, place: n),
                contours: Self.contours(set, n, count: region.contours))
        }
    }

    /// The axes of a grid with the one last along which its slices follow each other: across the contours.
    func axes(for grid: Geometry) -> [Orientation.SignedAxis] {
        let contour = regions.lazy.flatMap(\.contours).first { $0.isClosed && $0.coordinates.count >= 9 }
        let normal = contour.map(Self.normal) ?? .zero
        let across = (0..<3).max { one, other in
            abs(grid.affine.column(one).normalized.dot(normal)) < abs(grid.affine.column(other).normalized.dot(normal))
        }
        let last = normal == .zero ? 2 : across ?? 2
        return ((0..<3).filter { $0 != last } + [last]).map { Orientation.SignedAxis(axis: $0, reversed: false) }
    }

    /// Across a closed contour, RAS (Newell: the sum of the edges' cross products, whatever its shape).
    private static func normal(_ contour: PlanarContour) -> Vec3 {
        let points = stride(from: 0, to: contour.coordinates.count, by: 3).map { n in
            Vec3(-contour.coordinates[n], -contour.coordinates[n + 1], contour.coordinates[n + 2])
        }
        let sum = points.indices.reduce(Vec3.zero) {
            $0 + (points[$1] - points[0]).cross(points[($1 + 1) % points.count] - points[0])
        }
        return sum.length > 0 ? sum.normalized : .zero
    }

    private static func entry(_ region: tomos_structures_roi, place: Int) -> LabelEntry {
        let concept = optionalText(region.value).map {
            CodedConcept(optionalText(region.scheme) ?? "", $0, optionalText(region.meaning) ?? "")
        }
        return LabelEntry(
            id: UInt16(clamping: place + 1), name: optionalText(region.name) ?? "region \(region.number)",
            colour: region.has_colour
                ? Colour(region.red, region.green, region.blue) : LabelTable.defaultColour(place), concept: concept)
    }

    private static func contours(_ set: OpaquePointer, _ region: Int, count: Int) -> [PlanarContour] {
        (0..<count).compactMap { n in
            var contour = tomos_structures_contour()
            guard tomos_structures_get_contour(set, region, n, &contour) else { return nil }
            let points = UnsafeBufferPointer(start: contour.points, count: 3 * contour.count)
            return PlanarContour(type: optionalText(contour.type) ?? "", coordinates: Array(points))
        }
    }
}
