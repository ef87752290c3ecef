import Foundation
import Inference
import Preparation
import Synchronization
import Volumes

/// What a segmentation is asked for and cannot do.
public enum SegmentationError: TomosError, Equatable {
    /// S is not possible.
    case supportOutOfRange(Int)
    /// No such number of draws.
    case ensembleOutOfRange(Int)
    /// The network cannot work on squares of this side.
    case sideOutOfRange(Int)
    /// The volume has too few voxels for slices.
    case degenerate(Shape)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .supportOutOfRange, .ensembleOutOfRange, .sideOutOfRange: .badConfiguration
        case .degenerate: .badData
        }
    }

    /// What is wrong and the way out.
    public var description: String {
        switch self {
        case .supportOutOfRange(let count):
            "\(count) support slices: use 1 to 512 (16 is a good start, 64 the network's training range)"
        case .ensembleOutOfRange(let count): "an ensemble of \(count) draws: use 1 to \(Draws.most)"
        case .sideOutOfRange(let side):
            "slices of \(side)x\(side): use a multiple of 32 from 64 to 512 (128 is what the network was trained on)"
        case .degenerate(let shape):
            "a volume of \(shape) voxels has no slices to segment: each slice needs at least 2x2"
        }
    }
}

/// A task and a network, ready to segment volumes. Making one reads the weights and the pack; after that it never
/// changes and can be used from several threads.
public final class Segmenter: Sendable {
    /// The task.
    public let task: TaskPack
    /// How.
    public let options: SegmentOptions
    /// The weights in use.
    public var weights: Weights { network.weights }

    private let network: UniverSeg
    private let labels: [LabelEntry]
    private let plane: SlicePlane
    private let window: IntensityWindow
    private let threshold: Float
    private let library: SupportLibrary
    private let memory: MemoryDemand
    /// For draws matched by likeness; nil when there are none.
    private let alignment: StackAlignment?

    /// Reads weights and pack.
    ///
    /// - Parameter images: What is going to be segmented, as far as it is known. When none of it fits into memory, this
    ///   says so before the pack is read; an image that does not fit among others that do is refused in its turn.
    /// - Throws: ``TaskPackError``, ``SegmentationError``, ``MemoryError``, ``WeightsError`` or what reading the pack's
    ///   volumes throws.
    public init(task: TaskPack, options: SegmentOptions, images: [ImageOutline] = []) throws {
        guard (1...512).contains(options.support) else { throw SegmentationError.supportOutOfRange(options.support) }
        guard (1...Draws.most).contains(options.ensemble) else {
            throw SegmentationError.ensembleOutOfRange(options.ensemble)
        }
        guard UniverSeg.supports(side: options.side) else { throw SegmentationError.sideOutOfRange(options.side) }
        (self.task, self.options) = (task, options)
        labels = try task.selected(options.labels)
        plane = options.plane ?? task.plane
        window = options.window ?? task.window
        threshold = Float(options.threshold ?? task.threshold)
        network = try UniverSeg(weights: Weights(options.weights))
        memory = try MemoryDemand(task, labels: labels, plane: plane, options: options, network: network)
        try memory.require(anyOf: images)
        library = try SupportLibrary(task, labels: labels, plane: plane, window: window, side: options.side)
        alignment = options.ensemble > 1 ? StackAlignment(library.stacks.map(\.images), side: options.side) : nil
    }

