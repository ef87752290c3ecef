import Foundation
import Inference
import Preparation
import VolumeIO
import Volumes

/// What segmenting takes, as a function of the image, the workers and the support slices.
///
/// The network, its workspaces and the support library are counted buffer by buffer. Images and label maps are counted
/// by their voxels, clean-up by the arrays it makes; what a run-time keeps beside that is in `MemoryNeed.program`.
struct MemoryDemand: Sendable {
    let options: SegmentOptions
    private let side: Int
    private let planes: [SlicePlane]
    private let network: UniverSeg
    /// Bytes of the support library, and of the largest volume it is read from.
    private let library, reading: Int
    private let largestID: UInt16
    private let labelCount, exampleCount: Int
    /// Of registering the pack's volumes, where that is done.
    private let registration: RegistrationMemory?
    /// The networks that the pack has learned, where they are put to use.
    private let learned: LearnedUse?

    /// Looks at the headers of the pack's volumes.
    init(
        _ task: TaskPack, labels: [LabelEntry], planes: [SlicePlane], side: Int, options: SegmentOptions,
        network: UniverSeg, learned: LearnedUse?
    ) throws {
        (self.options, self.planes, self.side) = (options, planes, side)
        (self.network, self.learned) = (network, learned)
        largestID = labels.last?.id ?? 0
        var (library, reading, grids) = (0, 0, [Geometry]())
        for example in task.examples {
            let (image, truth) = (try Images.info(example.image), try Images.info(example.labels))
            if learned?.isAlone != true {
                let slices = planes.reduce(0) { $0 + SliceLayout(image.geometry, plane: $1).slices }
                library += slices * SupportLibrary.bytesPerSlice(side: side)
            }
            grids.append(image.geometry)
            let (voxels, ids) = (image.geometry.shape.count, truth.geometry.shape.count)
            // The image, and the label map as it is stored and as ids; then the files, whose hashes are checked.
            var read = voxels * image.bytesPerVoxel + ids * (truth.bytesPerVoxel + MemoryLayout<UInt16>.stride)
            // Less than half is cut out, or nothing is.
            if options.crops { read += (voxels * image.bytesPerVoxel + ids * MemoryLayout<UInt16>.stride) / 2 }
            reading = max(reading, read + 2 * max(Self.size(example.image), Self.size(example.labels)))
        }
        let registers = options.choose != .position && learned?.isAlone != true
        registration = registers ? RegistrationMemory(grids, crops: options.crops) : nil
        (self.library, self.reading) = (library + (registration?.library ?? 0), reading)
        (labelCount, exampleCount) = (labels.count, task.examples.count)
    }

    private static func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// What must be there before any image is looked at.
    var standing: MemoryNeed {
        MemoryNeed([
            MemoryNeed.program, .init("network", network.bytes), .init("learned networks", learned?.task.bytes ?? 0),
            .init("support library", library), .init("reading the pack", reading),
        ])
    }

    /// What segmenting an image takes.
    func need(_ image: ImageOutline, threads: Int, support: Int) -> MemoryNeed {
        let voxels = image.shape.count
        let held = [
            MemoryNeed.program, .init("network", network.bytes), .init("learned networks", learned?.task.bytes ?? 0),
            .init("support library", library),
        ]
        // A label map and the confidence that goes with it; two values of certainty, and their maps.
        let values = options.keepsCertainty ? 5 : 2
        let result = MemoryNeed.Part("result", voxels * values * MemoryLayout<UInt16>.stride)
        let workers = threads * worker(image, support: support)
        let written = voxels * (largestID > UInt8.max ? 2 : 1)
        let sums = MemoryNeed.Part(
            "probabilities",
            LabelProbabilities.batch(labelCount, voxels: voxels, keepsSquares: options.keepsCertainty)
                * LabelProbabilities.bytes(voxels: voxels, keepsSquares: options.keepsCertainty))
        // Less than half of the volume is cut out of it, or nothing is.
        let region = MemoryNeed.Part("region", options.crops && options.choose != .position ? image.bytes / 2 : 0)
        let registered = registration?.results(image) ?? 0
        let registering = registration?.working(image, threads: threads) ?? 0
        let phases = [
            [region, .init("registration", registered), .init("registering", registering)],
            [
                result, sums, region, .init("registration", registered),
                .init("\(counted(threads, "job")) with \(counted(support, "support slice"))", workers),
            ],
            [result, .init("clean-up", cleaning(image))],
            [result, .init("writing", written)],
        ]
        // By networks alone there are no registration and support.
        let looking = learned.map { [[result, region] + $0.task.parts(image, threads: threads)] } ?? []
        let isAlone = learned?.isAlone ?? false
        let said = learned.map { [$0.task.kept(image)] } ?? []
        let all = looking + (isAlone ? Array(phases.suffix(2)) : phases.map { $0 + said })
        let needs = all.map { MemoryNeed(held + [.init("image", image.bytes)] + $0) } + [standing]
        return needs.max { $0.bytes < $1.bytes } ?? standing
    }

