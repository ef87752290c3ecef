import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import tomos

@Suite("Memory limits")
struct MemoryCommandTests {
    typealias Array2D = tomos.NumPyArray
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try BallPhantom().writeImage(folder.file("study/small.nii.gz"))
        try tomos.makeBallPack()
        try folder.write("version: 1\ntask: pack\nsegment: { support: 4 }\n", to: "p.yaml")
    }

    func memory(of result: String) throws -> [String: Int] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file(result + "/case.json")))
        let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let outcome = try #require(record["outcome"] as? [String: Any])
        return try #require(outcome["memory"] as? [String: Int])
    }

    @Test("What does not fit is 69 before anything is written")
    func refused() throws {
        let one = try tomos(
            "segment", "-i", "study/small.nii.gz", "--task", "pack", "-o", "x.nii", "--memory", "100 MiB")
        #expect(one.code == 69)
        #expect(one.output == "")
        #expect(one.errors.hasPrefix("tomos: error: 24x20x5 voxels with 16 support slices and "), "\(one.errors)")
        #expect(one.errors.contains(", and the limit is 100 MiB; "))
        let run = try tomos("run", "p.yaml", "study", "-o", "out", "--set", "run.memory=100 MiB")
        #expect(run.code == 69)
        #expect(run.errors.contains("(run.memory, --memory)"), "\(run.errors)")
        #expect(!folder.contents.contains("x.nii") && !folder.contents.contains("out"))
        let wrong = try tomos("run", "p.yaml", "study", "-o", "out", "--memory", "2")
        #expect(wrong.code == 64)
    }

    @Test("One case too large fails alone, before it is read")
    func oneOfTwo() throws {
        let shape = Shape(400, 400, 60)
        let large = Volume(
            geometry: Geometry(shape: shape, affine: .identity),
            voxels: .uint8(Array(repeating: 0, count: shape.count)))
        try NIfTI.write(large, to: folder.file("study/large.nii.gz"))
        let outcome = try tomos("run", "p.yaml", "study", "-o", "out", "--memory", "160 MiB", "--jobs", "1")
        #expect(outcome.code == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("large: 400x400x60 voxels with 4 support slices and 1 job take "))
        #expect(folder.contents.contains("out/small/case.json"))
        #expect(!folder.contents.contains("out/large"))
        #expect(try memory(of: "out/small")["limit"] == 160 << 20)
    }

    @Test("Reducing is said, and recorded")
    func reduced() throws {
        let outcome = try tomos(
            "run", "p.yaml", "study", "-o", "out", "--memory", "130 MiB", "--jobs", "3", "--allow-reduce", "--set",
            "segment.support=8")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("small: memory: "))
        let memory = try memory(of: "out/small")
        #expect(memory["jobsAskedFor"] == 3)
        #expect((memory["jobs"] ?? 3) < 3)
        #expect((memory["needed"] ?? .max) <= 130 << 20)
    }

    @Test("What was computed is what is taken", arguments: [(4, 1), (10, 2)])
    func computedAndMeasured(support: Int, jobs: Int) throws {
        let outcome = try tomos(
            "run", "p.yaml", "study", "-o", "out", "--jobs", "\(jobs)", "--set", "segment.support=\(support)")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let memory = try memory(of: "out/small")
        let (needed, peak) = (try #require(memory["needed"]), try #require(memory["peak"]))
        print("support \(support), jobs \(jobs): computed \(needed >> 20) MiB, held \(peak >> 20) MiB")
        #expect(peak <= needed)
        #expect(needed < peak * 3 / 2)
    }

    /// RLIMIT_DATA counts what a process maps for writing: with less, the program could not have worked.
    @Test("64 support slices run within 512 MiB, 16 within 200 MiB", arguments: [(64, 512), (16, 200)])
    func budgets(support: Int, mebibytes: Int) throws {
        let plane = (0..<128 * 128).map { Float($0 % 128) / 128 }
        let slices = Array2D(shape: [support, 128, 128], values: (0..<support).flatMap { _ in plane })
        try slices.write(to: folder.file("i.npy"))
        try Array2D(shape: slices.shape, values: slices.values.map { $0 > 0.5 ? 1 : 0 }).write(to: folder.file("l.npy"))
        try Array2D(shape: [128, 128], values: plane).write(to: folder.file("t.npy"))
        let arguments = [
            "infer", "--target", "t.npy", "--support-images", "i.npy", "--support-labels", "l.npy", "-o", "o.npy",
            "--jobs", "1", "--memory", "\(mebibytes) MiB",
        ]
        let outcome = try tomos.run(arguments, dataLimit: mebibytes << 10)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let tight = try tomos.run(Array(arguments.dropLast()) + ["60 MiB"])
        #expect(tight.code == 69)
        #expect(
            tight.errors.contains("\(support) support slices of 128x128 and 1 thread take "), "\(tight.errors)")
    }

    @Test("More than 64 support slices, and other sides, go")
    func manyAndLarge() throws {
        let plane = (0..<64 * 64).map { Float($0 % 64) / 64 }
        let slices = Array2D(shape: [70, 64, 64], values: (0..<70).flatMap { _ in plane })
        try slices.write(to: folder.file("i.npy"))
        try Array2D(shape: slices.shape, values: slices.values.map { $0 > 0.5 ? 1 : 0 }).write(to: folder.file("l.npy"))
        try Array2D(shape: [64, 64], values: plane).write(to: folder.file("t.npy"))
        let outcome = try tomos(
            "infer", "--target", "t.npy", "--support-images", "i.npy", "--support-labels", "l.npy", "-o", "o.npy")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try Array2D(path: folder.file("o.npy")).values.allSatisfy(\.isFinite))
    }
}
