import Foundation
import Preparation

/// Where a case's labels are, as far as the whole of it shows: each of the pack's volumes says where it would put them, and
/// who looks like the case around there is heard. A map that has taken hold of the wrong thing is shifted to where the
/// others see the labels.
///
/// A fit by itself cannot tell: a chest without a heart in it is mostly alike, wherever its heart is.
struct LabelConsensus: Sendable {
    /// From places in the case to those in each of the pack's volumes.
    let maps: [AffineMap]

    /// How much a volume that looks more unlike is heard less.
    private static let strictness: Float = 8
    /// What the differences of volumes that look the same are taken for.
    private static let same: Float = 1e-6
    /// How often a map is shifted at most, and the shift in mm that is none.
    private static let (rounds, still) = (8, 0.1)

    /// - Parameters:
    ///   - sights: The pack's volumes.
    ///   - isHeard: Which of them say where labels are: those that lack some say it of others.
    ///   - grid: The case's.
    init(_ sights: [LabelSight], isHeard: [Bool], on grid: ReducedVolume) {
        let heard = zip(sights, isHeard).filter(\.1).map(\.0)
        guard !heard.isEmpty, let middle = grid.middle(of: Self.agreed(heard).map { $0 * $0 }) else {
            maps = sights.map(\.map)
            return
        }
        maps = zip(sights, isHeard).map { $1 ? Self.shifted($0, to: middle) : $0.map }
    }

    /// The labels' share at every sample, each volume's word weighed by how like the case it looks.
    private static func agreed(_ sights: [LabelSight]) -> [Float] {
        sights[0].share.indices.map { n in
            let least = sights.reduce(Float.infinity) { min($0, $1.unlikeness[n]) } + same
            var (votes, weights): (Float, Float) = (0, 0)
            for sight in sights {
                let weight = exp(-strictness * (sight.unlikeness[n] / least - 1))
                votes += weight * sight.share[n]
                weights += weight
            }
            return weights > 0 ? votes / weights : 0
        }
    }

    /// The map after which the middle of the labels lies at a place of the case. Of labels that the case's field of view
    /// cuts off the middle of what it shows counts, which a shift changes: hence several.
    private static func shifted(_ sight: LabelSight, to place: SIMD3<Double>) -> AffineMap {
        var map = sight.map
        for _ in 0..<rounds {
            // What lies outside is fetched by all of its middle.
            let shift = sight.middle(by: map).map { map($0) - map(place) } ?? sight.ownMiddle.map { $0 - map(place) }
            guard let shift else { break }
            map.origin += shift
            if shift.length < still { break }
        }
        return map
    }
}