    /// Segments one volume on its own grid.
    ///
    /// - Parameter progress: called from any thread with the slices done and the slices in all.
    public func segment(_ volume: Volume, progress: (@Sendable (Int, Int) -> Void)? = nil) throws -> SegmentedVolume {
        let layout = SliceLayout(volume.geometry, plane: plane)
        guard layout.rows > 1, layout.columns > 1 else { throw SegmentationError.degenerate(volume.geometry.shape) }
        let plan = try plan(for: ImageOutline(volume))
        let scale = try window.scale(for: volume)
        let placement = Placement(layout, side: options.side)
        // Planes are fitted when their turn comes: a volume of them is never held.
        let planes = (0..<layout.slices).lazy.map { placement.fit(volume.slice($0, in: layout, scale: scale)) }
        let draws = Draws(
            choice: SupportChoice(counts: library.stacks.map(\.count), support: plan.support),
            count: options.ensemble, shifts: alignment?.shifts(of: planes, side: options.side))
        let result = Mutex(Result(geometry: volume.geometry))
        let failure = Mutex<(any Error)?>(nil)
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: plan.threads) { _ in
            do {
                let workspace = try network.makeWorkspace(side: options.side, supports: plan.support)
                while failure.withLock({ $0 == nil }) {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < layout.slices else { return }
                    let query = volume.slice(index, in: layout, scale: scale)
                    let done: Int
                    if options.skipsEmpty, query.isConstant {
                        done = result.withLock { $0.skip() }
                    } else {
                        let references = draws.references(for: index, of: layout.slices)
                        let slice = try decide(placement.fit(query), references, placement, workspace)
                        done = result.withLock { $0.put(slice, at: index, in: layout) }
                    }
                    progress?(done, layout.slices)
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return result.withLock { finish(&$0, volume, plan, [scale.notice, plan.notice].compactMap(\.self)) }
    }

    /// The workers and support slices that an image will be segmented with; what segmenting it takes.
    ///
    /// - Throws: ``MemoryError`` when it does not fit.
    public func plan(for image: ImageOutline) throws(MemoryError) -> MemoryPlan { try memory.plan(for: image) }

    /// Label and confidence of every voxel of one slice.
    private struct DecidedSlice {
        var ids: [UInt16]
        /// Probability of the label given, times 255; 0 for background.
        var confidence: [UInt16]
    }

    /// The labels' volume and its confidence, filled slice by slice in any order.
    private struct Result {
        var labels, confidence: LabelVolume
        var done = 0
        /// Slices left as background unseen.
        var skipped = 0

        init(geometry: Geometry) {
            labels = LabelVolume(geometry: geometry)
            confidence = LabelVolume(geometry: geometry)
        }

        mutating func put(_ slice: DecidedSlice, at index: Int, in layout: SliceLayout) -> Int {
            labels.setSlice(index, in: layout, to: slice.ids)
            confidence.setSlice(index, in: layout, to: slice.confidence)
            done += 1
            return done
        }

        mutating func skip() -> Int {
            skipped += 1
            done += 1
            return done
        }
    }

    /// Runs the network for every label and gives each voxel to the most probable one that reaches the threshold; of
    /// equal ones to the lowest id. Only the best so far is kept.
    private func decide(
        _ query: [Float], _ draws: [[SupportLibrary.Reference]], _ placement: Placement, _ workspace: Workspace
    ) throws -> DecidedSlice {
        let count = placement.rows * placement.columns
        var best = [Float](repeating: 0, count: count)
        var ids = [UInt16](repeating: 0, count: count)
        for label in labels {
            guard let map = try probabilities(query, draws, label.id, workspace) else { continue }
            let probabilities = placement.restore(map)
            for n in 0..<count where probabilities[n] >= threshold && probabilities[n] > best[n] {
                best[n] = probabilities[n]
                ids[n] = label.id
            }
        }
        return DecidedSlice(ids: ids, confidence: best.map { UInt16(($0 * 255).rounded()) })
    }

    /// Mean probability over the draws; nil when none of them shows the label.
    private func probabilities(
        _ query: [Float], _ draws: [[SupportLibrary.Reference]], _ label: UInt16, _ workspace: Workspace
    ) throws -> [Float]? {
        var sum: [Float]?
        for references in draws {
            guard let support = library.support(references, label: label) else { continue }
            var map = try network.logits(query: query, support: support, workspace: workspace)
            for n in map.indices { map[n] = 1 / (1 + exp(-map[n])) }
            sum = sum.map { zip($0, map).map(+) } ?? map
        }
        // A draw that does not show the label says no to it.
        return sum.map { $0.map { $0 / Float(draws.count) } }
    }

    private func finish(
        _ result: inout Result, _ volume: Volume, _ plan: MemoryPlan, _ notices: [String]
    ) -> SegmentedVolume {
        result.labels.clean(options.clean)
        var voxels: [UInt16: Int] = [:]
        var (sums, given): ([UInt16: Int], [UInt16: Int]) = ([:], [:])
        for (id, confidence) in zip(result.labels.voxels, result.confidence.voxels) where id != 0 {
            voxels[id, default: 0] += 1
            // Smoothing fills voxels that the network gave to none.
            guard confidence > 0 else { continue }
            given[id, default: 0] += 1
            sums[id, default: 0] += Int(confidence)
        }
        let structures = labels.map { label in
            let count = voxels[label.id] ?? 0
            return SegmentedVolume.Structure(
                id: label.id, name: label.name, voxels: count,
                cubicMillimetres: Double(count) * volume.geometry.voxelVolume,
                meanProbability: given[label.id].map { Double(sums[label.id] ?? 0) / Double($0) / 255 })
        }
        let skipped =
            result.skipped > 0
            ? ["\(result.skipped) of \(result.done) slices hold one value only and became background (skip-empty)"] : []
        let missing = structures.filter { $0.voxels == 0 }.map { "\($0.name) (label \($0.id)) was not found" }
        return SegmentedVolume(
            labels: result.labels, structures: structures, notices: volume.notices + notices + skipped + missing,
            plan: plan)
    }
}

extension Slice {
    /// Whether all values are the same.
    fileprivate var isConstant: Bool { values.allSatisfy { $0 == values[0] } }
}
