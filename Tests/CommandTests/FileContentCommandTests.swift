import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Cases from public bug reports (../shared/conformance/field; each README gives the right value), and their kin.
@Suite("Files and their content") struct FileContentCommandTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() { tomos = Program(folder: folder) }

    static let field = SharedFolder.file("conformance/field/")

    @Test(
        "DICOM named .img and .hdr", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: ["in", "in-hdr"])
    func dicomNamedImage(_ name: String) throws {
        let input = Self.field + "dicom-named-img/" + name
        let outcome = try tomos("convert", "-i", input, "-o", "x.nii.gz")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let volume = try NIfTI.readVolume(folder.file("x.nii.gz"))
        #expect(volume.geometry.shape == Shape(12, 16, 4))
        #expect((0..<4).map { volume.geometry.affine.position(of: [0, 0, Double($0)]).z } == [0, 2, 4, 6])
        #expect(try tomos("info", input).output.contains("shape        12x16x4"))
    }

    @Test(
        "A slice that was not fetched, and a file of another format",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func silentlyPassedOver() throws {
        let files = FileManager.default
        try files.copyItem(atPath: Self.field + "silently-passed-over/in", toPath: folder.file("in"))
        // The NRRD file there is a header without voxels, which would be a second image.
        try files.removeItem(atPath: folder.file("in/other.nrrd"))
        try Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]).write(
            to: URL(fileURLWithPath: folder.file("in/other.mnc")))
        try files.createSymbolicLink(atPath: folder.file("in/s3.dcm"), withDestinationPath: "nowhere")
        let told = "tomos: 1 file ignored: in/other.mnc (MINC is not read: "
        for arguments in [["convert", "-i", "in", "-o", "x.nii.gz"], ["info", "in"]] {
            let refused = try tomos.run(arguments)
            #expect(refused.code == 65)
            #expect(refused.errors.contains(told))
            #expect(
                (refused.errors + refused.output).contains("may be missing slices, first in/s3.dcm: a link to nothing"))
        }
        #expect(folder.files.filter { $0.hasPrefix("x") }.isEmpty)
        let kept = try tomos("convert", "-i", "in", "-o", "x.nii.gz", "--keep-going")
        #expect(kept.code == 0)
        #expect(kept.errors.contains(told))
        #expect(kept.errors.contains("1 file among the series' own could not be read, first s3.dcm: a link to nothing"))
        #expect(try NIfTI.info(folder.file("x.nii.gz")).dimensions.last == 3)
        let quiet = try tomos("convert", "-i", "in", "-o", "y.nii.gz", "--keep-going", "--quiet")
        #expect(quiet.code == 0 && quiet.errors == "")
        let report = try tomos("convert", "-i", "in", "-o", "z.nii.gz", "--keep-going", "--json").output
        #expect(report.contains("\"path\" : \"in/s3.dcm\"") && report.contains("\"path\" : \"in/other.mnc\""))
    }

    @Test(
        "A folder is not named like a file",
        arguments: [
            (
                ["convert", "-i", "ok.nii", "-o", "out.nrrd"],
                "-o out.nrrd: a file's name, NRRD is not written; end it in .nii.gz or .nii, or name a folder"
            ),
            (
                ["convert", "-i", "ok.nii", "-o", "out.MGZ"],
                "-o out.MGZ: a file's name, MGH is not written; end it in .nii.gz or .nii, or name a folder"
            ),
            (
                ["convert", "-i", "ok.nii", "-o", "out.mha"],
                "-o out.mha: a file's name, MetaImage is not written; end it in .nii.gz or .nii, or name a folder"
            ),
            (
                ["convert", "-i", "ok.nii", "-o", "out.img"],
                "-o out.img: a file's name; end it in .nii.gz or .nii, or name a folder"
            ),
            (
                ["run", "p.yaml", "ok.nii", "-o", "out.nii.gz"],
                "-o out.nii.gz: a file's name; results go into a folder"
            ),
            (
                ["task", "create", "-o", "pack.zip", "--name", "x", "--images", "ok.nii", "--labels", "ok.nii"],
                "-o pack.zip: a file's name, a zip archive is not written; a task pack is a folder"
            ),
        ])
    func folderNamedLikeAFile(_ arguments: [String], _ message: String) throws {
        try BallPhantom().writeImage(folder.file("ok.nii"))
        let outcome = try tomos.run(arguments)
        #expect(outcome.code == 64)
        #expect(outcome.errors.split(separator: "\n").first.map(String.init) == "tomos: error: " + message)
        #expect(folder.contents == ["ok.nii"])
    }

    @Test("A slash, or a folder that is there, says folder") func folders() throws {
        try BallPhantom().writeImage(folder.file("ok.nii"))
        #expect(try tomos("convert", "-i", "ok.nii", "-o", "out.nrrd/", "-q").code == 0)
        #expect(try tomos("convert", "-i", "ok.nii", "-o", "out.nrrd", "-q", "--overwrite").code == 0)
        #expect(folder.files == ["ok.nii", "out.nrrd/ok.nii.gz"])
    }

    @Test(
        "Labels in another storage order", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared")
    )
    func labelsInOtherOrder() throws {
        let place = Self.field + "labels-in-other-storage-order/"
        let (las, lps, image) = (place + "labels_LAS.nii.gz", place + "labels_LPS.nii.gz", place + "image_LPS.nii.gz")
        for (result, truth) in [(las, lps), (lps, las)] {
            let outcome = try tomos("evaluate", result, truth, "--json")
            #expect(outcome.code == 0, "\(outcome.errors)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            let rows = try #require(report["rows"] as? [[String: Any]])
            #expect(rows.map { $0["dice"] as? Double } == [1, 1] && rows.map { $0["hd"] as? Double } == [0, 0])
            #expect(rows.map { $0["resultVoxels"] as? Int } == [180, 175])
        }
        let made = try tomos(
            "task", "create", "-o", "pack", "--name", "x", "--images", image, "--labels", las)
        #expect(made.code == 0, "\(made.errors)")
        let name = try #require(folder.files.first { $0.hasPrefix("pack/labels/") })
        let labels = try NIfTI.readLabels(folder.file(name))
        #expect(labels == (try NIfTI.readLabels(lps).stored(like: NIfTI.info(image).geometry)))
        // By the case's README.
        #expect(labels.histogram()[1] == 180 && labels.histogram()[2] == 175)
        #expect(try tomos("convert", "-i", las, "--orient", "LPS", "-o", "lps.nii.gz").code == 0)
        let turned = try NIfTI.readLabels(folder.file("lps.nii.gz"))
        #expect(turned.voxels == (try NIfTI.readLabels(lps).voxels))
        #expect(turned.geometry.orientation.description == "LPS")
    }

    @Test(
        "--orient puts voxels into another order and leaves them where they are",
        arguments: ["RAS", "lps", "PIR", "SLA"])
    func orient(_ letters: String) throws {
        let target = try #require(Orientation(letters.uppercased()))
        var grid = BallPhantom().geometry
        grid.shape = Shape(4, 3, 2)
        let values = (0..<72).map { Float($0) / 7 }
        let series = VolumeSeries(geometry: grid, voxels: .float32(values), count: 3, interval: 2.5)
        try NIfTI.write(series, to: folder.file("bold.nii.gz"))
        #expect(try tomos("convert", "-i", "bold.nii.gz", "-o", "turned.nii", "--orient", letters).code == 0)
        let (turned, _) = try NIfTI.readSeries(folder.file("turned.nii"))
        #expect(turned.geometry.orientation == target && turned.count == 3 && turned.interval == 2.5)
        #expect(turned.voxels == series.reoriented(to: target).voxels)
        #expect(turned.geometry.matches(grid.reoriented(to: target), tolerance: 1e-5))
        // And back: every voxel, and the affine.
        #expect(try tomos("convert", "-i", "turned.nii", "-o", "back.nii", "--orient", "RAS").code == 0)
        let (back, _) = try NIfTI.readSeries(folder.file("back.nii"))
        #expect(back.voxels == series.voxels && back.geometry.matches(grid, tolerance: 1e-5))
    }

    @Test("A series of DICOM is put into another order too, its slices with it")
    func orientDICOM() throws {
        let series = repository + "/sample-data/study/case-2"
        #expect(try tomos("convert", "-i", series, "-o", "plain.nii", "-q").code == 0)
        func slices(_ arguments: String...) throws -> [[String: Any]] {
            let outcome = try tomos.run(["convert", "-i", series, "--json"] + arguments)
            let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            let output = try #require((report?["outputs"] as? [[String: Any]])?.first)
            return (output["slices"] as? [[[String: Any]]])?.first ?? []
        }
        let plain = try slices("-o", "again.nii")
        let upsideDown = try slices("-o", "turned.nii", "--orient", "RAI")
        #expect(plain.count == 31)
        let uids = { (slices: [[String: Any]]) in slices.map { $0["sopInstanceUID"] as? String } }
        #expect(uids(upsideDown) == uids(plain).reversed())
        #expect(upsideDown.map { $0["k"] as? Int } == Array(0..<31))
        #expect(try slices("-o", "across.nii", "--orient", "SAR").isEmpty)
        let turned = try NIfTI.readVolume(folder.file("turned.nii"))
        let target = try #require(Orientation("RAI"))
        #expect(turned.voxels == (try NIfTI.readVolume(folder.file("plain.nii")).reoriented(to: target).voxels))
    }

    @Test("Letters that are no orientation are refused", arguments: ["RA", "RRS", "XYZ", "RASL"])
    func badOrientation(_ letters: String) throws {
        let outcome = try tomos("convert", "-i", "x.nii", "-o", "y.nii", "--orient", letters)
        #expect(outcome.code == 64 && outcome.errors.contains("'\(letters)' is invalid for '--orient <letters>'"))
    }

    @Test("Names of files and labels do not steer the terminal, nor pass for messages")
    func terminal() throws {
        let name = "a\u{1B}[31m\u{202E}\ntomos: error: forged.nii"
        try BallPhantom().writeImage(folder.file(name))
        try folder.write("text", to: "bad\u{1B}[2J\ntomos: error: forged.nii")
        try BallPhantom().writeLabels(folder.file("labels.nii"))
        let commands = [
            ["info", name], ["info", "."], ["convert", "-i", name, "-o", "out\u{9B}1m.nii"],
            ["convert", "-i", "bad\u{1B}[2J\ntomos: error: forged.nii", "-o", "x.nii"],
            [
                "task", "create", "-o", "pack", "--name", "x\u{1B}]0;title\u{7}", "--images", name, "--labels",
                "labels.nii", "--label", "1=li\u{1B}[7mver\n",
            ],
        ]
        for arguments in commands {
            let outcome = try tomos.run(arguments)
            for text in [outcome.output, outcome.errors] {
                #expect(!text.unicodeScalars.contains { [0x1B, 0x202E, 0x9B, 7].contains($0.value) })
                #expect(!text.contains("\ntomos: error: forged"))
            }
        }
    }

    @Test("The series description is no file name unless that is allowed") func typedTexts() throws {
        let series = repository + "/sample-data/study/case-2"
        let refused = try tomos("convert", "-i", series, "-o", "out", "-f", "%d_%s")
        #expect(
            refused.code == 64
                && refused.errors.contains(
                    "%d (series description, as typed) can tell who the patient is: add --with-identity")
        )
        #expect(folder.files.isEmpty)
        #expect(try tomos("convert", "-i", series, "-o", "out", "-f", "%p/%d_%s", "--with-identity", "-q").code == 0)
    }
}
