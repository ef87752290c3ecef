import Foundation
import TestSupport
import Testing

@Suite("tomos convert overwrites nothing and names everything")
struct ConvertOutputTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try folder.copySeries(to: "in/a")
        try folder.copySeries(to: "in/b", number: 3)
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    @Test("Names that would be one get a number, and a notice says which is which") func collision() throws {
        let outcome = try tomos("convert", "in", "-o", "out", "-f", "%M", "-z", "n", "-b", "n")
        #expect(outcome.code == 0 && folder.list("out") == ["CT-2.nii", "CT.nii"])
        #expect(
            outcome.errors.contains(
                "in/b (series 3, 31 DICOM files) is written as CT-2, because in/a (series 2, 31 DICOM files) is CT already; "
                    + "they differ in series number, series (%s in -f tells them apart)"), "\(outcome.errors)")
        #expect(outcome.output.contains("out/CT-2.nii: 96x96x31 uint16, from in/b"))
    }

    @Test(
        "Files that are there are not written over: nothing is written at all", arguments: [".nii", ".json", ".bvec"])
    func existing(_ ending: String) throws {
        try folder.write("mine", to: "out/b\(ending)")
        let refused = try tomos("convert", "in", "-o", "out", "-z", "n")
        #expect(refused.code == 73 && refused.output.isEmpty)
        #expect(
            refused.errors.contains(
                "tomos: error: out/b\(ending): is there already; nothing was written (replace them with --overwrite, or name "
                    + "another -o)"))
        #expect(folder.list("out") == ["b\(ending)"])
        let kept = try bytes("out/b\(ending)")
        #expect(kept == Data("mine".utf8))
        let replaced = try tomos("convert", "in", "-o", "out", "-z", "n", "--overwrite")
        #expect(replaced.code == 0)
        // What is not of the new image is left where it is, and said.
        let isForeign = ending == ".bvec"
        let after = try bytes("out/b\(ending)")
        #expect((after == Data("mine".utf8)) == isForeign)
        #expect(replaced.errors.contains("out/b.bvec: was there before and is not of this image") == isForeign)
    }

    @Test("-w 0 passes over what is there, -w 2 numbers the new") func conflicts() throws {
        try folder.write("mine", to: "out/a.nii")
        let skipped = try tomos("convert", "in", "-o", "out", "-z", "n", "-b", "n", "-w", "0", "--json")
        #expect(skipped.code == 0 && folder.list("out") == ["a.nii", "b.nii"])
        #expect(skipped.output.contains("out/a.nii is there already (-w 0)"))
        #expect(try bytes("out/a.nii") == Data("mine".utf8))
        let numbered = try tomos("convert", "in", "-o", "out", "-z", "n", "-b", "n", "-w", "2")
        #expect(folder.list("out") == ["a-2.nii", "a.nii", "b-2.nii", "b.nii"])
        #expect(numbered.errors.contains("is written as a-2, because a is there already"))
        #expect(try tomos("convert", "in", "-o", "out", "-w", "2", "--overwrite").code == 64)
        #expect(try tomos("convert", "in/a", "-o", "out/x.nii", "-w", "2").code == 64)
    }

    @Test("One file that is there, as -o names it") func oneFile() throws {
        try folder.write("mine", to: "x.nii.gz")
        let refused = try tomos("convert", "in/a", "-o", "x.nii.gz")
        #expect(refused.code == 73 && refused.errors.contains("x.nii.gz: is there already"))
        #expect(folder.list(".").filter { $0.hasPrefix("x") } == ["x.nii.gz"])
    }

    @Test("A sidecar alone has no volume to choose and no file to be") func sidecarsAlone() throws {
        #expect(try tomos("convert", "in/a", "-b", "o", "-o", "x.nii").code == 64)
        #expect(try tomos("convert", "in/a", "-b", "o", "-o", "out", "--volume-index", "0").code == 64)
        #expect(try tomos("convert", "in", "-b", "o", "-o", "out").output.contains("out/a.json: 96x96x31, from in/a"))
    }
}

@Suite("A full standard output") struct FullOutputTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try BallPhantom().writeImage(folder.file("image.nii.gz"))
        try BallPhantom().writeLabels(folder.file("labels.nii.gz"))
    }

    @Test(
        "ends with 74, whatever is printed",
        arguments: [
            ["convert", "image.nii.gz", "-o", "x.nii"], ["convert", "image.nii.gz", "-o", "x.nii", "--json"],
            ["info", "image.nii.gz"], ["info", "image.nii.gz", "--json"], ["--help"], ["--version"],
            ["convert", "--help"],
            ["evaluate", "labels.nii.gz", "labels.nii.gz"], ["pipeline", "schema"],
        ])
    func full(_ arguments: [String]) throws {
        #expect(try tomos.run(arguments).code == 0)
        try? FileManager.default.removeItem(atPath: folder.file("x.nii"))
        let outcome = try tomos.run(arguments, outputTo: "/dev/full")
        #expect(outcome.code == 74)
        #expect(outcome.errors.contains("tomos: error: standard output: writing failed: No space left on device"))
    }

    @Test("does not hide what went wrong before") func failure() throws {
        let outcome = try tomos.run(["info", "image.nii.gz", "no.nii.gz"], outputTo: "/dev/full")
        #expect(outcome.code == 66)
    }
}
