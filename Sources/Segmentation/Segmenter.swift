import Foundation
import Inference
import Platform
import Preparation
import Synchronization
import VolumeIO
import Volumes

/// A task and a network, ready to segment volumes. Making one reads the weights and the pack; after that it never
/// changes and can be used from several threads.
public final class Segmenter: Sendable {
    /// What was known before the pack's volumes were read.
    public let outlook: SegmentationOutlook
    private let library: SupportLibrary
    private let gate: InputGate

    /// The task.
    public var task: TaskPack { outlook.task }
    /// How.
    public var options: SegmentOptions { outlook.options }
    /// The weights in use.
    public var weights: Weights { outlook.weights }
    /// The planes that volumes are cut in.
    public var planes: [SlicePlane] { outlook.planes }
    /// ``SegmentationOutlook/advice``.
    public var advice: String? { outlook.advice }
    /// ``SegmentationOutlook/learnedRecord``.
    public var learnedRecord: LearnedRecord? { outlook.learnedRecord }
    package var window: IntensityWindow { outlook.window }
    /// What a check of the pack must have been made with to hold.
    package var checked: CheckedOptions { outlook.checked }
    var findings: PackFindings? { outlook.findings }
    var labels: [LabelEntry] { outlook.labels }
    /// The networks that the pack has learned, where they are put to use, and their weight.
    var learned: LearnedUse? { outlook.learned }
    private var network: UniverSeg { outlook.network }
    private var side: Int { outlook.side }

    /// Reads weights and pack.
    ///
    /// - Parameter images: What is going to be segmented, as far as it is known. When none of it fits into memory, this
    ///   says so before the pack is read; an image that does not fit among others that do is refused in its turn.
    /// - Throws: ``TaskPackError``, ``SegmentationError``, ``MemoryError``, ``WeightsError`` or what reading the pack's
    ///   volumes throws.
    public convenience init(task: TaskPack, options: SegmentOptions, images: [ImageOutline] = []) throws {
        let outlook = try SegmentationOutlook(task: task, options: options)
        try outlook.require(anyOf: images)
        try self.init(outlook)
    }

    /// Reads the pack's volumes.
    ///
    /// - Throws: ``TaskPackError`` or what reading the volumes throws.
    public init(_ outlook: SegmentationOutlook) throws {
        self.outlook = outlook
        let (task, options) = (outlook.task, outlook.options)
        library = try SupportLibrary(
            task, labels: outlook.labels, planes: outlook.learned?.isAlone == true ? [] : outlook.planes,
            window: outlook.window, side: outlook.side,
            registers: options.choose != .position, crops: options.crops, threads: options.threads)
        gate = InputGate(
            frames: KnownFrames(try task.examples.map { try Images.info($0.image).geometry }),
            contents: KnownContents(library.looks))
    }

    private init(_ other: Segmenter, library: SupportLibrary) {
        (outlook, gate, self.library) = (other.outlook, other.gate, library)
    }

    /// A segmenter whose pack holds only some of the examples, by their places.
    package func keeping(_ examples: [Int]) -> Segmenter {
        Segmenter(self, library: library.keeping(examples))
    }

    /// A segmenter whose pack lacks one example, for leave-one-out.
    package func without(_ example: Int) -> Segmenter { keeping(task.examples.indices.filter { $0 != example }) }

    /// The workers and support slices that an image will be segmented with; what segmenting it takes.
    ///
    /// - Throws: ``MemoryError`` when it does not fit.
    public func plan(for image: ImageOutline) throws(MemoryError) -> MemoryPlan { try outlook.plan(for: image) }

    /// What it holds whatever it segments.
    package var standing: [MemoryNeed.Part] { outlook.memory.standing.parts }

    /// Segments one volume on its own grid.
    ///
    /// - Parameter progress: called from any thread with the slices done and the slices in all; where networks of the pack
    ///   work alone, with their patches.
    public func segment(_ volume: Volume, progress: (@Sendable (Int, Int) -> Void)? = nil) throws -> SegmentedVolume {
        let scale = try window.scale(for: volume)
        let unlike = gate.remarks(
            on: volume, scale: scale, learned: learned?.task, threads: try plan(for: ImageOutline(volume)).threads)
        var result = try segment(volume, thresholds: [outlook.threshold], scale: scale, progress: progress)[0]
        result.notices = unlike + result.notices
        return result
    }

    /// The results of one volume for several thresholds, ascending.
    private func segment(
        _ volume: Volume, thresholds: [Float], scale: IntensityScale, progress: (@Sendable (Int, Int) -> Void)?
    ) throws -> [SegmentedVolume] {
        var blend: LearnedBlend?
        if let learned {
            let said = try said(
                by: learned.task, of: volume, scale: scale, progress: learned.isAlone ? progress : nil)
            if learned.isAlone { return try results(of: said, in: volume, thresholds: thresholds) }
            blend = LearnedBlend(said: said, share: learned.share)
        }
        return try inContext(volume, thresholds: thresholds, ways: [blend], scale: scale, progress: progress)[0]
    }

