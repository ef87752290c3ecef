import Foundation
import Volumes

/// A segment as the pairs of a `.seg.nrrd` tell of it (3D Slicer, vtkMRMLSegmentationStorageNode).
struct SlicerSegment {
    /// Shown to people.
    var name: String
    /// sRGB.
    var colour: Colour
    /// The value of its voxels, and the layer in which they have it.
    var value: UInt16, layer: Int
    /// From the terminology entry, where there is one.
    var category: CodedConcept?
    var concept: CodedConcept?
    var laterality: CodedConcept?

    /// The segments in their order; empty where the header is not of a segmentation.
    ///
    /// - Throws: `VolumeFileError` where a label value or layer is none.
    static func all(_ pairs: [String: String], layers: Int, path: String) throws(VolumeFileError) -> [SlicerSegment] {
        var segments: [SlicerSegment] = []
        var n = 0
        while let name = pairs["Segment\(n)_Name"] ?? pairs["Segment\(n)_ID"] {
            let key = { (field: String) in pairs["Segment\(n)_\(field)"] }
            // Versions before layers count the segments.
            let value = key("LabelValue") ?? (layers > 1 ? "1" : "\(n + 1)")
            guard let value = UInt16(value), value > 0 else {
                throw .badField(
                    path: path, field: "Segment\(n)_LabelValue", value: "'\(value)'",
                    expected: "a whole number from 1 to 65535")
            }
            let layer = key("Layer") ?? (layers > 1 ? "\(n)" : "0")
            guard let layer = Int(layer), (0..<layers).contains(layer) else {
                throw .badField(
                    path: path, field: "Segment\(n)_Layer", value: "'\(layer)'", expected: "0 to \(layers - 1)")
            }
            let terms = SlicerTerminology.read(key("Tags") ?? "")
            segments.append(
                SlicerSegment(
                    name: name, colour: key("Color").flatMap(colour) ?? LabelTable.defaultColour(n), value: value,
                    layer: layer, category: terms?.category, concept: terms?.type, laterality: terms?.modifier))
            n += 1
        }
        return segments
    }

    private static func colour(_ text: String) -> Colour? {
        let parts = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
        guard parts.count == 3 else { return nil }
        let bytes = parts.compactMap { $0.flatMap { UInt8(rounding: min(max($0, 0), 1) * 255) } }
        return bytes.count == 3 ? Colour(bytes[0], bytes[1], bytes[2]) : nil
    }
}

/// A terminology entry among a segment's tags: seven parts between `~`, codes as `scheme^value^meaning` (3D Slicer,
/// vtkSlicerTerminologiesModuleLogic).
public enum SlicerTerminology {
    private static let tag = "TerminologyEntry:"

    /// Category, type and modifier of an entry.
    typealias Terms = (category: CodedConcept?, type: CodedConcept?, modifier: CodedConcept?)

    /// What the tags say; nil where they hold no entry.
    static func read(_ tags: String) -> Terms? {
        guard let entry = tags.split(separator: "|").first(where: { $0.hasPrefix(tag) }) else { return nil }
        let parts = entry.dropFirst(tag.count).split(separator: "~", omittingEmptySubsequences: false)
        func code(_ n: Int) -> CodedConcept? {
            guard n < parts.count else { return nil }
            let fields = parts[n].split(separator: "^", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, !fields[0].isEmpty, !fields[1].isEmpty else { return nil }
            return CodedConcept(fields[0], fields[1], fields[2])
        }
        return (code(1), code(2), code(3))
    }

    /// The tags of a segment. Nothing in them may hold what separates them.
    public static func tags(category: CodedConcept, type: CodedConcept, modifier: CodedConcept?) -> String {
        func code(_ concept: CodedConcept?) -> String {
            guard let concept else { return "^^" }
            return [concept.scheme, concept.value, concept.meaning].map(plain).joined(separator: "^")
        }
        let parts = [
            "Segmentation category and type - 3D Slicer General Anatomy list", code(category), code(type),
            code(modifier), "Anatomic codes - DICOM master list", "^^", "^^",
        ]
        return "Segmentation.Status:inprogress|\(tag)\(parts.joined(separator: "~"))|"
    }

    private static func plain(_ text: String) -> String { String(text.map { "~^|\n\r".contains($0) ? " " : $0 }) }
}
