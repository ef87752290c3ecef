import Foundation
import Learning
import Platform
import Preparation
import Segmentation
import VolumeIO
import Volumes

/// Trains a pack's networks: the volumes are dealt into folds, and each network learns from all but one fold, so that every
/// volume can be looked at by one that never saw it. Together they are what the pack has learned.
///
/// Cases of a study may teach too: each network learns from half of them (``TaughtCases``). With their help a pack that is
/// too small to leave volumes out is enough; all its networks learn from all its volumes.
public struct TaskTraining {
    /// How long, and how it is told of.
    public struct Options: Sendable {
        /// Minutes for all networks together, about; the steps follow from how fast the first few are.
        public var minutes: Double?
        /// Steps of each network, in place of minutes.
        public var steps: Int?
        /// Whether the pack's other way is looked at too, and the networks are kept only where they do better.
        public var compares = true
        /// Whether each network is kept in the pack's folder as soon as it is trained, so that training that was stopped goes
        /// on with the next.
        public var keepsNetworks = false
        /// What draws follow from.
        public var seed: UInt64 = 1
        /// Threads.
        public var threads: Int

        /// Makes options.
        public init(threads: Int) { self.threads = threads }
    }

    /// How far it is.
    public struct Progress: Sendable {
        /// The network at hand, from 1, of how many; its steps done, of how many.
        public var member, members, step, steps: Int
        /// Mean loss since it was last told.
        public var loss: Double
    }

    /// Of fewer volumes none can be left out: what remained would not show how volumes differ.
    static let leastVolumes = 3
    /// The same where cases of a study teach too, and what volumes and a half of the cases must be together: what a study
    /// brings was measured so, with networks that see all of a smaller pack.
    static let leastTaught = 5
    /// Networks, at most.
    private static let folds = 4
    /// Steps, at least and at most; and those that are timed.
    private static let (leastSteps, mostSteps, timed) = (100, 20_000, 6)

    /// What the networks are.
    package let design: TaskDesign
    private let volumes: [TrainingVolume]
    /// Cases of the study, each with its half.
    private let lessons: [(volume: TrainingVolume, half: Int)]
    private let taught: TaughtCases
    private let labels: [UInt16]
    private let options: Options
    private let grid: LearnedGrid
    private let trained: TrainedNetworks?

    /// Why networks cannot be trained on so many volumes of a pack and cases of a study, a sentence; nil where they can.
    public static func lack(_ task: TaskPack, volumes: Int, study: Int = 0) -> String? {
        let labels = task.labels.entries.count
        if study > 0, volumes + study / 2 < leastTaught {
            return "\(volumes) volumes and \(study) cases of the study are too few to train networks on: each learns "
                + "from half of the cases, and \(leastTaught) in all are enough"
        }
        if study == 0, volumes < leastVolumes {
            return "\(volumes) volumes are too few to train networks on: \(leastVolumes) are enough; the pack works "
                + "without"
        }
        if labels >= NetworkShape.mostClasses {
            return "\(labels) labels are too many to train networks on: \(NetworkShape.mostClasses - 1) at most; the "
                + "pack works without"
        }
        return nil
    }

    /// Reads and prepares a pack's volumes, or some by their places; their order deals them into folds.
    ///
    /// - Parameters:
    ///   - design: Where it is known already: making one reads the pack's label maps.
    ///   - study: Cases that teach beside the pack.
    /// - Throws: What reading throws.
    package init(
        _ task: TaskPack, design: TaskDesign? = nil, places: [Int], window: IntensityWindow, options: Options,
        study: [StudyExample] = []
    ) throws {
        let design = try design ?? TaskDesign(task)
        (self.design, self.options) = (design, options)
        labels = task.labels.entries.map(\.id)
        func read(_ place: Int) throws -> Volume { try Images.readVolume(task.examples[place].image) }
        var grid = design.grid
        if window.isFixed(for: try places.prefix(1).map(read)) {
            // Values mean the same in every volume: they keep their distance from the pack's mean.
            grid.values = LearnedGrid.values(
                of: try places.flatMap { place in
                    let volume = try read(place)
                    return grid.values(of: volume, scale: try window.scale(for: volume))
                })
        }
        let ids = labels
        func prepared(_ volume: Volume, _ truth: LabelVolume, weight: Double = 1) throws -> TrainingVolume {
            let (placement, image) = grid.image(volume, scale: try window.scale(for: volume))
            return TrainingVolume(
                size: placement.size, spacing: placement.spacing, channels: [image],
                labels: grid.classes(truth, ids, placement), weight: weight)
        }
        // One volume at a time: as they are stored, all together may be many times what is learned from.
        volumes = try places.map { place in
            let volume = try read(place)
            return try prepared(volume, task.examples[place].readLabels(on: volume.geometry))
        }
        var taught = TaughtCases()
        lessons = try study.map { lesson in
            let volume = try lesson.image()
            let half = taught.insert(volume)
            return (try prepared(volume, lesson.labels(volume.geometry), weight: lesson.weight), half)
        }
        (self.grid, self.taught) = (grid, taught)
        var madeOf = ["\(task.sha256)", "\(design)", "\(grid)", "\(places)", "\(options.seed)", tomosVersion]
        madeOf += lessons.map { lesson in
            "\(lesson.half) \(lesson.volume.weight) \(Digest.sha256(lesson.volume.labels))"
        }
        trained = options.keepsNetworks ? TrainedNetworks(pack: task.folder, madeOf: madeOf) : nil
    }

