import CDCMTKBridge
import Platform
import Volumes

/// DICOM Segmentation objects: written over a series, and read from any maker.
public enum DICOMSegmentation {
    /// SOP Class UIDs of Segmentation Storage and Label Map Segmentation Storage.
    static let sopClasses: Set<String> = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"]

    /// How voxels are kept.
    public enum Kind: String, Sendable {
        /// A bit a voxel, frames of each segment: what viewers read.
        case binary
        /// A number a voxel, a frame a slice (DICOM 2024): smaller, and read by few.
        case labelMap
    }

    /// Writes a label map as an object of the series that it was made from.
    ///
    /// Each frame lies where its slice lies. Patient, study and frame of reference are the source's; UIDs follow from the
    /// content and the time.
    ///
    /// - Parameters:
    ///   - labels: On the reference's grid, in whatever storage order.
    ///   - entries: What the ids mean, one for each id that occurs.
    ///   - keepsEmptyFrames: Whether slices in which a segment has no voxel get a frame.
    /// - Returns: What a person should know.
    /// - Throws: `DICOMError` where labels and reference make no object, or the file cannot be written.
    public static func write(
        _ labels: LabelVolume, entries: [LabelEntry], reference: DICOMReference, kind: Kind = .binary,
        keepsEmptyFrames: Bool = false, to path: String
    ) throws -> [String] {
        let labels = try reference.labels(labels)
        let told = entries.map { "\($0.id) \($0.name) \($0.terms)" }.joined(separator: "\n")
        let bytes = labels.voxels.withUnsafeBytes { Array($0) } + Array(told.utf8)
        let names = SegmentNames(entries)
        let draft = try Draft(
            reference, DICOMObjectIdentity(of: bytes, kind: kind.rawValue, reference: reference), names,
            entries.enumerated().map { n, entry in (entry, kind == .labelMap ? entry.id : UInt16(clamping: n + 1)) })
        let notice = try labels.voxels.withUnsafeBufferPointer { voxels in
            try draft.write(to: path) { content in
                content.kind = kind == .labelMap ? tomos_seg_labelmap : tomos_seg_binary
                content.keeps_empty_frames = keepsEmptyFrames
                content.labels = voxels.baseAddress
            }
        }
        return names.notices + notice
    }

    /// Writes how probable a label is, voxel for voxel, as a FRACTIONAL object.
    ///
    /// - Parameters:
    ///   - probabilities: 0 to 1, in the storage order of the reference's grid.
    ///   - entry: The label.
    /// - Throws: `DICOMError` as ``write(_:entries:reference:kind:keepsEmptyFrames:to:)``.
    public static func write(
        probabilities: [Float], entry: LabelEntry, reference: DICOMReference, to path: String
    ) throws -> [String] {
        precondition(probabilities.count == reference.geometry.shape.count, "probabilities of another grid")
        let bytes = probabilities.map { UInt8(clamping: ($0 * 255).rounded()) }
        let names = SegmentNames([entry])
        let identity = DICOMObjectIdentity(
            of: bytes + Array("\(entry.name) \(entry.terms)".utf8), kind: "fractional", reference: reference)
        let draft = try Draft(reference, identity, names, [(entry, 1)])
        let notice = try bytes.withUnsafeBufferPointer { bytes in
            try draft.write(to: path) { content in
                content.kind = tomos_seg_fractional
                content.probabilities = bytes.baseAddress
            }
        }
        return names.notices + notice
    }
}

/// An object that is being put together; the texts that its parts point to live as long as it.
private final class Draft {
    private let source: DICOMReference.Image
    private let texts = CStrings()
    private let slices: [tomos_seg_slice]
    private let segments: [tomos_seg_segment]
    private var content: tomos_seg_content

    init(
        _ reference: DICOMReference, _ identity: DICOMObjectIdentity, _ names: SegmentNames,
        _ entries: [(entry: LabelEntry, number: UInt16)]
    ) throws {
        guard let source = reference.images.first else { throw DICOMError.empty(series: reference.seriesInstanceUID) }
        try DCMTKFile.setUp()
        if let fault = DICOMNesting.fault(source.path) { throw DICOMError.file(path: source.path, reason: fault) }
        self.source = source
        let texts = texts
        segments = entries.map { Self.segment($0.entry, number: $0.number, names, texts) }
        slices = Self.slices(reference, texts)
        content = Self.content(reference, identity, texts)
    }

