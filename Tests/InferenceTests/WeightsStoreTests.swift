import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite
struct WeightsStoreTests {
    let folder = TemporaryFolder()
    var store: WeightsStore { WeightsStore(folder: folder.file("weights")) }

    /// The bundled network as a file.
    private func bundledFile() throws -> String {
        let path = folder.file("w.safetensors")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/CTomosWeights/tomos-1.safetensors")
        try FileManager.default.copyItem(at: source, to: URL(fileURLWithPath: path))
        return path
    }

    @Test("the folder is below XDG_DATA_HOME, else below HOME; relative paths do not count")
    func folders() {
        func folder(_ environment: [String: String]) -> String { WeightsStore.user(environment: environment).folder }
        #expect(folder(["XDG_DATA_HOME": "/data", "HOME": "/nobody"]) == "/data/tomos/weights")
        #expect(folder(["HOME": "/nobody"]) == "/nobody/.local/share/tomos/weights")
        #expect(folder(["XDG_DATA_HOME": "data", "HOME": "/nobody"]) == "/nobody/.local/share/tomos/weights")
        #expect(folder(["HOME": "nobody"]) == NSHomeDirectory() + "/.local/share/tomos/weights")
    }

    @Test
    func withoutImportsTheBundledOnesAreTaken() throws {
        #expect(store.names.isEmpty)
        #expect(store.standardName == "bundled")
        #expect(try store.standard() == .bundled)
        #expect(store.source("bundled") == .bundled)
        #expect(store.source("ours") == .file("ours"))
        #expect(try store.verify("bundled").sha256 == Weights.bundledSHA256)
    }

    @Test
    func importedOnesAreFoundByNameAndCanBeTheDefault() throws {
        let record = try store.add(try bundledFile(), name: "ours", official: false)
        #expect(record.sha256 == Weights.bundledSHA256)
        #expect(!record.official)
        #expect(store.names == ["ours"])
        let stored = WeightsSource.file(folder.file("weights") + "/ours.safetensors")
        #expect(store.source("ours") == stored)
        #expect(store.source("./ours") == .file("./ours"))
        try store.setStandard("ours")
        #expect(try store.standard() == stored)
        #expect(try store.verify("ours").sha256 == record.sha256)
        try store.setStandard("bundled")
        #expect(try store.standard() == .bundled)
    }

    @Test
    func changedFilesAndMissingDefaultsAreErrors() throws {
        _ = try store.add(try bundledFile(), name: "ours", official: false)
        try store.setStandard("ours")
        let path = folder.file("weights") + "/ours.safetensors"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: WeightsStoreError.self) { try store.verify("ours") }
        try FileManager.default.removeItem(atPath: folder.file("weights") + "/ours.json")
        #expect(throws: WeightsStoreError.unknown(name: "ours", known: ["bundled"])) { try store.standard() }
        #expect(throws: WeightsStoreError.unknown(name: "x", known: ["bundled"])) { try store.setStandard("x") }
    }

    @Test(arguments: ["bundled", "", "../x", "a b", "x.pt", "Ü"])
    func namesAreNoPaths(name: String) throws {
        #expect(throws: WeightsStoreError.badName(name)) { try store.add("nowhere", name: name, official: false) }
    }

    @Test
    func anotherFileIsNotTheOfficialOne() throws {
        let path = try bundledFile()
        let blob = try Weights(.file(path)).gitBlob
        #expect(throws: WeightsStoreError.notOfficial(path: path, blob: blob)) {
            try store.add(path, name: "official", official: true)
        }
        #expect(store.names.isEmpty)
    }

    @Test(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func aNameIsNotGivenTwice() throws {
        _ = try store.add(try bundledFile(), name: "ours", official: false)
        #expect(throws: WeightsStoreError.taken(name: "ours", folder: store.folder)) {
            try store.add(SharedFolder.file("parity/universeg_random_7.pt"), name: "ours", official: false)
        }
    }
}