    /// Refuses, by the headers, a pack that does not fit into memory to be trained on.
    ///
    /// - Throws: `MemoryError`, and what reading headers throws.
    static func requireMemory(_ design: TaskDesign, _ segmenter: Segmenter, places: [Int], study: Int = 0) throws {
        guard let limit = segmenter.options.memory.size else { return }
        var (prepared, reading) = (0, 0)
        for example in places.map({ segmenter.task.examples[$0] }) {
            let image = try Images.info(example.image)
            let size = GridPlacement(image.geometry, plane: design.grid.plane, spacing: design.grid.spacing).size
            let samples = size.x * size.y * size.z
            prepared += TrainingVolume.bytes(voxels: samples, classes: design.plan.shape.classes)
            // The image, its label map and, on the grid, the shares of a label.
            let stored = image.geometry.shape.count * (image.bytesPerVoxel + MemoryLayout<UInt16>.stride)
            reading = max(reading, stored + 3 * samples * MemoryLayout<Float>.stride)
        }
        // Cases of a study are of the pack's kind.
        prepared += study * prepared / max(1, places.count)
        let need = MemoryNeed(
            segmenter.standing + [
                .init("the pack's volumes to train on", prepared),
                .init("training", max(reading, Trainer.bytes(design.plan))),
            ])
        if need.bytes > limit.bytes {
            throw MemoryError.training(pack: segmenter.task.name, need: need, limit: limit)
        }
    }

    /// Networks that are trained.
    var members: Int { lessons.isEmpty ? min(Self.folds, volumes.count) : Self.folds }

    /// Whether every volume has a network that has not seen it.
    var leavesOut: Bool { volumes.count >= (lessons.isEmpty ? Self.leastVolumes : Self.leastTaught) }

    /// The network that has not seen a volume, by the volume's place, where there is one.
    func member(without place: Int) -> Int { place % members }

    /// What a network learns from.
    private func seen(by member: Int) -> [TrainingVolume] {
        let own = volumes.indices.filter { !leavesOut || self.member(without: $0) != member }.map { volumes[$0] }
        return own + lessons.filter { TaughtCases.learns(member: member, from: $0.half) }.map(\.volume)
    }

    /// Trains the networks one after the other; returns them, and the steps that each has taken.
    package func run(_ progress: (Progress) -> Void) throws -> (task: LearnedTask, steps: Int) {
        let steps = stepsEach()
        var networks: [LearnedNetwork] = []
        for member in 0..<members {
            if let network = trained?.network(member, steps: steps), network.shape == design.plan.shape {
                networks.append(network)
                continue
            }
            let trainer = Trainer(plan(member, steps: steps), seen(by: member), threads: options.threads)
            var (sum, count) = (0.0, 0)
            while trainer.step < steps {
                sum += trainer.advance()
                count += 1
                guard trainer.step % max(1, steps / 10) == 0 || trainer.step == steps else { continue }
                progress(
                    Progress(
                        member: member + 1, members: members, step: trainer.step, steps: steps,
                        loss: sum / Double(count)))
                (sum, count) = (0, 0)
            }
            networks.append(trainer.learned)
            try trained?.keep(task([trainer.learned]), member, steps: steps)
        }
        return (task(networks), steps)
    }

    /// What some of the networks are together.
    package func task(_ networks: [LearnedNetwork]) -> LearnedTask {
        LearnedTask(
            labels: labels, grid: grid, patch: design.plan.patch, members: networks,
            taught: networks.count == members ? taught : TaughtCases())
    }

    private func plan(_ member: Int, steps: Int) -> TrainingPlan {
        var plan = design.plan
        (plan.steps, plan.seed) = (steps, options.seed &* 1000 &+ UInt64(member))
        return plan
    }

    private func stepsEach() -> Int {
        if let steps = options.steps ?? trained?.steps { return steps }
        let trainer = Trainer(plan(0, steps: Self.timed), volumes, threads: options.threads)
        _ = trainer.advance()
        let start = ContinuousClock.now
        for _ in 1..<Self.timed { _ = trainer.advance() }
        let seconds = (ContinuousClock.now - start) / Double(Self.timed - 1)
        let room = .seconds(60 * (options.minutes ?? minutes)) / Double(members)
        return min(max(Int(clamping: (room / seconds).rounded()), Self.leastSteps), Self.mostSteps)
    }

    /// Minutes when none are asked for: volumes of which a patch shows a part only take longer. Half as many again brought ten
    /// heads and necks 0.001.
    private var minutes: Double {
        let patch = design.plan.patch
        let parts = volumes.map { Double($0.labels.count) / Double(patch.x * patch.y * patch.z) }.sorted()
        return !design.plan.isFlat && parts[parts.count / 2] > 1.5 ? 12 : 5
    }
}
