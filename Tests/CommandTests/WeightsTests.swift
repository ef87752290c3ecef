import Foundation
import TestSupport
import Testing

@Suite("weights")
struct WeightsTests {
    let folder = TemporaryFolder()

    @Test("Imported weights are listed, verified and taken by default; refusals have their exit codes")
    func importAndDefault() throws {
        let run = Program(folder: folder)
        let file = repository + "/Sources/CTomosWeights/tomos-1.safetensors"
        let sha256 = "a511129556e2c2d24b4f41f5c5b73ca08719c639b9f4448dac4675002a80fbb1"
        #expect(try run("weights", "default").output == "bundled\n")
        #expect(try run("weights", "import", file, "--name", "ours").output == "ours: \(sha256); Apache-2.0\n")
        #expect(try run("weights", "default", "ours").output == "ours\n")
        #expect(try run("weights", "list").output.contains("imported"))
        #expect(try run("weights", "verify").output.split(separator: "\n").count == 2)
        #expect(try run("weights", "verify", "other").code == 66)
        #expect(try run("weights", "import", file, "--name", "a/b").code == 65)
        #expect(try run("weights", "import", file, "--official", "--name", "official").code == 65)
        #expect(try run("weights", "import", "nowhere.pt", "--name", "x").code == 66)

        try BallPhantom().writeImage(folder.file("image.nii"))
        try BallPhantom().writeLabels(folder.file("labels.nii"))
        let pack = try run(
            "task", "create", "-o", "pack", "--name", "ball", "--images", "image.nii", "--labels", "labels.nii",
            "--label", "1=ball")
        #expect(pack.code == 0, "\(pack.errors)")
        let segment = try run("segment", "-i", "image.nii", "--task", "pack", "-o", "out.nii")
        #expect(segment.code == 0)
        #expect(segment.errors.contains("ours.safetensors"), "\(segment.errors)")

        try FileManager.default.removeItem(atPath: folder.file("data/tomos/weights/ours.json"))
        #expect(try run("segment", "-i", "image.nii", "--task", "pack", "-o", "again.nii").code == 66)
        let bundled = try run(
            "segment", "-i", "image.nii", "--task", "pack", "-o", "again.nii", "--weights", "bundled")
        #expect(bundled.code == 0, "\(bundled.errors)")
    }
}
