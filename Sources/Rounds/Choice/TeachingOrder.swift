import Volumes

/// Which cases to correct, one after another: each the one whose doubt times its unlikeness to every labelled volume, those
/// chosen before it included, is greatest.
///
/// Without doubt that is the greedy choice of centres (Gonzalez, "Clustering to minimize the maximum intercluster distance",
/// Theoretical Computer Science 38, 1985): what is chosen covers the study, and no two are alike. With it, what the pack can
/// do already is passed over. docs/accuracy.md says what this order brings beside a random one.
///
/// Weighing by whom a correction helps (doubt times how much nearer each case of the study comes) was tried in its place.
/// After a round of two corrections of packs of two, hearts that judged had a mean Dice of 0.705 in this order and of 0.616 in
/// that one, from 0.537; hippocampi, which differ little, 0.822 and 0.830, from 0.824. Doubt alone gave 0.616 and 0.822.
struct TeachingOrder: Sendable {
    /// A case that could be corrected.
    struct Candidate: Sendable {
        /// Its name.
        var id: String
        /// From 0 to 1, how likely its label map is wrong.
        var doubt: Double
        /// What it is like.
        var traits: CaseTraits
        /// Whether a person has said that it is to be corrected: such cases come first.
        var isWanted = false
        /// Whether it may be named; others only count in what is usual of the study.
        var mayTeach = true
    }

    /// A case that was chosen.
    struct Pick: Sendable, Equatable {
        /// Its place among the candidates.
        var index: Int
        /// How far it was from the nearest labelled volume, in spreads of the study.
        var unlikeness: Double
    }

    private let candidates: [Candidate]
    private let scale: TraitScale
    private let pack: [CaseTraits]

    init(_ candidates: [Candidate], pack: [CaseTraits]) {
        (self.candidates, self.pack) = (candidates, pack)
        scale = TraitScale(candidates.map(\.traits) + pack)
    }

    /// How far a trait of a case lies from what the pack's volumes have, in spreads, above or (negative) below all of them; 0
    /// in between.
    func excess(_ trait: Trait, of index: Int) -> Double {
        let differences = pack.compactMap { scale.difference(trait, of: candidates[index].traits, from: $0) }
        guard let least = differences.min(), let most = differences.max() else { return 0 }
        return least > 0 ? least : most < 0 ? most : 0
    }

    /// Chooses at most `count` cases.
    func choose(_ count: Int) -> [Pick] {
        // Where there is no volume yet, everything is equally far.
        var nearest = candidates.map { one in pack.map { scale.distance(one.traits, $0) }.min() ?? 1 }
        var open = candidates.indices.filter { candidates[$0].mayTeach }
        var picks: [Pick] = []
        while picks.count < count {
            let wanted = open.filter { candidates[$0].isWanted }
            guard let best = best(of: wanted.isEmpty ? open : wanted, nearest) else { break }
            picks.append(Pick(index: best, unlikeness: nearest[best]))
            open.removeAll { $0 == best }
            for n in open {
                nearest[n] = min(nearest[n], scale.distance(candidates[n].traits, candidates[best].traits))
            }
        }
        return picks
    }

    private func best(of places: [Int], _ nearest: [Double]) -> Int? {
        var best: (index: Int, value: Double, doubt: Double)?
        for index in places {
            let doubt = candidates[index].doubt
            let value = doubt * nearest[index]
            // Of equal ones the more doubtful, then the first.
            if let found = best, (value, doubt) <= (found.value, found.doubt) { continue }
            best = (index, value, doubt)
        }
        return best?.index
    }
}
