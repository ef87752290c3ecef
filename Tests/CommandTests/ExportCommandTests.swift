import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Label maps out of the program and back into it.
@Suite("export, and what comes back")
struct ExportCommandTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try BallPhantom().writeImage(folder.file("image.nii.gz"))
        try BallPhantom().writeLabels(folder.file("ball.nii.gz"))
    }

    /// The truth of the sample study's DICOM case, on its own grid.
    private let sample = (
        labels: repository + "/sample-data/truth/case-2.nii.gz", series: repository + "/sample-data/study/case-2"
    )

    @Test(
        "Files are delivered with their proofs, and hold the label map", arguments: ["seg.nrrd", "nrrd", "mha", "mgz"])
    func labelMaps(_ format: String) throws {
        let pack = repository + "/sample-data/packs/phantom"
        let outcome = try tomos("export", "ball.nii.gz", "--task", pack, "--to", format, "-o", "out")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let path = "out/ball.\(format)"
        #expect(outcome.output == path + "\n")
        #expect(outcome.errors.contains("\(format): voxel for voxel the same"))
        #expect(
            try LabelMaps.readLabels(folder.file(path)).voxels == NIfTI.readLabels(folder.file("ball.nii.gz")).voxels)
        let evaluated = try tomos("evaluate", path, "ball.nii.gz")
        #expect(evaluated.code == 0 && evaluated.output.contains("1.0000"))
        // Back to NIfTI, with the names that the file has.
        let back = try tomos("export", path, "--to", "nifti,itk-snap", "-o", "back", "-q")
        #expect(back.code == 0 && back.output == "")
        #expect(
            try NIfTI.readLabels(folder.file("back/ball.nii.gz")).voxels
                == NIfTI.readLabels(folder.file("ball.nii.gz")).voxels)
        let names = try String(contentsOfFile: folder.file("back/ball.label"), encoding: .utf8)
        #expect(names.contains(format == "seg.nrrd" ? "\"liver\"" : "\"label 1\""))
    }

    @Test(
        "DICOM objects over the series that the labels are of", arguments: ["dicom-seg", "dicom-labelmap", "rtstruct"])
    func dicomObjects(_ format: String) throws {
        let pack = repository + "/sample-data/packs/phantom"
        let outcome = try tomos(
            "export", sample.labels, "--task", pack, "--to", format, "--reference", sample.series, "-o", "out")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let path = String(outcome.output.dropLast())
        #expect(FileKind(of: folder.file(path)) == .dicom)
        let back = try tomos("export", path, "--to", "nifti,itk-snap", "--reference", sample.series, "-o", "back", "-q")
        #expect(back.code == 0, "\(back.errors)")
        let read = try NIfTI.readLabels(
            folder.file(
                "back/" + folder.contents.filter { $0.hasPrefix("back/") && $0.hasSuffix(".gz") }[0].dropFirst(5)))
        let truth = try NIfTI.readLabels(sample.labels)
        #expect(read.stored(like: truth.geometry)?.voxels == truth.voxels)
        let names = try String(
            contentsOfFile: folder.file("back/" + folder.contents.filter { $0.hasSuffix(".label") }[0].dropFirst(5)),
            encoding: .utf8)
        #expect(names.contains("\"liver\"") && names.contains("\"kidney-left\""))
        let evaluated = try tomos("evaluate", path, sample.labels)
        #expect(evaluated.code == 0 && evaluated.output.contains("1.0000"), "\(evaluated.errors)")
    }

    @Test("Choices of the formats: small parts left out, holes, empty frames")
    func options() throws {
        // A label of two parts in a slice, one of a single voxel.
        var labels = try NIfTI.readLabels(sample.labels)
        let spot = try #require(labels.voxels.firstIndex(of: 0))
        labels.voxels[spot] = 1
        try NIfTI.write(labels, to: folder.file("s.nii.gz"))
        let common = ["export", "s.nii.gz", "--reference", sample.series, "-o"]
        let dropped = try tomos.run(common + ["a", "--to", "rtstruct", "--specks", "30", "--holes", "xor"])
        #expect(dropped.code == 0 && dropped.errors.contains("voxels in all are left out"), "\(dropped.errors)")
        #expect(dropped.errors.contains("the same voxels but the parts left out"))
        let map = try LabelMaps.readLabels(folder.file("a/s.rtstruct.dcm"), on: labels.geometry)
        let differing = zip(map.voxels, labels.voxels).filter { $0 != $1 }
        #expect(map.voxels[spot] == 0 && differing.count < 100 && differing.allSatisfy { $0.0 == 0 })
        for (flags, name) in [([], "b"), (["--empty-slices"], "c")] {
            #expect(try tomos.run(common + [name, "-q", "--to", "dicom-seg"] + flags).code == 0)
        }
        let sizes = try ["b", "c"].map {
            try FileManager.default.attributesOfItem(atPath: folder.file("\($0)/s.seg.dcm"))[.size] as? Int ?? 0
        }
        #expect(sizes[0] < sizes[1])
        #expect(try tomos.run(common + ["d", "--to", "rtstruct", "--specks", "-1"]).code == 64)
    }

    @Test("Probabilities become fractional objects, an image a picture")
    func probabilitiesAndPicture() throws {
        let labels = try NIfTI.readLabels(sample.labels)
        // More probable the higher the voxel's number, from 0 to 1.
        let values = labels.voxels.indices.map { Float($0) / Float(labels.voxels.count - 1) }
        try NIfTI.write(Volume(geometry: labels.geometry, voxels: .float32(values)), to: folder.file("p.nii.gz"))
        let outcome = try tomos(
            "export", sample.labels, "--task", repository + "/sample-data/packs/phantom", "--to",
            "dicom-fractional,picture", "--reference", sample.series, "--probability", "p.nii.gz", "-o", "out")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(
            files == [
                "case-2_1_liver.prob.dcm", "case-2_2_spleen.prob.dcm", "case-2_3_kidney-right.prob.dcm",
                "case-2_4_kidney-left.prob.dcm", "case-2_overlay.png",
            ])
        let liver = try LabelMaps.readLabels(folder.file("out/case-2_1_liver.prob.dcm"), on: labels.geometry)
        let expected = zip(labels.voxels, values).map { $0 == 1 && ($1 * 255).rounded() >= 128 }
        #expect(zip(liver.voxels, expected).allSatisfy { ($0 != 0) == $1 } && expected.contains(true))
        let without = try tomos(
            "export", sample.labels, "--to", "dicom-fractional", "--reference", sample.series, "-o", "x")
        #expect(without.code == 65 && without.errors.contains("--probability"))
        #expect(try tomos("export", "ball.nii.gz", "--to", "picture").errors.contains("name it with --reference"))
    }

    @Test("What cannot be is refused with the way out, and leaves nothing")
    func refusals() throws {
        for (arguments, code, said) in [
            (["ball.nii.gz", "--to", "dicom-seg"], 65, "(name it with --reference)"),
            (["ball.nii.gz", "--to", "dicom-seg", "--reference", sample.series], 65, "does not lie on the grid of"),
            (["ball.nii.gz", "--to", "seg.nrrd", "--reference", "none"], 66, "none: there is no such file or folder"),
            (["none.nii.gz", "--to", "seg.nrrd"], 66, "none.nii.gz: cannot be opened"),
            (["ball.nii.gz", "--to", "nifti"], 64, "is the label map itself; name another folder with -o"),
            (
                ["ball.nii.gz", "--to", "seg.nrrd,nothing"], 64,
                "The value 'seg.nrrd,nothing' is invalid for '--to <to>'"
            ),
        ] {
            let outcome = try tomos.run(["export"] + arguments)
            #expect(Int(outcome.code) == code, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(said), "\(arguments): \(outcome.errors)")
            #expect(outcome.output == "")
        }
        #expect(folder.contents == ["ball.nii.gz", "image.nii.gz"])
    }

    @Test("A correction of a viewer goes into the pack, which says so")
    func correction() throws {
        #expect(
            try tomos(
                "task", "create", "-o", "pack", "--name", "balls", "--images", "image.nii.gz", "--labels",
                "ball.nii.gz",
                "--label", "1=liver"
            ).code == 0)
        #expect(try String(contentsOfFile: folder.file("pack/pack.yaml"), encoding: .utf8).contains("10200004"))
        var corrected = try NIfTI.readLabels(folder.file("ball.nii.gz"))
        corrected.voxels[0] = 1
        try NIfTI.write(corrected, to: folder.file("corrected.nii.gz"))
        #expect(try tomos("export", "corrected.nii.gz", "--task", "pack", "--to", "seg.nrrd", "-q").code == 0)
        let added = try tomos("task", "add", "pack", "--image", "image.nii.gz", "--labels", "corrected.seg.nrrd")
        #expect(added.code == 0 && added.output == "pack: image corrected; 1 labelled volumes\n", "\(added.errors)")
        let listed = try tomos("task", "list", "pack").output
        #expect(listed == "task 'balls', not checked; labels: 1 liver\n  image\n")
        let other = try tomos(
            "task", "add", "pack", "--image", "image.nii.gz", "--labels", "ball.nii.gz", "--name", "second")
        #expect(other.code == 0 && other.output.hasSuffix("second added; 2 labelled volumes\n"), "\(other.errors)")
        #expect(try tomos("task", "remove", "pack", "image").output == "pack: image removed; 1 labelled volumes\n")
        #expect(try tomos("task", "remove", "pack", "image").code == 78)
    }

    @Test("Segmentations of a viewer make a pack by their names, whatever their ids")
    func packOfSegmentations() throws {
        try FileManager.default.copyItem(atPath: folder.file("image.nii.gz"), toPath: folder.file("image2.nii.gz"))
        for (n, id) in [("1", 1), ("2", 4)] {
            var labels = try NIfTI.readLabels(folder.file("ball.nii.gz"))
            for voxel in labels.voxels.indices where labels.voxels[voxel] != 0 { labels.voxels[voxel] = UInt16(id) }
            labels.voxels[0] = UInt16(5 - id)
            try NIfTI.write(labels, to: folder.file("m\(n).nii.gz"))
            try folder.write("\(id) ball\n\(5 - id) spot\n", to: "names\(n).txt")
            #expect(try tomos("export", "m\(n).nii.gz", "--table", "names\(n).txt", "--to", "seg.nrrd", "-q").code == 0)
        }
        let made = try tomos(
            "task", "create", "-o", "pack", "--name", "x", "--images", "image.nii.gz", "image2.nii.gz", "--labels",
            "m1.seg.nrrd", "m2.seg.nrrd")
        #expect(made.code == 0 && made.output.hasSuffix("labels: 1 ball, 4 spot\n"), "\(made.errors)\(made.output)")
        let maps = try ["image", "image2"].map { try NIfTI.readLabels(folder.file("pack/labels/\($0).nii.gz")).voxels }
        #expect(maps[0] == maps[1] && maps[0][0] == 4)
    }
}

/// A program that is told to end while it writes.
@Suite("Told to end") struct EndedCommandTests {
    let folder = TemporaryFolder()

    // SIGINT goes the same way; but who starts the tests may have it ignored.
    @Test("Nothing half-written stays") func draftsAreRemoved() throws {
        var labels = LabelVolume(geometry: Geometry(shape: Shape(220, 220, 220), affine: .identity))
        for n in labels.voxels.indices { labels.voxels[n] = UInt16(truncatingIfNeeded: n &* 7919 % 5) }
        try NIfTI.write(labels, to: folder.file("map.nii.gz"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["export", "map.nii.gz", "--to", "seg.nrrd", "-o", "out", "-q"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        try process.run()
        let files = FileManager.default
        while process.isRunning, (try? files.contentsOfDirectory(atPath: folder.file("out")))?.isEmpty ?? true {
            usleep(2000)
        }
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
        #expect(try files.contentsOfDirectory(atPath: folder.file("out")) == [])
    }
}