    /// The results by the network in context and the vote for several thresholds, ascending, in several ways at once: as it
    /// is (nil, which comes first), and together with what learned networks say.
    ///
    /// - Parameter scale: The window's for the volume, where it is known.
    package func inContext(
        _ volume: Volume, thresholds: [Float], ways: [LearnedBlend?], scale: IntensityScale? = nil,
        progress: (@Sendable (Int, Int) -> Void)? = nil
    ) throws -> [[SegmentedVolume]] {
        let query = try query(volume, scale: scale ?? window.scale(for: volume))
        let (part, plan) = (query.part, query.plan)
        let cuts = try planes.map { plane in
            let cut = Cut(
                part, scale: query.scale, plane: plane, side: side, offset: query.region?.offset ?? .zero)
            guard cut.layout.rows > 1, cut.layout.columns > 1 else {
                throw SegmentationError.degenerate(volume.geometry.shape)
            }
            return cut
        }
        let sources = zip(supportSources(cuts, query), cuts).map { LabelledSupport($0, slices: $1.layout.slices) }
        let passes = batches(of: part)
        let counter = SliceCounter(
            slices: cuts.reduce(0) { $0 + $1.layout.slices }, passes: passes.count, report: progress)
        var votes = ways.map { _ in
            Votes(geometry: part.geometry, threshold: thresholds[0], keepsCertainty: options.keepsCertainty)
        }
        for labels in passes {
            let sums = LabelProbabilities(
                labels: labels, planes: cuts.count, voxels: part.geometry.shape.count,
                keepsSquares: options.keepsCertainty)
            for (cut, source) in zip(cuts, sources) {
                try forEachSlice(of: cut, plan, counter) { index, slice, workspace in
                    let draws = source.support(for: index, of: labels).map {
                        FusedDraw($0, query: slice, side: side, fusion: options.fusion)
                    }
                    for (n, label) in labels.enumerated() {
                        guard let answer = try answer(slice, draws, label, workspace) else { continue }
                        add(answer, of: n, slice: index, of: cut, to: sums)
                    }
                }
            }
            let deviations = sums.takeDeviations()
            for (way, blend) in ways.enumerated() {
                blend?.apply(to: sums, of: volume.geometry, in: query.region?.box)
                votes[way].count(sums, deviations: deviations)
            }
        }
        let notices = [query.scale.notice, plan.notice, counter.notice].compactMap(\.self)
        return votes.indices.map { results(of: &votes[$0], query, thresholds, notices) }
    }

    /// Looks where the labels may be, if that is asked for.
    func query(_ volume: Volume, scale: IntensityScale) throws -> Query {
        let plan = try plan(for: ImageOutline(volume))
        let (region, registrations) =
            library.registration?.register(to: volume, scale: scale, threads: plan.threads) ?? (nil, [])
        return Query(volume, region: region, scale: scale, plan: plan, registrations: registrations)
    }

    func results(
        of result: inout Votes, _ query: Query, _ thresholds: [Float], _ notices: [String]
    ) -> [SegmentedVolume] {
        thresholds.map { threshold in
            result.raise(to: threshold)
            var votes = result
            return finish(&votes, query, notices)
        }
    }

    /// The labels' ids in groups whose probabilities are held at the same time.
    private func batches(of volume: Volume) -> [[UInt16]] {
        let size = LabelProbabilities.batch(
            labels.count, voxels: volume.geometry.shape.count, keepsSquares: options.keepsCertainty)
        return stride(from: 0, to: labels.count, by: size).map { labels[$0..<min($0 + size, labels.count)].map(\.id) }
    }

