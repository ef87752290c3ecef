import Foundation
import Platform
import Preparation
import Testing
import Volumes

@testable import Segmentation

/// The small network by itself.
@Suite struct PerceptronTests {
    /// Points in a square; those in a ring around its centre are of the label. Inputs that say nothing go with them.
    private func rows(_ count: Int, seed: UInt64, isRing: Bool = true) -> TrainingRows {
        var random = SplitMix64(state: seed)
        var rows = TrainingRows(inputs: 5)
        for _ in 0..<count {
            let values = (0..<4).map { _ in Float.random(in: -1...1, using: &random) }
            let radius = (values[0] * values[0] + values[1] * values[1]).squareRoot()
            rows.values += values.map { 100 + 20 * $0 } + [7]
            rows.isLabel.append(isRing ? (0.4...0.8).contains(radius) : Bool.random(using: &random))
        }
        return rows
    }

    private func accuracy(_ network: Perceptron, _ rows: TrainingRows) -> Double {
        var values = rows.values
        network.standardize(&values)
        let right = zip(network.probabilities(values, count: rows.count), rows.isLabel).count { ($0 > 0.5) == $1 }
        return Double(right) / Double(rows.count)
    }

    @Test func learnsWhatNoLineDivides() {
        let network = Perceptron(rows(20_000, seed: 1), seed: 1)
        #expect(accuracy(network, rows(4000, seed: 2)) > 0.95)
        // Where there is nothing to learn it learns nothing.
        let none = Perceptron(rows(4000, seed: 3, isRing: false), seed: 1)
        #expect(abs(accuracy(none, rows(4000, seed: 4, isRing: false)) - 0.5) < 0.05)
    }

    @Test func theSameSeedGivesTheSameNetwork() {
        let rows = rows(1000, seed: 1)
        #expect(Perceptron(rows, seed: 5) == Perceptron(rows, seed: 5))
        #expect(Perceptron(rows, seed: 5) != Perceptron(rows, seed: 6))
    }

    /// Against the definition in double precision, for counts that are no multiple of what is worked on at once.
    @Test(arguments: [1, 3, 4, 7, 66]) func probabilitiesAreThoseOfTheDefinition(count: Int) {
        let network = Perceptron(rows(600, seed: 1), seed: 2)
        var values = rows(count, seed: 9).values
        network.standardize(&values)
        func layer(_ inputs: [Double], _ weights: Int, _ bias: Int) -> [Double] {
            (0..<64).map { n in
                max(
                    0,
                    inputs.indices.reduce(Double(network.weights[bias + n])) {
                        $0 + inputs[$1] * Double(network.weights[weights + $1 * 64 + n])
                    })
            }
        }
        for (row, probability) in network.probabilities(values, count: count).enumerated() {
            let first = layer(values[row * 5..<row * 5 + 5].map(Double.init), 0, 320)
            let second = layer(first, 384, 384 + 4096)
            let sum = (0..<64).reduce(Double(network.weights[4608])) {
                $0 + second[$1] * Double(network.weights[4544 + $1])
            }
            #expect(abs(Double(probability) - 1 / (1 + exp(-sum))) < 1e-5)
        }
    }

    @Test func survivesAFile() throws {
        let network = Perceptron(rows(600, seed: 1), seed: 2)
        let read = try JSONDecoder().decode(Perceptron.self, from: JSONEncoder().encode(network))
        #expect(read == network)
        #expect(read.isWhole)
        var broken = network
        broken.weights[3] = .nan
        #expect(!broken.isWhole)
        broken.weights.removeLast()
        #expect(!Perceptron(shift: network.shift, factor: network.factor, weights: broken.weights).isWhole)
    }
}

/// What is learned of the errors of segmentations.
@Suite struct LabelCorrectionTests {
    /// A ball of label 2 in a cube; probabilities show it one voxel further along R than it is, as a network with a
    /// bias would.
    private struct Case {
        var volume: Volume
        var truth: LabelVolume
        var probabilities: LabelProbabilities

        init(_ seed: Int, affine: Affine = .identity, at index: (SIMD3<Int>) -> SIMD3<Int> = { $0 }) {
            let shape = Shape(20, 20, 20)
            let (centre, radius) = (SIMD3(9 + seed % 3, 10, 8 + seed % 4), 4.5 + 0.3 * Double(seed % 5))
            let geometry = Geometry(shape: shape, affine: affine)
            var truth = LabelVolume(geometry: geometry)
            var values = [UInt8](repeating: 0, count: shape.count)
            var sums = [[UInt16]](repeating: [UInt16](repeating: 0, count: shape.count), count: 2)
            for k in 0..<20 {
                for j in 0..<20 {
                    for i in 0..<20 {
                        let to = index(SIMD3(i, j, k))
                        let at = (to.z * 20 + to.y) * 20 + to.x
                        func distance(_ shift: Int) -> Double {
                            let d = SIMD3(i, j, k) &- centre &- SIMD3(shift, 0, 0)
                            return Double(d.x * d.x + d.y * d.y + d.z * d.z).squareRoot()
                        }
                        truth.voxels[at] = distance(0) < radius ? 2 : 0
                        values[at] = UInt8((distance(0) < radius ? 150 : 60) + (7 * i + 5 * j + 3 * k) % 11)
                        let probability = 1 / (1 + exp(1.5 * (distance(1) - radius)))
                        (sums[0][at], sums[1][at]) = (UInt16(probability * 65535), UInt16(probability * 60000))
                    }
                }
            }
            volume = Volume(geometry: geometry, voxels: .uint8(values))
            self.truth = truth
            probabilities = LabelProbabilities(labels: [2], planes: 1, voxels: shape.count, keeping: .network)
            let filled = sums
            probabilities.withSums { $0 = filled }
        }

