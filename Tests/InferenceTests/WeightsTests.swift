import Foundation
import Platform
import TestSupport
import Testing

@testable import Inference

@Suite
struct WeightsTests {
    @Test
    func bundledWeightsAreTheOnesMeasured() throws {
        let weights = try Weights(.bundled)
        // Recorded beside the figures in the weights' own notes.
        #expect(weights.sha256 == "a511129556e2c2d24b4f41f5c5b73ca08719c639b9f4448dac4675002a80fbb1")
        #expect(weights.licence == "Apache-2.0")
        #expect(weights.tensors.values.reduce(0) { $0 + $1.values.count } == 1_182_785)
    }

    @Test
    func fingerprintsAreTheUsualOnes() {
        // FIPS 180-4's example; `printf abc | git hash-object --stdin`.
        #expect(Digest.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest.gitBlob(Array("abc".utf8)) == "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f")
    }

    private func message(_ bytes: [UInt8]) throws -> String {
        let folder = TemporaryFolder()
        let path = folder.file("w")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: WeightsError.self) { try Weights(.file(path)) }
        return (error?.description ?? "").replacingOccurrences(of: path, with: "w")
    }

    private func safetensors(_ header: String, claims: Int? = nil, data: Int = 0) -> [UInt8] {
        let length = UInt64(claims ?? header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    @Test
    func refusesFilesThatAreNoWeights() throws {
        #expect(
            try message([])
                == "w: neither a PyTorch .pt file (zip) nor .safetensors (legacy PyTorch files: load and save them again with torch.save)"
        )
        #expect(
            try message(safetensors("{}", claims: 1 << 40))
                == "w: the weights file is malformed: its header claims 1099511627776 bytes, the file has 10")
        #expect(
            try message(safetensors("{\"a\": 3")) == "w: the weights file is malformed: its header is no JSON object")
        #expect(
            try message(safetensors(#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, data: 2))
                == "w: the weights file is malformed: a is F16, expected F32")
        #expect(
            try message(safetensors(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, data: 4))
                == "w: the weights file is malformed: the data of a lies outside the file or does not fit its shape")
        #expect(
            try message(safetensors(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4))
                == "w: not the UniverSeg network this program runs (encoder_blocks=[64,64,64,64]): dec_blocks.0.cross.cross_conv.bias is missing"
        )
        #expect(
            try message([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 40))
                == "w: the weights file is malformed: the zip's central directory is missing (is the file complete?)")
        let missing = #expect(throws: WeightsError.self) { try Weights(.file("/nowhere/w.pt")) }
        #expect(missing?.category == .missingInput)
        #expect(
            missing?.description
                == "/nowhere/w.pt: the weights cannot be read: No such file or directory (use 'bundled' for the network inside the program)"
        )
    }

    /// Pickles that a state dict never needs: each must be refused, and none may run anything.
    @Test(arguments: [
        (
            "cos\nsystem\n(X\u{2}\0\0\0idtR.",
            "its pickle asks for os system; only float32 tensors in a state dict are read, nothing is executed"
        ),
        (
            "ctorch\nDoubleStorage\n.",
            "its pickle asks for torch DoubleStorage; only float32 tensors in a state dict are read, nothing is executed"
        ),
        ("ccollections\nOrderedDict\n", "its pickle ends early"),
        ("R.", "its pickle is broken"),
        ("X\u{7f}\u{7f}\u{7f}\u{7f}a", "its pickle ends early"),
        ("i", "its pickle has opcode 105, which a state dict does not need"),
    ])
    func refusesPicklesBeyondTensors(pickle: String, reason: String) {
        var reader = TensorUnpickler(Array(pickle.utf8), path: "w")
        let error = #expect(throws: WeightsError.self) { try reader.run() }
        #expect(error == .malformed(path: "w", reason: reason))
    }

    /// The reference file with single bytes changed: an error or the same tensors, never a crash.
    @Test(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func damagedFilesAreRefused() throws {
        let path = SharedFolder.file("parity/universeg_random_7.pt")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let whole = try PyTorchFile.read(bytes, path: "w")
        #expect(whole.count == Weights.shapes.count)
        var refused = 0
        for n in 0..<200 {
            var damaged = bytes
            let at = n < 100 ? n * 97 : bytes.count - 1 - (n - 100) * 53
            damaged[at] ^= 0x55
            do { #expect(try PyTorchFile.read(damaged, path: "w") == whole) } catch { refused += 1 }
        }
        #expect(refused > 50)
        #expect(throws: WeightsError.self) { try PyTorchFile.read(Array(bytes.dropLast(1000)), path: "w") }
    }
}
