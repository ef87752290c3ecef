import CUniverSegKernels
import Foundation
import Volumes

/// What is wrong with a request to the network.
public enum InferenceError: TomosError, Equatable {
    /// The side is not one that the network's three poolings and 4x4 tiles divide.
    case unsupportedSide(Int)
    /// Arrays do not fit each other.
    case mismatch(String)
    /// Weights that bring numbers which are none: their name.
    case notFinite(weights: String)
    /// `TOMOS_KERNEL` names kernels that do not exist or do not run here.
    case unknownKernels(String)

    /// The kind of error.
    public var category: ErrorCategory { .badData }

    /// What is wrong and the way out.
    public var description: String {
        switch self {
        case .unsupportedSide(let side):
            "images of \(side)x\(side) cannot be segmented: the side must be \(UniverSeg.sidesInWords) (\(UniverSeg.trainedSide) is what the network was trained on)"
        case .mismatch(let what): what
        case .notFinite(let weights):
            "\(weights): these weights give logits that are not finite: no network that was trained does so (use other weights; images must be in [0, 1])"
        case .unknownKernels(let name):
            "TOMOS_KERNEL=\(name): no such kernels on this processor; use avx512, avx2, generic or plain, or leave it unset"
        }
    }
}

/// The network: from a query slice and S labelled support slices to the query's logits.
///
/// Butoi et al., "UniverSeg: Universal Medical Image Segmentation", ICCV 2023; computed in the restructured form in
/// which the concatenation of query and support features is never built. All arrays are row-major float32.
public final class UniverSeg: Sendable {
    /// The weights it runs.
    public let weights: Weights
    let network: Network

    /// Packs weights for this processor.
    ///
    /// - Parameter kernels: `avx512`, `avx2`, `generic` or `plain` (slow, by definition); nil takes `$TOMOS_KERNEL`, or
    ///   else the fastest that runs here.
    public init(weights: Weights, kernels: String? = nil) throws(InferenceError) {
        let wanted = kernels ?? ProcessInfo.processInfo.environment["TOMOS_KERNEL"]
        guard let found = tomos_kernels_named(wanted) else { throw .unknownKernels(wanted ?? "") }
        self.weights = weights
        network = Network(weights, kernels: found)
        // Every weight may be a number and the sums of their products none: said before any image is begun.
        if weights.sha256 != Weights.bundledSHA256 { try probe() }
    }

    /// Runs the smallest query there is.
    private func probe() throws(InferenceError) {
        let side = 64
        let ramp = (0..<side * side).map { Float($0) / Float(side * side) }
        _ = try logits(
            query: ramp, supportImages: ramp, supportLabels: ramp.map { $0 > 0.5 ? 1 : 0 }, side: side)
    }

    /// Name of the kernels in use.
    public var kernels: String { String(cString: network.kernels.pointee.name) }

    /// Bytes of the weights, as read and as packed.
    public var bytes: Int {
        network.bytes + weights.tensors.values.reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride }
    }

    /// Bytes of the workspace that ``makeWorkspace(side:supports:threads:)`` would make.
    public func workspaceBytes(side: Int, supports: Int, threads: Int = 1) -> Int {
        Workspace.bytes(
            side: side, supports: supports, threads: max(1, threads), scratch: network.kernels.pointee.scratch_size())
    }

    private static let sides = 64...512
    private static let sideStep = 32
    /// The side of the images that the network was trained with.
    package static let trainedSide = 128

    /// Which sides there are: `a multiple of 32 from 64 to 512`.
    package static let sidesInWords = "a multiple of \(sideStep) from \(sides.lowerBound) to \(sides.upperBound)"

    /// Whether images of `side` x `side` can be segmented.
    public static func supports(side: Int) -> Bool { side.isMultiple(of: sideStep) && sides.contains(side) }

    /// Memory for queries of `side` x `side` with up to `supports` support slices, each shared by `threads` threads.
    public func makeWorkspace(side: Int, supports: Int, threads: Int = 1) throws(InferenceError) -> Workspace {
        guard Self.supports(side: side) else { throw .unsupportedSide(side) }
        return Workspace(side: side, supports: supports, threads: max(1, threads), kernels: network.kernels)
    }

    /// Logits of a query, `[side][side]`.
    ///
    /// - Parameter query: `[side][side]`, in [0, 1].
    public func logits(query: [Float], support: SupportSet, workspace: Workspace) throws(InferenceError) -> [Float] {
        guard workspace.side == support.side, query.count == support.side * support.side else {
            throw .mismatch(
                "the query has \(query.count) values, the support slices are \(support.side)x\(support.side)")
        }
        guard support.count <= workspace.supports else {
            throw .mismatch("\(support.count) support slices, but memory for \(workspace.supports)")
        }
        Forward(network: network, support: support, workspace: workspace).run(query)
        let logits = UnsafeBufferPointer(start: workspace.logits.floats, count: query.count)
        guard logits.allSatisfy(\.isFinite) else { throw .notFinite(weights: weights.name) }
        return Array(logits)
    }

    /// Logits of one query, for callers with one question. Shapes `[side][side]` and `[S][side][side]`.
    public func logits(
        query: [Float], supportImages: [Float], supportLabels: [Float], side: Int, threads: Int = 1
    ) throws(InferenceError) -> [Float] {
        let plane = side * side
        guard plane > 0, query.count == plane, supportImages.count == supportLabels.count, !supportImages.isEmpty,
            supportImages.count.isMultiple(of: plane)
        else {
            throw .mismatch(
                "a query of \(query.count) values, \(supportImages.count) support image values and "
                    + "\(supportLabels.count) support label values do not make slices of \(side)x\(side)")
        }
        let support = SupportSet(images: supportImages, labels: supportLabels, side: side)
        let workspace = try makeWorkspace(side: side, supports: support.count, threads: threads)
        return try logits(query: query, support: support, workspace: workspace)
    }
}
