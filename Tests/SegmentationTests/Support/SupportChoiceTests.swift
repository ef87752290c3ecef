import Testing

@testable import Segmentation

@Suite
struct SupportChoiceTests {
    @Test(arguments: [(0, 0), (9, 4), (10, 5), (19, 9)])
    func oneSliceFromEachVolumeAtTheSameRelativePosition(index: Int, expected: Int) {
        let choice = SupportChoice(counts: Array(repeating: 10, count: 20), support: 16)
        let references = choice.references(for: index, of: 20)
        #expect(references.count == 16)
        #expect(Set(references.map(\.stack)).count == 16)
        #expect(references.allSatisfy { $0.slice == expected })
    }

    @Test
    func fewVolumesGiveTheirNearestSlices() {
        let references = SupportChoice(counts: [30, 40, 50], support: 16).references(for: 15, of: 31)
        #expect(references.count == 16)
        #expect(Set(references).count == 16)
        for (stack, centre) in [14, 20, 24].enumerated() {
            let slices = references.filter { $0.stack == stack }.map(\.slice)
            #expect([5, 6].contains(slices.count))
            #expect(slices.allSatisfy { abs($0 - centre) <= 3 }, "\(slices) round \(centre)")
        }
    }

    @Test
    func endsOfTheStackAreNotPassed() {
        let references = SupportChoice(counts: [5], support: 16).references(for: 0, of: 9)
        #expect(references.map(\.slice).sorted() == [0, 1, 2, 3, 4])
    }

    @Test
    func theSameSliceGetsTheSameSupportAndOthersAnotherDraw() {
        let choice = SupportChoice(counts: Array(repeating: 9, count: 40), support: 8)
        #expect(choice.references(for: 3, of: 9) == choice.references(for: 3, of: 9))
        let draws = Set((0..<9).map { Set(choice.references(for: $0, of: 9).map(\.stack)) })
        #expect(draws.count > 1)
    }

    @Test
    func aSingleSliceVolumeLooksAtTheMiddle() {
        #expect(SupportChoice(counts: [11], support: 1).references(for: 0, of: 1) == [.init(stack: 0, slice: 5)])
    }
}
