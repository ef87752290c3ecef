import Foundation
import Testing
import Volumes

@testable import Rounds

/// Which cases are chosen, on cases of one trait that lie on a line.
@Suite("TeachingOrder")
struct TeachingOrderTests {
    private func traits(_ mean: Double) -> CaseTraits { CaseTraits([.brightness(1): mean]) }

    private func candidate(
        _ mean: Double, doubt: Double = 0.5, isWanted: Bool = false, mayTeach: Bool = true
    ) -> TeachingOrder.Candidate {
        .init(id: "\(mean)", doubt: doubt, traits: traits(mean), isWanted: isWanted, mayTeach: mayTeach)
    }

    private func chosen(_ candidates: [TeachingOrder.Candidate], pack: [Double], _ count: Int) -> [Int] {
        TeachingOrder(candidates, pack: pack.map(traits)).choose(count).map(\.index)
    }

    @Test("Of equally unlike cases the most doubtful comes first")
    func doubt() {
        let cases = [candidate(5, doubt: 0.2), candidate(5, doubt: 0.6), candidate(5, doubt: 0.4)]
        #expect(chosen(cases, pack: [0], 1) == [1])
    }

    @Test("Of equally doubtful cases the one that is least like the pack comes first")
    func unlikeness() {
        #expect(chosen([candidate(1), candidate(2), candidate(3)], pack: [0], 1) == [2])
    }

    @Test("The second is unlike the first as well, however doubtful the first one's like is")
    func diverse() {
        let cases = [candidate(4, doubt: 0.9), candidate(4.1, doubt: 0.85), candidate(-4, doubt: 0.3), candidate(0.1)]
        #expect(Set(chosen(cases, pack: [0], 2)) == [0, 2])
    }

    @Test("A case that is sure and like the pack is named last")
    func sure() {
        let cases = [candidate(0, doubt: 0.01), candidate(3), candidate(-3), candidate(2)]
        #expect(chosen(cases, pack: [0.1], 4).last == 0)
    }

    @Test("Wanted cases come first, and cases that may not teach never")
    func wanted() {
        let cases = [
            candidate(4, doubt: 0.9), candidate(0.2, doubt: 0.1, isWanted: true), candidate(8, mayTeach: false),
        ]
        #expect(chosen(cases, pack: [0], 3) == [1, 0])
    }

    @Test("No more are named than there are, each once, and always the same")
    func count() {
        let cases = (0..<7).map { candidate(Double($0), doubt: 0.5) }
        let first = chosen(cases, pack: [3], 20)
        #expect(first.sorted() == Array(0..<7))
        #expect(chosen(cases, pack: [3], 20) == first)
        #expect(chosen([], pack: [3], 5).isEmpty)
        #expect(chosen(cases, pack: [], 2).count == 2)
    }

    @Test("Distances are measured in the spread of the study, whatever the unit")
    func unit() {
        for unit in [1.0, 1000] {
            let scale = TraitScale([0, 1, 2, 3, 4, 5, 6].map { traits($0 * unit) })
            let distance = scale.distance(traits(0), traits(2 * unit))
            #expect(abs(distance - 1) < 1e-12, "\(distance)")
            // One trait far off counts as three spreads.
            #expect(scale.distance(traits(0), traits(1e9 * unit)) == 3)
            #expect(scale.distance(traits(0), CaseTraits([:])) == 0)
        }
    }

    @Test("A task of many labels does not go by their sizes alone")
    func groups() {
        var one = CaseTraits([.brightness(1): 0])
        var other = CaseTraits([.brightness(1): 10])
        for id in 1...20 as ClosedRange<UInt16> { (one.values[.size(id)], other.values[.size(id)]) = (5, 5) }
        let scale = TraitScale([one, other, one, other])
        let (alone, among) = (
            scale.distance(CaseTraits([.brightness(1): 0]), CaseTraits([.brightness(1): 10])),
            scale.distance(one, other)
        )
        // Sizes weigh three times what brightness does, however many labels there are.
        #expect(abs(among - alone / 2) < 1e-12)
    }

    @Test("A case is compared along the body's axes, in whatever order its voxels are stored")
    func axes() {
        let affine = Affine(i: [0, 2, 0], j: [0, 0, -3], k: [-1, 0, 0], origin: [0, 0, 0])
        let traits = CaseTraits(
            labels: [(1, 100, nil), (2, 0, .nan)], grid: Geometry(shape: Shape(10, 20, 30), affine: affine))
        #expect(traits.values[.spacing(0)] == 0 && traits.values[.field(0)] == log(30))
        #expect(traits.values[.spacing(1)] == log(2) && traits.values[.field(1)] == log(20))
        #expect(traits.values[.spacing(2)] == log(3) && traits.values[.field(2)] == log(60))
        #expect(traits.values[.size(1)] == log(100) && traits.values[.size(2)] == 0)
        #expect(traits.values[.brightness(1)] == nil && traits.values[.brightness(2)] == nil)
    }
}
