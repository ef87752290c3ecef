import Foundation
import TestSupport
import Testing
import VolumeIO

/// Pictures by the program.
@Suite("snapshot") struct SnapshotCommandTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try BallPhantom().writeImage(folder.file("image.nii.gz"))
        try BallPhantom().writeLabels(folder.file("ball.nii.gz"))
    }

    private func bytes(_ name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: folder.file(name)) ?? Data())
    }

    @Test("Planes and mosaics, as PNG and SVG") func pictures() throws {
        let pack = repository + "/sample-data/packs/phantom"
        let planes = try tomos("snapshot", "ball.nii.gz", "-i", "image.nii.gz", "--task", pack, "-o", "a.png")
        #expect(planes.code == 0 && planes.output == "" && planes.errors == "", "\(planes.errors)")
        // A PNG's signature, and the width in its header.
        #expect(Array(bytes("a.png").prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(Array(bytes("a.png")[16..<20]) == [0, 0, 1280 >> 8, 1280 & 255])
        let mosaic = try tomos(
            "snapshot", "ball.nii.gz", "-i", "image.nii.gz", "-o", "out/B.SVG", "--mosaic", "native", "--count", "3",
            "--columns", "2", "--style", "fill", "--size", "500", "--window", "range(0, 300)", "--crop", "2",
            "--background", "white", "--title", "<b>", "--no-letters", "--line-width", "2")
        #expect(mosaic.code == 0, "\(mosaic.errors)")
        #expect(mosaic.errors.contains("holds no names"))
        let svg = String(decoding: bytes("out/B.SVG"), as: UTF8.self)
        #expect(svg.contains("width=\"500px\"") && svg.components(separatedBy: "<image ").count == 4)
        // Nothing but the pictures, and they are the same again.
        let again = try tomos("snapshot", "ball.nii.gz", "-i", "image.nii.gz", "--task", pack, "-o", "c.png")
        #expect(again.code == 0 && bytes("c.png") == bytes("a.png"))
        #expect(folder.files == ["a.png", "ball.nii.gz", "c.png", "image.nii.gz", "out/B.SVG"])
    }

    static let refused: [([String], Int32, String)] = [
        (["-o", "x.jpg"], 64, "-o x.jpg: give a file name that ends in .png or .svg"),
        (["-o", "x.png", "--size", "1000000"], 64, "--size 1000000: give 200 to 8000 pixels"),
        (["-o", "x.png", "--count", "3"], 64, "--count and --columns are of a mosaic: name its plane with --mosaic"),
        (["-o", "x.png", "--mosaic", "axial", "--count", "0"], 64, "--count 0: give 1 to 400"),
        (["-o", "x.png", "--window", "range(3, 1)"], 64, "range(3, 1)"),
        (["-o", "x.png", "--task", "a", "--table", "b"], 64, "give either --task or --table"),
        (["-o", "image.nii.gz/x.png"], 73, "cannot be created"),
        (["-o", "x.png", "--table", "absent.txt"], 66, "absent.txt"),
    ]

    @Test("What cannot be is refused, and leaves nothing", arguments: refused)
    func refusals(_ options: [String], _ code: Int32, _ text: String) throws {
        let outcome = try tomos.run(["snapshot", "ball.nii.gz", "-i", "image.nii.gz"] + options)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
        #expect(folder.files == ["ball.nii.gz", "image.nii.gz"])
    }

    @Test("A label map of another image is refused") func otherImage() throws {
        var other = BallPhantom()
        other.shape.k += 1
        try other.writeImage(folder.file("other.nii.gz"))
        let outcome = try tomos("snapshot", "ball.nii.gz", "-i", "other.nii.gz", "-o", "x.png")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("a picture needs both on one grid"))
        #expect(!folder.files.contains("x.png"))
    }
}
