import Configuration
import Foundation
import Segmentation
import TestSupport
import Testing
import Volumes

@testable import Pipelines

@Suite("Checks of a pipeline")
struct PipelineCheckTests {
    let folder = TemporaryFolder()
    static let phantom = repository + "/sample-data/packs/phantom"

    func failure(_ text: String, _ overrides: [String] = []) throws -> String {
        try text.write(toFile: folder.file("p.yaml"), atomically: true, encoding: .utf8)
        let pipeline = try PipelineFile.load(folder.file("p.yaml"), overrides: overrides)
        do {
            _ = try PipelineCheck(pipeline)
            return "no error"
        } catch let error as any TomosError {
            #expect(error.category == .badConfiguration)
            return error.description.replacing(folder.path + "/", with: "").replacing(Self.phantom, with: "PHANTOM")
        }
    }

    @Test("What is there is read")
    func sound() throws {
        try "version: 1\ntask: \(Self.phantom)\nsegment: { weights: bundled, labels: [1, 4] }\n".write(
            toFile: folder.file("p.yaml"), atomically: true, encoding: .utf8)
        let check = try PipelineCheck(try PipelineFile.load(folder.file("p.yaml")))
        #expect(check.task.name == "phantom")
        #expect(check.weights.name == "bundled")
    }

    @Test("What is missing or wrong is named with the place of the value that names it")
    func faults() throws {
        #expect(
            try failure("version: 1\ntask: pack\n")
                == "p.yaml:2:7: task: pack: there is no such task pack (make one with 'tomos task create')")
        try makeTree(folder, ["net.pt", "pack/pack.yaml"])
        #expect(try failure("version: 1\ntask: pack\n").hasPrefix("p.yaml:2:7: task: pack/pack.yaml:1:1: "))
        #expect(
            try failure("version: 1\ntask: \(Self.phantom)\nsegment:\n  weights: none.pt\n")
                .hasPrefix("p.yaml:4:12: segment.weights: none.pt"))
        #expect(
            try failure("version: 1\ntask: \(Self.phantom)\nsegment:\n  weights: net.pt\n")
                .hasPrefix("p.yaml:4:12: segment.weights: net.pt"))
        #expect(
            try failure("version: 1\ntask: \(Self.phantom)\nsegment: { weights: bundled, labels: [1, 9] }\n")
                == "p.yaml:3:38: segment.labels: label 9 is not in the pack 'phantom'; it has 1, 2, 3, 4")
        #expect(
            try failure("version: 1\ntask: x\n", ["task=\(folder.file("nowhere"))"])
                == "--set task=nowhere: task: nowhere: there is no such task pack (make one with 'tomos task create')")
    }

    @Test("A volume that the pack names and that is gone")
    func missingVolume() throws {
        try FileManager.default.copyItem(atPath: Self.phantom, toPath: folder.file("pack"))
        try FileManager.default.removeItem(atPath: folder.file("pack/labels/phantom-b.nii.gz"))
        #expect(
            try failure("version: 1\ntask: pack\nsegment: { weights: bundled }\n")
                == "p.yaml:2:7: task: pack/labels/phantom-b.nii.gz: a volume of the task pack that is not there or may not be "
                + "read (restore it, or remove it with 'tomos task remove')")
    }
}
