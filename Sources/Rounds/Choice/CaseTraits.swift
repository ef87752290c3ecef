import Foundation
import Segmentation
import VolumeIO
import Volumes

/// Something by which cases are compared: what is at hand of every case without looking at its voxels again.
enum Trait: Hashable, Sendable {
    /// The size of a label: logarithm of its mm3; of a label that is not there, of 1 mm3.
    case size(UInt16)
    /// Mean of the image's values under a label, in the image's unit.
    case brightness(UInt16)
    /// Logarithm of the field of view's length in mm along right-left, anterior-posterior or superior-inferior (0, 1, 2).
    case field(Int)
    /// Logarithm of the voxels' length in mm along these.
    case spacing(Int)

    /// What is weighed together, so that a task of many labels does not go by these alone.
    enum Group: Hashable, CaseIterable {
        case sizes, brightness, field, spacing

        /// What it counts. Sizes are of the body as well as of the result, and are what tells most: on hearts, by how much one
        /// more volume helped, doubt times the distance in sizes alone ranked cases with a Spearman correlation of 0.71, with
        /// all four groups alike 0.54, so 0.68.
        var weight: Double { self == .sizes ? 3 : 1 }
    }

    var group: Group {
        switch self {
        case .size: .sizes
        case .brightness: .brightness
        case .field: .field
        case .spacing: .spacing
        }
    }

    /// The least spread of a trait that counts: a cohort that differs by less is taken for alike.
    var leastSpread: Double {
        switch self {
        case .size: 0.1
        case .field, .spacing: 0.05
        case .brightness: 1e-6
        }
    }
}

/// What a case is like.
struct CaseTraits: Sendable, Equatable {
    var values: [Trait: Double]

    init(_ values: [Trait: Double]) { self.values = values }

    /// Of a case of a study.
    ///
    /// - Parameter grid: The grid of its image, where its header tells.
    init(labels: [(id: UInt16, mm3: Double, mean: Double?)], grid: Geometry?) {
        values = [:]
        for label in labels {
            values[.size(label.id)] = log(max(label.mm3, 1))
            if let mean = label.mean, mean.isFinite { values[.brightness(label.id)] = mean }
        }
        guard let grid else { return }
        for axis in 0..<3 {
            // Voxel axes go by the body's axis that they follow most.
            let column = grid.affine.column(axis)
            let lengths = [abs(column.x), abs(column.y), abs(column.z)]
            guard let body = lengths.indices.max(by: { lengths[$0] < lengths[$1] }), lengths[body] > 0 else { continue }
            values[.spacing(body)] = log(column.length)
            values[.field(body)] = log(column.length * Double(grid.shape[axis]))
        }
    }

    /// Of a labelled volume of a pack.
    ///
    /// - Throws: What reading throws.
    init(_ example: TaskPack.Example, labels table: LabelTable) throws {
        let image = try Images.readVolume(example.image, volumeIndex: 0)
        let labels = try example.readLabels(on: image.geometry)
        let (counts, values) = (labels.histogram(), LabelIntensities(of: image, under: labels).byLabel)
        self.init(
            labels: table.entries.map {
                ($0.id, Double(counts[$0.id] ?? 0) * image.geometry.voxelVolume, values[$0.id]?.mean)
            }, grid: image.geometry)
    }
}

/// How far cases lie from each other, each trait measured in its spread over the study and the pack.
struct TraitScale: Sendable {
    private let spreads: [Trait: Double]
    /// A difference that is larger counts as this one: a single trait that is far off says no more than that it is.
    private static let most = 3.0

    /// Takes the spreads of a cohort: half of what lies between the 16th and the 84th percentile, which outliers move little.
    init(_ cohort: [CaseTraits]) {
        let values = cohort.reduce(into: [Trait: [Double]]()) { found, traits in
            for (trait, value) in traits.values { found[trait, default: []].append(value) }
        }
        spreads = values.reduce(into: [:]) { spreads, entry in
            let sorted = entry.value.sorted()
            func at(_ share: Double) -> Double { sorted[Int(known: share * Double(sorted.count - 1) + 0.5)] }
            spreads[entry.key] = max((at(0.84) - at(0.16)) / 2, entry.key.leastSpread)
        }
    }

    /// A trait's difference in spreads, from -3 to 3; nil where one of the two does not have it.
    func difference(_ trait: Trait, of one: CaseTraits, from other: CaseTraits) -> Double? {
        guard let a = one.values[trait], let b = other.values[trait], let spread = spreads[trait] else { return nil }
        return max(-Self.most, min(Self.most, (a - b) / spread))
    }

    /// The distance of two cases: the root mean square of their traits' differences, group by group and these by their
    /// weights; 0 where they have nothing in common.
    func distance(_ one: CaseTraits, _ other: CaseTraits) -> Double {
        var sums: [Trait.Group: (squares: Double, count: Double)] = [:]
        for trait in one.values.keys {
            guard let difference = difference(trait, of: one, from: other) else { continue }
            sums[trait.group, default: (0, 0)].squares += difference * difference
            sums[trait.group, default: (0, 0)].count += 1
        }
        guard !sums.isEmpty else { return 0 }
        let weights = sums.keys.reduce(0) { $0 + $1.weight }
        return (sums.reduce(0) { $0 + $1.key.weight * $1.value.squares / $1.value.count } / weights).squareRoot()
    }
}