    /// Writes it, once `fill` has said what voxels it has; returns what a person should know.
    func write(to path: String, fill: (inout tomos_seg_content) -> Void) throws -> [String] {
        fill(&content)
        var (written, reason) = (tomos_seg_written(), ErrorText())
        let isWritten = segments.withUnsafeBufferPointer { segments in
            slices.withUnsafeBufferPointer { slices in
                (content.segments, content.segment_count) = (segments.baseAddress, segments.count)
                content.slices = slices.baseAddress
                return tomos_seg_write(path, source.path, &content, &written, &reason.buffer, reason.buffer.count)
            }
        }
        guard isWritten else {
            throw DICOMError.file(path: path, reason: "the segmentation is not written: \(reason.text)")
        }
        return written.guessed_text ? ["texts of the source did not fit its character set and were guessed"] : []
    }

    private static func segment(_ entry: LabelEntry, number: UInt16, _ names: SegmentNames, _ texts: CStrings)
        -> tomos_seg_segment
    {
        func code(_ concept: CodedConcept) -> tomos_seg_code {
            tomos_seg_code(scheme: texts(concept.scheme), value: texts(concept.value), meaning: texts(concept.meaning))
        }
        let (terms, colour) = (entry.terms, entry.colour.dicomCIELab)
        var segment = tomos_seg_segment()
        (segment.number, segment.id) = (number, entry.id)
        segment.label = texts(names.names[entry.id])
        (segment.algorithm_name, segment.algorithm_type) = (texts("tomos \(tomosVersion)"), texts("AUTOMATIC"))
        (segment.category, segment.type) = (code(terms.category), code(terms.type))
        if let side = terms.laterality { segment.type_modifier = code(side) }
        segment.has_colour = true
        segment.colour = (colour.lightness, colour.a, colour.b)
        return segment
    }

    private static func slices(_ reference: DICOMReference, _ texts: CStrings) -> [tomos_seg_slice] {
        reference.slices.enumerated().map { k, image in
            let position = reference.geometry.affine.position(of: Vec3(0, 0, Double(k)))
            var slice = tomos_seg_slice()
            slice.position = (-position.x, -position.y, position.z)
            if let image {
                (slice.sop_class, slice.sop_instance) = (texts(image.sopClassUID), texts(image.sopInstanceUID))
                slice.frame = UInt32(clamping: image.frame ?? 0)
            }
            return slice
        }
    }

    /// All but voxels, slices and segments.
    private static func content(
        _ reference: DICOMReference, _ identity: DICOMObjectIdentity, _ texts: CStrings
    ) -> tomos_seg_content {
        let (geometry, spacing) = (reference.geometry, reference.geometry.spacing)
        let column = geometry.affine.column(0) / spacing.x
        let row = geometry.affine.column(1) / spacing.y
        var content = tomos_seg_content()
        (content.rows, content.columns) = (UInt16(clamping: geometry.shape.j), UInt16(clamping: geometry.shape.i))
        content.slice_count = geometry.shape.k
        content.orientation = (-column.x, -column.y, column.z, -row.x, -row.y, row.z)
        content.spacing = (spacing.y, spacing.x)
        let across = abs(geometry.affine.column(2).dot(column.cross(row)))
        content.thickness = reference.sliceThickness.flatMap { $0 > 0 ? $0 : nil } ?? across
        content.spacing_between_slices = across
        content.is_grid_of_source = reference.slices.allSatisfy { $0 != nil }
        (content.sop_instance, content.series) = (texts(identity.instance), texts(identity.series))
        content.dimension_organization = texts(identity.organization)
        (content.study, content.source_series) = (texts(reference.studyInstanceUID), texts(reference.seriesInstanceUID))
        content.frame_of_reference = texts(reference.frameOfReferenceUID)
        (content.series_description, content.series_number) = (texts("Segmentation"), 300)
        (content.content_label, content.content_description) = (texts("SEGMENTATION"), texts("Segmentation by tomos"))
        content.content_creator = texts(DICOMObjectIdentity.manufacturer)
        (content.manufacturer, content.model) = (
            texts(DICOMObjectIdentity.manufacturer), texts(DICOMObjectIdentity.model)
        )
        content.serial_number = texts(DICOMObjectIdentity.serialNumber)
        content.software_version = texts(tomosVersion)
        (content.date, content.time) = (texts(identity.date), texts(identity.time))
        return content
    }
}
