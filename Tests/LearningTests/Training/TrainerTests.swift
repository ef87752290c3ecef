import Foundation
import Platform
import Testing

@testable import Learning

/// Whole training, on volumes that are made here.
@Suite struct TrainerTests {
    private static let size = SIMD3(16, 20, 28)

    @Test func theBitsAreTheSameForAnyNumberOfThreads() {
        let volumes = (1...2).map { SyntheticVolumes.balls(Self.size, seed: $0) }
        let plan = SyntheticVolumes.plan(batch: 3, steps: 4, augmentation: Augmentation())
        func learned(threads: Int) -> (losses: [Double], parameters: [UInt32]) {
            let trainer = Trainer(plan, volumes, threads: threads)
            let losses = (0..<4).map { _ in trainer.advance() }
            return (losses, trainer.learned.parameters.map(\.bitPattern))
        }
        let one = learned(threads: 1)
        #expect(Set(one.losses).count == 4 && one.losses.allSatisfy(\.isFinite))
        for threads in 2...3 {
            let several = learned(threads: threads)
            let isSame = several.parameters == one.parameters
            #expect(several.losses == one.losses)
            #expect(isSame, "\(threads) threads")
        }
    }

    @Test func anotherSeedLearnsOtherwise() {
        let volumes = [SyntheticVolumes.balls(Self.size, seed: 1)]
        var plan = SyntheticVolumes.plan(batch: 1, steps: 1)
        func learned() -> [Float] {
            let trainer = Trainer(plan, volumes, threads: 1)
            _ = trainer.advance()
            return trainer.learned.parameters
        }
        let first = learned()
        plan.seed += 1
        let isSame = learned() == first
        #expect(!isSame)
    }

    /// A ball is found by its brightness and by being whole: a threshold half way would take a fortieth of the
    /// background for each, nearly as many voxels as a ball has.
    @Test func twoBallsInNoiseAreLearned() throws {
        var plan = SyntheticVolumes.plan(batch: 2, steps: 300)
        plan.rate = 1e-2
        let trainer = Trainer(plan, (1...30).map { SyntheticVolumes.balls(Self.size, seed: $0) }, threads: 2)
        let losses = (0..<plan.steps).map { _ in trainer.advance() }
        let (begin, end) = (losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5)
        #expect(end < begin / 3)

        let other = SyntheticVolumes.balls(Self.size, seed: 100)
        let predictor = Predictor([trainer.learned], patch: plan.patch)
        let probabilities = predictor.probabilities(other.channels, size: other.size, threads: 2)
        let labels = other.labels.indices.map { n in
            (0..<3).max { probabilities[$0][n] < probabilities[$1][n] } ?? 0
        }
        for label in 1...2 {
            let both = zip(labels, other.labels).count { $0 == label && $1 == label }
            let all = labels.count { $0 == label } + other.labels.count { $0 == label }
            let dice = 2 * Double(both) / Double(all)
            print("loss \(begin) to \(end), Dice of ball \(label): \(dice)")
            #expect(dice > 0.9)
        }
    }

    /// By hand: a twentieth of the rates in the first step, 0.5^0.9 of them half way, nothing at the end.
    @Test func ratesRiseAndFall() {
        var plan = SyntheticVolumes.plan(batch: 1, steps: 1000)
        plan.warmUp = 20
        #expect(abs(plan.share(at: 0) - 0.05) < 1e-12)
        #expect(abs(plan.share(at: 500) - 0.5358867) < 1e-6)
        #expect(plan.share(at: 1000) == 0)
    }
}