    /// What one worker holds: its workspace, the support slices of every draw with their labels, one support set (its
    /// labels twice while it is made), the weights of the labels' vote, and a handful of arrays of a slice's and of the square's size.
    private func worker(_ image: ImageOutline, support: Int) -> Int {
        let square = side * side * MemoryLayout<Float>.stride
        let values = options.keepsCertainty ? 9 : 6
        return network.workspaceBytes(side: side, supports: support)
            + SupportSet.bytes(side: side, supports: support) + support * square
            + options.ensemble * support * SupportLibrary.bytesPerSlice(side: side)
            + aligned(square)
            + values * image.largestFace * MemoryLayout<Float>.stride + values * square
    }

    /// A slice of every volume of the pack, and the weights of its vote in every draw.
    private func aligned(_ square: Int) -> Int {
        guard options.choose != .position else { return 0 }
        let weights = options.fusion > 0 ? options.ensemble * (exampleCount + 2) * square : 0
        return exampleCount * SupportLibrary.bytesPerSlice(side: side) + weights
    }

    private func cleaning(_ image: ImageOutline) -> Int {
        options.clean.map { step in
            switch step {
            case .smooth(let sigma): LabelSmoothing(sigma: sigma).bytes(image)
            // Runs of equal labels: 40 bytes each, four to a row of voxels.
            case .keepLargest, .removeSmaller: 160 * image.shape.j * image.shape.k
            }
        }.max() ?? 0
    }

    /// The workers and support slices to go on with.
    ///
    /// - Throws: ``MemoryError`` when what was asked for does not fit and less is not allowed, or not enough.
    func plan(for image: ImageOutline) throws(MemoryError) -> MemoryPlan {
        let threads = max(1, min(options.threads, (planes.map { image.slices($0) }.max() ?? 1)))
        let asked = need(image, threads: threads, support: options.support)
        let limit = options.memory.size
        guard let limit, asked.bytes > limit.bytes else {
            return MemoryPlan(threads: threads, support: options.support, need: asked, limit: limit)
        }
        let smaller = largestFitting(image, threads: threads, limit: limit)
        if options.allowsReduction, var plan = smaller {
            if plan.threads != threads { plan.askedThreads = threads }
            if plan.support != options.support { plan.askedSupport = options.support }
            return plan
        }
        let what =
            "\(image.shape) voxels with \(counted(options.support, "support slice")) and \(counted(threads, "job"))"
        throw .exceeded(
            what: what, need: asked, limit: limit,
            fits: smaller.map { "\(counted($0.threads, "job")) with \(counted($0.support, "support slice"))" })
    }

    /// Fewer workers as long as that is enough, since they change no result; then fewer support slices.
    private func largestFitting(_ image: ImageOutline, threads: Int, limit: MemorySize) -> MemoryPlan? {
        let fewerThreads = (1...threads).reversed().map { ($0, options.support) }
        let fewerSlices = (1...options.support).reversed().map { (1, $0) }
        for (threads, support) in fewerThreads + fewerSlices {
            let need = need(image, threads: threads, support: support)
            if need.bytes <= limit.bytes {
                return MemoryPlan(threads: threads, support: support, need: need, limit: limit)
            }
        }
        return nil
    }

    /// Throws unless the pack, and at least one of the images if there are any, can be worked on.
    func require(anyOf images: [ImageOutline]) throws(MemoryError) {
        if let limit = options.memory.size, standing.bytes > limit.bytes {
            throw .exceeded(what: "the task pack and the network", need: standing, limit: limit, fits: nil)
        }
        var refusal: MemoryError?
        for image in images {
            do throws(MemoryError) {
                _ = try plan(for: image)
                return
            } catch {
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal }
    }
}