        func evidence() throws -> LabelEvidence {
            try #require(LabelEvidence(probabilities, volume, scale: IntensityScale(lower: 0, upper: 255)))
        }

        func example() throws -> LabelCorrection.Example {
            let evidence = try evidence()
            return LabelCorrection.Example(evidence: evidence, truth: evidence.part(of: truth))
        }

        /// Voxels in which the probabilities, cut at one half, are wrong.
        var errors: Int {
            probabilities.withSums { [truth] sums in
                zip(sums[0], truth.voxels).count { ($0 >= 32768) != ($1 == 2) }
            }
        }
    }

    @Test func aBiasIsUndoneInAVolumeNotSeenBefore() throws {
        let correction = try #require(LabelCorrection((0..<8).map { try Case($0).example() }, threads: 2))
        let other = Case(11)
        let before = other.errors
        correction.applied(to: try other.evidence(), threads: 2).restore(to: other.probabilities)
        #expect(before > 50)
        #expect(other.errors < before / 4)
    }

    @Test func whatIsPromisedIsWhatWasSaidBeforeTheCorrection() throws {
        let correction = try #require(LabelCorrection((0..<8).map { try Case($0).example() }, threads: 2))
        let other = Case(11)
        let evidence = try other.evidence()
        // Of the map that the probabilities themselves give it is what the votes promise.
        var votes = Votes(geometry: other.volume.geometry, threshold: 0.5)
        votes.count(other.probabilities)
        let promised = try #require(votes.measured()[2]?.expectedDice)
        #expect(abs((evidence.expectedDice(of: votes.labels)[2] ?? 0) - promised) < 1e-12)
        let corrected = correction.applied(to: evidence, threads: 2)
        #expect(corrected.fused != evidence.fused)
        #expect(corrected.expectedDice(of: votes.labels) == evidence.expectedDice(of: votes.labels))
        // What is right after the correction is not what they expected: less is promised of it.
        let ofTruth = try #require(corrected.expectedDice(of: other.truth)[2])
        #expect(ofTruth < promised && ofTruth > 0.5)
        #expect(corrected.expectedDice(of: LabelVolume(geometry: other.volume.geometry)).isEmpty)
    }

    @Test func evidenceDoesNotDependOnHowAVolumeIsStored() throws {
        let plain = Case(4)
        // i runs to posterior, j to the left, k to superior: the same voxels in the same places of the body.
        let turned = Case(
            4, affine: Affine(rowX: SIMD4(0, -1, 0, 19), rowY: SIMD4(-1, 0, 0, 19), rowZ: SIMD4(0, 0, 1, 0))
        ) {
            SIMD3(19 - $0.y, 19 - $0.x, $0.z)
        }
        let (one, other) = (try plain.evidence(), try turned.evidence())
        #expect(one.fused == other.fused)
        #expect(one.network == other.network)
        #expect(one.image == other.image)
        #expect(one.part(of: plain.truth) == other.part(of: turned.truth))
        let isTurned = plain.truth.voxels != turned.truth.voxels
        #expect(isTurned)
        // What is taken out goes back to where it was.
        let before = turned.probabilities.withSums { $0 }
        other.restore(to: turned.probabilities)
        #expect(turned.probabilities.withSums { $0 } == before)
    }

    @Test func voxelsOfAnotherSizeAreNotCorrected() throws {
        let correction = try #require(LabelCorrection([try Case(0).example(), try Case(1).example()], threads: 1))
        #expect(correction.fits(SIMD3(1, 1.1, 0.9)))
        #expect(!correction.fits(SIMD3(1, 1, 2)))
        let thick = Case(2, affine: Affine(rowX: SIMD4(1, 0, 0, 0), rowY: SIMD4(0, 1, 0, 0), rowZ: SIMD4(0, 0, 3, 0)))
        #expect(LabelCorrection([try Case(0).example(), try thick.example()], threads: 1) == nil)
    }

    @Test func nothingIsLearnedOfNothing() throws {
        let empty = Case(0)
        empty.probabilities.withSums { sums in
            for n in sums.indices { sums[n] = [UInt16](repeating: 0, count: sums[n].count) }
        }
        #expect(LabelCorrection([try empty.example()], threads: 1) == nil)
        let correction = try #require(LabelCorrection([try Case(1).example(), try Case(2).example()], threads: 1))
        #expect(correction.applied(to: try empty.evidence(), threads: 1).fused == (try empty.evidence()).fused)
    }
}
