import Testing

@testable import Segmentation

/// The vote of registered labels on images drawn here.
@Suite struct LabelFusionTests {
    private static let side = 64

    /// A square of 1 from a corner on over an image of 0.
    private static func square(at corner: Int) -> (image: [Float], labels: [UInt16]) {
        let labels = (0..<side * side).map { n -> UInt16 in
            let (y, x) = (n / side - corner, n % side - corner)
            return (0..<20).contains(y) && (0..<20).contains(x) ? 3 : 0
        }
        return (labels.map { $0 == 3 ? 1 : 0 }, labels)
    }

    private static func slice(at corner: Int) -> AlignedSlice {
        let (image, labels) = square(at: corner)
        return AlignedSlice(image: image, labels: labels)
    }

    @Test func whatLooksLikeTheQueryOutvotesTheRest() {
        let (query, truth) = Self.square(at: 20)
        let slices = [Self.slice(at: 30), Self.slice(at: 20), Self.slice(at: 30)]
        let votes = LabelFusion(query: query, slices: slices, side: Self.side).probabilities(of: 3)
        #expect(votes.indices.allSatisfy { (votes[$0] > 0.5) == (truth[$0] == 3) })
    }

    @Test func equalsShareTheVote() {
        let (query, _) = Self.square(at: 20)
        var other = Self.slice(at: 20)
        other = AlignedSlice(image: other.image, labels: other.labels.map { $0 == 3 ? 7 : 0 })
        let fusion = LabelFusion(query: query, slices: [Self.slice(at: 20), other], side: Self.side)
        let (threes, sevens, nothing) = (
            fusion.probabilities(of: 3), fusion.probabilities(of: 7), fusion.probabilities(of: 0)
        )
        let middle = 30 * Self.side + 30
        #expect(threes[middle] == 0.5 && sevens[middle] == 0.5 && nothing[middle] == 0)
        #expect(threes[0] == 0 && nothing[0] == 1)
        #expect(threes.indices.allSatisfy { abs(threes[$0] + sevens[$0] + nothing[$0] - 1) < 1e-6 })
    }

    @Test func aVolumeAloneIsTakenAtItsWord() {
        let (query, _) = Self.square(at: 20)
        let votes = LabelFusion(query: query, slices: [Self.slice(at: 25)], side: Self.side).probabilities(of: 3)
        #expect(votes == Self.slice(at: 25).labels.map { $0 == 3 ? 1 : 0 })
    }
}
