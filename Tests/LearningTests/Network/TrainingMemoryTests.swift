import Platform
import Testing

@testable import Learning

/// What training says that it takes, before it begins, against the buffers that it holds.
@Suite struct TrainingMemoryTests {
    /// Bytes of every buffer that a value holds, whatever holds it.
    private func bytes(in value: Any) -> Int {
        if let buffer = value as? AlignedBuffer { return buffer.count * MemoryLayout<Float>.stride }
        if value is TaskNetwork { return 0 }
        return Mirror(reflecting: value).children.reduce(0) { $0 + bytes(in: $1.value) }
    }

    @Test(arguments: [3, 30, 256]) func mapsTakeWhatWasSaid(classes: Int) {
        for (taps, halves, size) in [(3, true, SIMD3(16, 32, 24)), (1, false, SIMD3(1, 64, 48))] {
            let shape = NetworkShape(
                inputs: 1, classes: classes,
                levels: [16, 32, 64].map { .init(channels: $0, taps: taps, halvesDepth: halves) })
            #expect(shape.isWhole)
            let network = TaskNetwork(shape, trains: true)
            let maps = NetworkMaps(network, size: size, trains: true)
            #expect(NetworkMaps.trainingBytes(network, size: size) == bytes(in: maps))
        }
    }

    /// Optimizer and networks beside the maps of every patch.
    @Test func aTrainerTakesNoMoreThanWasSaid() {
        let shape = NetworkShape(
            inputs: 1, classes: 3, levels: [16, 32, 64].map { .init(channels: $0, taps: 3, halvesDepth: true) })
        let plan = TrainingPlan(
            shape: shape, patch: SIMD3(16, 32, 32), spacing: SIMD3(1, 1, 1), isFlat: false, batch: 2, steps: 10,
            augmentation: .none)
        let network = TaskNetwork(shape, trains: true)
        let optimizer = Optimizer(network, plan)
        let maps = NetworkMaps.trainingBytes(network, size: plan.patch)
        let own = Mirror(reflecting: network).children.reduce(0) { $0 + bytes(in: $1.value) }
        let held = own + bytes(in: optimizer) + plan.batch * (maps + network.layout.count * MemoryLayout<Float>.stride)
        let said = Trainer.bytes(plan)
        #expect(held < said && Double(said) < 1.3 * Double(held), "\(held) of \(said)")
    }
}
