import Foundation
import Testing

@testable import Learning

/// The loss against its definition, written out for a batch of two images of three classes.
struct BatchLossTests {
    /// Label and probabilities of each voxel, image by image; class 1 is rare, class 3 is absent.
    private static let images: [[(label: Int, p: [Double])]] = [
        [(0, [0.7, 0.1, 0.1, 0.1]), (0, [0.9, 0.05, 0.03, 0.02]), (2, [0.3, 0.2, 0.4, 0.1])],
        [(0, [0.5, 0.2, 0.2, 0.1]), (1, [0.6, 0.3, 0.05, 0.05]), (2, [0.1, 0.1, 0.7, 0.1])],
    ]
    private static let classes = 4

    private func sums(_ image: [(label: Int, p: [Double])]) -> BatchLoss.Sums {
        var sums = BatchLoss.Sums(classes: Self.classes)
        for voxel in image {
            sums.both[voxel.label] += voxel.p[voxel.label]
            sums.wanted[voxel.label] += 1
            sums.entropies[voxel.label] -= log(voxel.p[voxel.label])
            for c in 0..<Self.classes { sums.given[c] += voxel.p[c] }
        }
        return sums
    }

    private func loss(balance: Double) -> BatchLoss {
        BatchLoss(Self.images.map { [sums($0)] }, stride: 16, balance: balance)
    }

    /// One less the mean over labels of (2 sum(p, there) + 1) / (sum(p, everywhere) + voxels + 1).
    private var diceLoss: Double {
        let voxels = Self.images.flatMap(\.self)
        let dice = (1..<Self.classes).map { c in
            let there = voxels.filter { $0.label == c }
            return (2 * there.reduce(0) { $0 + $1.p[c] } + 1)
                / (voxels.reduce(0) { $0 + $1.p[c] } + Double(there.count) + 1)
        }
        return 1 - dice.reduce(0, +) / Double(dice.count)
    }

    @Test func plainCrossEntropyIsTheMeanOverVoxels() {
        let voxels = Self.images.flatMap(\.self)
        let entropy = -voxels.reduce(0) { $0 + log($1.p[$1.label]) } / Double(voxels.count)
        #expect(abs(loss(balance: 0).value - (entropy + diceLoss)) < 1e-12)
    }

    @Test func wholeBalanceIsTheMeanOverClassesThatAreShown() {
        let voxels = Self.images.flatMap(\.self)
        let means = (0..<3).map { c in
            let there = voxels.filter { $0.label == c }
            return -there.reduce(0) { $0 + log($1.p[c]) } / Double(there.count)
        }
        #expect(abs(loss(balance: 1).value - (means.reduce(0, +) / 3 + diceLoss)) < 1e-12)
    }

    /// Three voxels of class 0, one of class 1 and two of class 2 count by the roots of these numbers.
    @Test func halfABalanceGoesByTheRootOfVoxels() {
        let factors = loss(balance: 0.5).entropies[0]
        let total = 3.0.squareRoot() + 1 + 2.0.squareRoot()
        let expected = [1 / (3.0.squareRoot() * total), 1 / total, 1 / (2.0.squareRoot() * total), 0]
        for (c, factor) in expected.enumerated() { #expect(abs(Double(factors.floats[c]) - factor) < 1e-7) }
    }
}
