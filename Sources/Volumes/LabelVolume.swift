/// A label map: for every voxel the id of the structure it belongs to, 0 for background.
public struct LabelVolume: Sendable, Equatable {
    /// The grid.
    public var geometry: Geometry
    /// Label ids, i fastest.
    public var voxels: [UInt16]

    /// Makes a label map. The number of voxels must be the shape's.
    public init(geometry: Geometry, voxels: [UInt16]) {
        precondition(voxels.count == geometry.shape.count, "\(voxels.count) labels for a grid of \(geometry.shape)")
        (self.geometry, self.voxels) = (geometry, voxels)
    }

    /// An empty (all background) label map.
    public init(geometry: Geometry) {
        self.init(geometry: geometry, voxels: Array(repeating: 0, count: geometry.shape.count))
    }

    /// Label ids of one slice, columns fastest.
    public func slice(_ index: Int, in layout: SliceLayout) -> [UInt16] {
        gatherRows(voxels, index, layout) { $0 }
    }

    /// Puts a slice back where `slice(_:in:)` takes it from.
    public mutating func setSlice(_ index: Int, in layout: SliceLayout, to labels: [UInt16]) {
        precondition(
            labels.count == layout.rows * layout.columns,
            "\(labels.count) labels for a slice of \(layout.rows)x\(layout.columns)")
        voxels.withUnsafeMutableBufferPointer { voxels in
            for row in 0..<layout.rows {
                var to = layout.start(slice: index, row: row)
                for column in 0..<layout.columns {
                    voxels[to] = labels[row * layout.columns + column]
                    to += layout.columnStride
                }
            }
        }
    }

    /// Number of voxels of each id that occurs, background included.
    public func histogram() -> [UInt16: Int] {
        var counts = [Int](repeating: 0, count: 65536)
        for label in voxels { counts[Int(label)] += 1 }
        return Dictionary(
            uniqueKeysWithValues: counts.enumerated().filter { $0.element > 0 }.map { (UInt16($0.offset), $0.element) })
    }
}

/// What a label id means.
public struct LabelEntry: Sendable, Hashable {
    /// Id in the label map, 1 to 65535.
    public var id: UInt16
    /// Name shown to people.
    public var name: String
    /// Colour, 0-255 each.
    public var colour: Colour
    /// The structure as a coded concept, where known.
    public var concept: CodedConcept?
    /// The kind of thing it is, e.g. an anatomical structure, where known.
    public var category: CodedConcept?
    /// Which side it is on, where known.
    public var laterality: CodedConcept?

    /// Makes an entry.
    public init(
        id: UInt16, name: String, colour: Colour, concept: CodedConcept? = nil, category: CodedConcept? = nil,
        laterality: CodedConcept? = nil
    ) {
        (self.id, self.name, self.colour) = (id, name, colour)
        (self.concept, self.category, self.laterality) = (concept, category, laterality)
    }

    /// Makes an entry of a SNOMED CT code, which means what ``StructureDictionary`` says or else what the name says.
    public init(id: UInt16, name: String, colour: Colour, snomed: String?) {
        let concept = snomed.map { code in
            CodedConcept(
                "SCT", code, StructureDictionary.structure(code: code, laterality: nil)?.concept.meaning ?? name)
        }
        self.init(id: id, name: name, colour: colour, concept: concept)
    }

    /// SNOMED CT concept id of the structure, where known.
    public var snomed: String? { concept.flatMap { $0.scheme == "SCT" ? $0.value : nil } }
}

extension LabelEntry {
    /// Category, type and side as a viewer is told them.
    public struct Terms: Sendable, Hashable {
        /// What kind of thing it is, and what it is.
        public var category, type: CodedConcept
        /// Right, left or both, where known.
        public var laterality: CodedConcept?
    }

    /// What the entry says, or where it says nothing ``StructureDictionary`` of its code or its name; an unknown structure
    /// is tissue, as 3D Slicer has it.
    public var terms: Terms {
        let named = StructureDictionary.structure(named: name)
        let known = concept.map { StructureDictionary.structure(code: $0.value, laterality: laterality) } ?? named
        // A code for both sides, of a label whose name says which.
        let side = concept == nil || named?.concept.value == concept?.value ? named?.laterality : nil
        return Terms(
            category: category ?? known?.category ?? (concept == nil ? .tissue : .anatomicalStructure),
            type: concept ?? known?.concept ?? .tissue, laterality: laterality ?? known?.laterality ?? side)
    }
}

/// An sRGB colour, 0-255 each.
public struct Colour: Sendable, Hashable {
    /// Red, green, blue.
    public var red, green, blue: UInt8

    /// Makes a colour.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }
}

/// The labels of a task, in order of id.
public struct LabelTable: Sendable, Hashable {
    /// Entries, ids ascending and distinct.
    public let entries: [LabelEntry]

    /// Makes a table; entries are sorted by id.
    public init(_ entries: [LabelEntry]) { self.entries = entries.sorted { $0.id < $1.id } }

    /// The entry of an id.
    public subscript(id: UInt16) -> LabelEntry? { entries.first { $0.id == id } }

    /// A colour for the n-th label when nobody chose one: twelve well-separated hues, then again.
    public static func defaultColour(_ n: Int) -> Colour {
        let palette: [Colour] = [
            Colour(230, 75, 60), Colour(60, 160, 230), Colour(80, 190, 90), Colour(240, 180, 50), Colour(160, 90, 200),
            Colour(50, 190, 180), Colour(240, 120, 170), Colour(150, 110, 70), Colour(120, 140, 240),
            Colour(190, 210, 70),
            Colour(220, 140, 90), Colour(110, 170, 150),
        ]
        return palette[n % palette.count]
    }
}

extension Colour {
    /// As style sheets have it: `#rrggbb`.
    package var hexadecimal: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