    /// Runs `body` for every slice of a cut with the fitted slice, on the plan's workers.
    private func forEachSlice(
        of cut: Cut, _ plan: MemoryPlan, _ counter: SliceCounter,
        _ body: @Sendable (Int, [Float], Workspace) throws -> Void
    ) throws {
        let failure = Mutex<(any Error)?>(nil)
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(plan.threads, cut.layout.slices)) { _ in
            do {
                let workspace = try network.makeWorkspace(side: side, supports: plan.support)
                while failure.withLock({ $0 == nil }) {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < cut.layout.slices else { return }
                    let slice = cut.slice(index)
                    let skips = options.skipsEmpty && slice.isConstant
                    if !skips { try body(index, cut.placement.fit(slice), workspace) }
                    counter.add(skipped: skips)
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Cut by cut, where its slices' support comes from.
    private func supportSources(
        _ cuts: [Cut], _ query: Query
    ) -> [any SupportSource] {
        return zip(cuts, library.stacks).map { cut, stacks in
            let choice = SupportChoice(counts: stacks.map(\.count), support: query.plan.support)
            let slices = cut.layout.slices
            if options.choose != .position {
                return RegisteredSupport(
                    stacks: stacks, side: side, frame: cut.frame, registrations: query.registrations, choice: choice,
                    draws: options.ensemble, slices: slices)
            }
            let alignment = options.ensemble > 1 ? StackAlignment(stacks.map(\.slices), side: side) : nil
            let shifts = alignment?.shifts(of: cut.fitted, side: side)
            return PositionedSupport(
                stacks: stacks, side: side, draws: Draws(choice: choice, count: options.ensemble, shifts: shifts),
                slices: slices)
        }
    }

    /// What is said of a label in a slice; nil when no draw shows the label.
    private func answer(
        _ query: [Float], _ draws: [FusedDraw], _ label: UInt16, _ workspace: Workspace
    ) throws -> Answer? {
        var answers: [Answer] = []
        for draw in draws {
            guard let set = draw.support.set(for: label, side: side) else { continue }
            var map = try network.logits(query: query, support: set, workspace: workspace)
            for n in map.indices { map[n] = 1 / (1 + exp(-map[n])) }
            answers.append(draw.answer(network: map, label, keepsSquares: options.keepsCertainty))
        }
        return Answer(meanOf: answers, draws: draws.count)
    }

    /// Adds an answer on the volume's own grid to what the other planes say.
    private func add(_ answer: Answer, of label: Int, slice: Int, of cut: Cut, to sums: LabelProbabilities) {
        let fused = cut.placement.restore(answer.fused)
        sums.add(fused, label: label, slice: slice, in: cut.layout)
        if options.keepsCertainty {
            // Neighbours that differ are no disagreement: variances are brought to the grid, not squares.
            let variances = zip(answer.squares, answer.fused).map { max(0, $0 - $1 * $1) }
            let squares = zip(cut.placement.restore(variances), fused).map { min(1, $0 + $1 * $1) }
            sums.addSquares(squares, label: label, slice: slice, in: cut.layout)
        }
    }

    private func finish(_ result: inout Votes, _ query: Query, _ notices: [String]) -> SegmentedVolume {
        let found = options.clean.isEmpty ? [] : result.measured().keys.sorted()
        result.labels.clean(options.clean, known: library.known.parts)
        var measured = result.measured()
        let cleaned = Set(found).subtracting(measured.keys)
        let doubtful = measured.filter { $0.value.expectedDice < SegmentedVolume.leastPromise }
        let absent = doubtful.keys.filter { options.doubtful.removes($0, known: library.known) }
        result.remove(Set(absent))
        for id in absent { measured[id] = nil }
        let (volume, map) = (query.volume, query.restored(result.labels))
        let border = map.idsAtBorder
        let predicted = DiceCalibration.predictions(outlook.calibrations, expected: measured.mapValues(\.expectedDice))
        let structures = labels.map { label in
            let count = measured[label.id]?.voxels ?? 0
            let size = Double(count) * volume.geometry.voxelVolume
            return SegmentedVolume.Structure(
                id: label.id, name: label.name, voxels: count, cubicMillimetres: size,
                meanProbability: measured[label.id]?.meanProbability,
                expectedDice: measured[label.id]?.expectedDice ?? 0,
                predictedDice: predicted[label.id],
                flags: library.known.flags(of: label.id, cubicMillimetres: size, atBorder: border.contains(label.id))
                    + (doubtful[label.id] == nil ? [] : [.doubtful]))
        }
        let faint = structures.compactMap { structure in
            remark(on: structure, doubtful: doubtful[structure.id], isCleaned: cleaned.contains(structure.id))
        }
        let remarks = structures.flatMap { structure in
            structure.flags.compactMap { library.known.remark(on: structure, flag: $0) }
        }
        return SegmentedVolume(
            labels: map, structures: structures,
            certainty: result.certainty?.maps(on: volume.geometry, at: query.region?.box),
            notices: volume.notices + notices + faint + remarks, plan: query.plan)
    }

    /// A sentence about a label that is not in the result, or is in it with little promise.
    private func remark(
        on structure: SegmentedVolume.Structure, doubtful: Votes.Measured?, isCleaned: Bool
    ) -> String? {
        let name = "\(structure.name) (label \(structure.id))"
        guard let doubtful else {
            if structure.voxels > 0 { return nil }
            return isCleaned ? "\(name) was found, and all of it removed by clean-up (clean)" : "\(name) was not found"
        }
        let promise = String(format: "%.2f", doubtful.expectedDice)
        if structure.voxels > 0 {
            return "\(name) is doubtful: its probabilities promise a Dice of \(promise) only: review it"
        }
        return "\(name) was taken for absent: \(doubtful.voxels) voxels whose probabilities promise a Dice of "
            + "\(promise) only (segment.doubtful: keep, or --doubtful keep, keeps them)"
    }
}
