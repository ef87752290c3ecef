import Foundation
import Volumes

/// What stands out in one label's result.
public enum StructureFlag: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every volume of the pack holds the label, the result does not.
    case empty
    /// The label reaches the volume's border, which it does in none of the pack's: part of it may lie outside.
    case truncated
    /// It is larger or smaller than the pack's volumes let one expect.
    case implausible
    /// It was found so faintly that its probabilities promise a Dice below ``SegmentedVolume/leastPromise``; without voxels
    /// it was taken for absent for that (``DoubtPolicy``).
    case doubtful
}

/// How large the labels are in the volumes of a pack.
struct KnownSizes: Sendable {
    private struct Sighting {
        var cubicMillimetres: Double
        var isAtBorder: Bool
    }

    /// [volume][label].
    private var sightings: [[UInt16: Sighting]] = []
    /// What they consist of.
    private(set) var parts = KnownParts()

    /// Spread of the logarithm of a size that is assumed before any is seen, and for how many sizes that counts.
    private static let (usualSpread, usualCount) = (0.2, 4.0)
    /// Spreads beyond which a size stands out.
    private static let reach = 3.0

    /// Looks at a volume's labels.
    mutating func add(_ truth: LabelVolume, labels: [UInt16]) {
        var counts: [UInt16: Int] = [:]
        for id in truth.voxels where id != 0 { counts[id, default: 0] += 1 }
        let border = truth.idsAtBorder
        let seen = labels.compactMap { id in
            counts[id].map {
                (
                    id,
                    Sighting(
                        cubicMillimetres: Double($0) * truth.geometry.voxelVolume, isAtBorder: border.contains(id))
                )
            }
        }
        sightings.append(Dictionary(uniqueKeysWithValues: seen))
        parts.add(truth)
    }

    /// The same of only some of the volumes, by their places.
    func keeping(_ examples: [Int]) -> KnownSizes {
        var result = self
        result.sightings = examples.map { sightings[$0] }
        result.parts = parts.keeping(examples)
        return result
    }

    /// Whether some volume is without a label.
    func isAbsentSomewhere(_ label: UInt16) -> Bool { sightings.contains { $0[label] == nil } }

    /// What stands out in a label of this size.
    func flags(of label: UInt16, cubicMillimetres size: Double, atBorder: Bool) -> [StructureFlag] {
        let seen = sightings.compactMap { $0[label] }
        if size == 0 { return seen.count == sightings.count ? [.empty] : [] }
        var flags: [StructureFlag] = []
        if atBorder, !seen.contains(where: \.isAtBorder) { flags.append(.truncated) }
        if let range = range(of: label), !range.contains(size) { flags.append(.implausible) }
        return flags
    }

    /// The sizes in mm3 that the pack's let one expect: three spreads of their logarithm around its mean. Few volumes
    /// tell little of the spread, so a usual one counts as well. nil when no volume holds the label.
    func range(of label: UInt16) -> ClosedRange<Double>? {
        let sizes = sightings.compactMap { $0[label].map { log($0.cubicMillimetres) } }
        if sizes.isEmpty { return nil }
        let count = Double(sizes.count)
        let mean = sizes.reduce(0, +) / count
        let squares = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let usual = Self.usualCount * Self.usualSpread * Self.usualSpread
        let spread = ((squares + usual) / (count - 1 + Self.usualCount) * (1 + 1 / count)).squareRoot()
        return exp(mean - Self.reach * spread)...exp(mean + Self.reach * spread)
    }

    /// A sentence about a flag; nil where another notice says it.
    func remark(on structure: SegmentedVolume.Structure, flag: StructureFlag) -> String? {
        let name = "\(structure.name) (label \(structure.id))"
        switch flag {
        case .empty, .doubtful: return nil
        case .truncated:
            return "\(name) reaches the volume's border, as in none of the pack's volumes: it may be cut off"
        case .implausible:
            guard let range = range(of: structure.id) else { return nil }
            let whole = { (value: Double) in String(Int(clamping: value.rounded())) }
            return "\(name) has \(whole(structure.cubicMillimetres)) mm3, the pack's volumes let one expect "
                + "\(whole(range.lowerBound)) to \(whole(range.upperBound)): look at it"
        }
    }
}

extension LabelVolume {
    /// The ids other than 0 in the outermost voxels. An axis of a single voxel has no border.
    var idsAtBorder: Set<UInt16> {
        let shape = geometry.shape
        var found: Set<UInt16> = []
        func look(_ i: Int, _ j: Int, _ k: Int) {
            let id = voxels[(k * shape.j + j) * shape.i + i]
            if id != 0 { found.insert(id) }
        }
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                if shape.k > 1 && (k == 0 || k == shape.k - 1) || shape.j > 1 && (j == 0 || j == shape.j - 1) {
                    for i in 0..<shape.i { look(i, j, k) }
                } else if shape.i > 1 {
                    look(0, j, k)
                    look(shape.i - 1, j, k)
                }
            }
        }
        return found
    }
}
