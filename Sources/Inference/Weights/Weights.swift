import CTomosWeights
import Foundation
import Platform

/// Where a network's weights come from.
public enum WeightsSource: Sendable, Hashable {
    /// The network inside the program, trained by this project on synthetic tasks.
    case bundled
    /// A `.safetensors` or PyTorch `.pt` file.
    case file(String)

    /// `bundled`, the name of imported weights, or a path.
    public init(_ text: String) { self = WeightsStore.user.source(text) }
}

/// UniverSeg's parameters, checked: every tensor of the official state dict is there with its shape.
public struct Weights: Sendable {
    /// `bundled` or the path.
    public let name: String
    /// SHA-256 of the file.
    public let sha256: String
    /// The id git would give the file.
    public let gitBlob: String
    /// The licence, where it is known.
    public let licence: String

    let tensors: [String: Tensor]

    /// The official UniverSeg 1 file's git blob id.
    public static let officialGitBlob = "eedd25b13679d2f06ec4f9b59bcf02fc9205e06b"

    /// SHA-256 of the bundled file, as its model card has it (docs/weights.md).
    public static let bundledSHA256 = "a511129556e2c2d24b4f41f5c5b73ca08719c639b9f4448dac4675002a80fbb1"

    /// Whether these are UniverSeg's official weights.
    public var isOfficial: Bool { gitBlob == Self.officialGitBlob }

    /// Reads and checks weights.
    ///
    /// - Throws: ``WeightsError``.
    public init(_ source: WeightsSource) throws(WeightsError) {
        let bytes: [UInt8]
        switch source {
        case .bundled:
            name = "bundled"
            bytes = Array(UnsafeBufferPointer(start: tomos_bundled_weights(), count: tomos_bundled_weights_size()))
        case .file(let path):
            name = path
            guard let data = FileManager.default.contents(atPath: path) else {
                // The call that failed left its reason in errno.
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            bytes = [UInt8](data)
        }
        let metadata: [String: String]
        if Safetensors.recognises(bytes) {
            do {
                (tensors, metadata) = try Safetensors.read(bytes)
            } catch {
                throw .malformed(path: name, reason: error.reason)
            }
        } else if ZipArchive.recognises(bytes) {
            (tensors, metadata) = (try PyTorchFile.read(bytes, path: name), [:])
        } else {
            throw .unknownFormat(path: name)
        }
        sha256 = Digest.sha256(bytes)
        gitBlob = Digest.gitBlob(bytes)
        if gitBlob == Self.officialGitBlob {
            licence = "official UniverSeg 1 weights, OpenRAIL++-M, research use only"
        } else {
            licence = metadata["licence"] ?? "licence unknown: the file does not say"
        }
        try Self.check(tensors, path: name)
    }

    /// The shapes of the official state dict.
    static let shapes: [String: [Int]] = {
        var shapes: [String: [Int]] = ["out_conv.conv.weight": [1, 64, 1, 1], "out_conv.conv.bias": [1]]
        let inputs = ["enc_blocks.0": 3, "dec_blocks.0": 256, "dec_blocks.1": 256, "dec_blocks.2": 256]
        for block in [
            "enc_blocks.0", "enc_blocks.1", "enc_blocks.2", "enc_blocks.3", "dec_blocks.0", "dec_blocks.1",
            "dec_blocks.2",
        ] {
            for (layer, channels) in [
                ("cross.cross_conv", inputs[block] ?? 128), ("target.vmapped.conv", 64), ("support.vmapped.conv", 64),
            ] {
                shapes["\(block).\(layer).weight"] = [64, channels, 3, 3]
                shapes["\(block).\(layer).bias"] = [64]
            }
        }
        return shapes
    }()

    private static func check(_ tensors: StateDict, path: String) throws(WeightsError) {
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            guard let tensor = tensors[name] else { throw .wrongNetwork(path: path, reason: "\(name) is missing") }
            guard tensor.shape == shape else {
                throw .wrongNetwork(path: path, reason: "\(name) has shape \(tensor.shape), expected \(shape)")
            }
            guard tensor.values.allSatisfy(\.isFinite) else {
                throw .wrongNetwork(path: path, reason: "\(name) holds values that are not finite")
            }
        }
        if let extra = tensors.keys.sorted().first(where: { shapes[$0] == nil }) {
            throw .wrongNetwork(path: path, reason: "\(extra) is not a tensor of it")
        }
    }
}
