import Volumes

/// A label map as a file holds it: labels on a grid, several layers where they overlap, and what the file says they are.
public struct LabelMap: Sendable, Equatable {
    /// The grid.
    public let geometry: Geometry
    /// Label ids, i fastest. More than one only where labels overlap; an id is in one layer only.
    public let layers: [[UInt16]]
    /// Names, colours and codes, where the file says them.
    public let table: LabelTable?
    /// What a person should know.
    public var notices: [String] = []

    /// A label map without names.
    public init(_ labels: LabelVolume) { (geometry, layers, table) = (labels.geometry, [labels.voxels], nil) }

    /// Labels with names that may overlap. Layers that do not are laid into one.
    public init(geometry: Geometry, layers: [[UInt16]], table: LabelTable) {
        (self.geometry, self.table) = (geometry, table)
        self.layers = Self.merged(layers)
    }

    /// Segments whose values may recur from layer to layer: then they are numbered anew, in their order.
    init(
        _ geometry: Geometry, layers: [[UInt16]], _ segments: [SlicerSegment], path: String
    ) throws(VolumeFileError) {
        let isNumberedAnew = Set(segments.map(\.value)).count < segments.count
        var ids = [[UInt16: UInt16]](repeating: [:], count: layers.count)
        var entries: [LabelEntry] = []
        for (n, segment) in segments.enumerated() {
            guard ids[segment.layer][segment.value] == nil else {
                throw .badField(
                    path: path, field: "Segment\(n)_LabelValue", value: "\(segment.value), as of another segment",
                    expected: "one of its own")
            }
            let id = isNumberedAnew ? UInt16(clamping: n + 1) : segment.value
            ids[segment.layer][segment.value] = id
            entries.append(
                LabelEntry(
                    id: id, name: segment.name, colour: segment.colour, concept: segment.concept,
                    category: segment.category, laterality: segment.laterality))
        }
        let numbered = zip(layers, ids).map { layer, ids in
            isNumberedAnew ? layer.map { $0 == 0 ? 0 : ids[$0] ?? 0 } : layer
        }
        self.init(geometry: geometry, layers: numbered, table: LabelTable(entries))
    }

    /// The labels where none overlaps another; nil where some do.
    public var labels: LabelVolume? {
        layers.count == 1 ? LabelVolume(geometry: geometry, voxels: layers[0]) : nil
    }

    /// Two labels that overlap, in the first voxel where that is seen; nil where none do.
    public var overlap: (UInt16, UInt16)? {
        guard layers.count > 1 else { return nil }
        for n in 0..<geometry.shape.count {
            let ids = layers.map { $0[n] }.filter { $0 != 0 }
            if ids.count > 1 { return (ids[0], ids[1]) }
        }
        return nil
    }

    /// Puts a label's voxels into the first layer where it overlaps nothing, or into one of its own.
    static func lay(_ voxels: [Int], _ id: UInt16, into layers: inout [[UInt16]], count: Int) {
        let free = layers.firstIndex { layer in voxels.allSatisfy { layer[$0] == 0 } }
        if free == nil { layers.append([UInt16](repeating: 0, count: count)) }
        let place = free ?? layers.count - 1
        for voxel in voxels { layers[place][voxel] = id }
    }

    /// Layers laid into as few as their labels allow: each is laid into the first in which it overlaps nothing.
    private static func merged(_ layers: [[UInt16]]) -> [[UInt16]] {
        var merged: [[UInt16]] = []
        for layer in layers {
            let place = merged.firstIndex { other in
                !zip(other, layer).contains { $0 != 0 && $1 != 0 }
            }
            if let place {
                for n in layer.indices where layer[n] != 0 { merged[place][n] = layer[n] }
            } else {
                merged.append(layer)
            }
        }
        return merged
    }
}
