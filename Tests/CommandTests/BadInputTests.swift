import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Every kind of bad input: its message, its exit code, and that no file appears.
@Suite("Bad input")
struct BadInputTests {
    let folder = TemporaryFolder()
    let tomos: Program

    /// An image, its label map, a pack called `pack` made from them, and a pipeline for it.
    init() throws {
        tomos = Program(folder: folder)
        try BallPhantom().writeImage(folder.file("image.nii.gz"))
        try BallPhantom().writeLabels(folder.file("labels.nii.gz"))
        let made = try tomos(
            "task", "create", "-o", "pack", "--name", "ball", "--images", "image.nii.gz", "--labels", "labels.nii.gz",
            "--label", "1=ball")
        #expect(made.code == 0, "\(made.errors)")
        try folder.write("version: 1\ntask: pack\nsegment: { support: 1 }\n", to: "p.yaml")
    }

    /// Runs a command that must fail with this code and message, and leave no file behind.
    func expectFailure(
        _ arguments: [String], _ code: Int32, _ message: String, fileSizeLimit: Int? = nil, isPrefix: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = folder.files
        let outcome = try tomos.run(arguments, fileSizeLimit: fileSizeLimit)
        #expect(outcome.code == code, sourceLocation: sourceLocation)
        #expect(outcome.output == "", sourceLocation: sourceLocation)
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tomos: error: ") }
        let told = lines.map { $0.dropFirst("tomos: error: ".count) }
        // How far a broken gzip file can be read depends on how it was compressed.
        #expect(told.map { isPrefix ? $0.prefix(message.count) : $0 } == [message[...]], sourceLocation: sourceLocation)
        #expect(folder.files == before, sourceLocation: sourceLocation)
    }

    func segment(_ input: String, _ more: [String] = []) -> [String] {
        ["segment", "-i", input, "-o", "result.nii.gz", "--task", "pack", "--support", "1", "--quiet"] + more
    }

    @Test("A missing file", arguments: ["segment", "convert", "info"])
    func missingFile(command: String) throws {
        let arguments = [
            "segment": segment("no.nii.gz"), "convert": ["convert", "-i", "no.nii.gz", "-o", "x.nii.gz"],
            "info": ["info", "no.nii.gz"],
        ]
        try expectFailure(arguments[command] ?? [], 66, "no.nii.gz: there is no such file or folder")
    }

    @Test("A folder without images")
    func noImages() throws {
        try folder.write("hello", to: "study/notes.txt")
        let message =
            "study: no images here: 1 file passed over (not an image of a format that is read: 1); "
            + "give an image file, a DICOM folder or a folder of them"
        try expectFailure(["run", "p.yaml", "study", "-o", "out"], 66, message)
        try expectFailure(segment("study"), 66, message)
    }

    @Test("A text file named .nii.gz")
    func textFile() throws {
        try folder.write("hello", to: "text.nii.gz")
        let message =
            "text.nii.gz: not a NIfTI file: it starts with no header size of 348 or 540 (check that the name fits the content)"
        try expectFailure(segment("text.nii.gz"), 65, message)
        try expectFailure(["convert", "-i", "text.nii.gz", "-o", "x.nii"], 65, message)
        try expectFailure(["evaluate", "text.nii.gz", "labels.nii.gz"], 65, message)
    }

    @Test("A truncated volume")
    func truncated() throws {
        for (whole, short, message) in [
            ("image.nii.gz", "short.nii.gz", "short.nii.gz: cut off: the compressed data end after "),
            (
                "image.nii", "short.nii",
                "short.nii: cut off: the header says 5152 bytes, the file holds 5052 (copy it again)"
            ),
        ] {
            if whole == "image.nii" { try BallPhantom().writeImage(folder.file(whole)) }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(whole)))
            try bytes.dropLast(100).write(to: URL(fileURLWithPath: folder.file(short)))
            try expectFailure(segment(short), 65, message, isPrefix: whole == "image.nii.gz")
        }
    }

    @Test("A series with a missing slice")
    func missingSlice() throws {
        let series = repository + "/sample-data/study/case-2"
        try FileManager.default.copyItem(atPath: series, toPath: folder.file("series"))
        try FileManager.default.removeItem(atPath: folder.file("series/IM0010"))
        let message =
            "series 2.25.326966960975982797132858525234267543863: slice 22 lies 12.4 mm from its neighbour, expected 6.2; "
            + "1 slice is missing (export the series again, complete, or interpolate with --gaps resample)"
        try expectFailure(["convert", "-i", "series", "-o", "x.nii.gz"], 65, message)
        try expectFailure(segment("series"), 65, message)
    }

    @Test("A pack without labels, and one that is no pack")
    func packWithoutLabels() throws {
        var empty = BallPhantom()
        empty.label = 0
        try empty.writeLabels(folder.file("empty.nii.gz"))
        try expectFailure(
            ["task", "create", "-o", "new", "--name", "x", "--images", "image.nii.gz", "--labels", "empty.nii.gz"], 65,
            "empty.nii.gz: no label in any label map: every voxel is 0")
        try folder.write(
            """
            version: 1
            name: bare
            labels: []
            plane: axial
            window: auto
            threshold: 0.5
            volumes:
            - { image: image.nii.gz, labels: labels.nii.gz }
            """, to: "bare/pack.yaml")
        try expectFailure(
            ["segment", "-i", "image.nii.gz", "-o", "result.nii.gz", "--task", "bare"], 78,
            "bare/pack.yaml:3:9: labels cannot be '[]'; allowed: a list such as [{ id: 1, name: liver }]")
        try expectFailure(
            ["segment", "-i", "image.nii.gz", "-o", "result.nii.gz", "--task", "no-pack"], 66,
            "no-pack: there is no such task pack (make one with 'tomos task create')")
    }

    @Test("A label id that is not in the pack")
    func unknownLabel() throws {
        let message = "label 9 is not in the pack 'ball'; it has 1"
        try expectFailure(segment("image.nii.gz", ["--labels", "9"]), 78, message)
        try expectFailure(["run", "p.yaml", "image.nii.gz", "-o", "out", "--set", "segment.labels=[9]"], 78, message)
    }

    @Test("Shapes that do not fit")
    func shapes() throws {
        var other = BallPhantom()
        other.shape = Shape(24, 20, 6)
        try other.writeLabels(folder.file("other.nii.gz"))
        try expectFailure(
            ["task", "create", "-o", "new", "--name", "x", "--images", "image.nii.gz", "--labels", "other.nii.gz"], 65,
            "other.nii.gz: the label map is not on the grid of image.nii.gz: 24x20x6 voxels in RAS "
                + "against 24x20x5 in RAS (a label map must lie on its image's grid, in whatever storage order)")
        try expectFailure(
            ["evaluate", "labels.nii.gz", "other.nii.gz"], 65,
            "labels.nii.gz has 24x20x5 voxels, other.nii.gz 24x20x6; label maps are compared on one grid only "
                + "(use the label map made for the same image)")
    }

    @Test("A typo in the pipeline")
    func typo() throws {
        try folder.write("version: 1\ntask: pack\nsegment: { suport: 1 }\n", to: "typo.yaml")
        try expectFailure(
            ["run", "typo.yaml", "image.nii.gz", "-o", "out"], 78,
            "typo.yaml:3:12: unknown key 'suport' in segment; did you mean 'support'?")
        try expectFailure(
            ["run", "p.yaml", "image.nii.gz", "-o", "out", "--set", "segment.suport=1"], 78,
            "--set segment.suport=1: unknown key 'segment.suport'; did you mean 'segment.support'?")
        try expectFailure(
            ["run", "no.yaml", "image.nii.gz", "-o", "out"], 66,
            "no.yaml: cannot read the file: there is no such file")
    }

    @Test("An output folder that cannot be written to")
    func unwritable() throws {
        // Root may write anywhere, so: a folder that would have to be inside a file, and one that the kernel refuses.
        try expectFailure(
            ["segment", "-i", "image.nii.gz", "-o", "p.yaml/result.nii.gz", "--task", "pack"], 73,
            "p.yaml/result.nii.gz: cannot be created: Not a directory (write to another folder or change its permissions)"
        )
        try expectFailure(
            ["run", "p.yaml", "image.nii.gz", "-o", "p.yaml"], 73,
            "p.yaml: cannot write results here: a file is in the way")
        try expectFailure(
            ["run", "p.yaml", "image.nii.gz", "-o", "/proc/tomos"], 73,
            "/proc/tomos: cannot write results here: No such file or directory")
        try expectFailure(
            ["task", "create", "-o", "pack", "--name", "x", "--images", "image.nii.gz", "--labels", "labels.nii.gz"],
            73,
            "pack: the task pack cannot be made: it exists already (choose another name, or remove it)")
    }

    @Test("A full disk: writing breaks off and leaves nothing")
    func fullDisk() throws {
        // A file size limit makes write(2) fail half-way, as a full disk does (EFBIG for ENOSPC).
        try expectFailure(
            ["convert", "-i", "image.nii.gz", "-o", "x.nii", "--quiet"], 74,
            "x.nii: writing failed: File too large (free space or write to another disk); no part of the file was left",
            fileSizeLimit: 4)
    }

    @Test("A full disk during a run costs the case, not what was there")
    func fullDiskInRun() throws {
        let outcome = try tomos(
            "run", "p.yaml", "image.nii.gz", "-o", "out", "--set", "outputs=[picture]", "--quiet", fileSizeLimit: 4)
        #expect(outcome.code == 1)
        #expect(
            outcome.errors
                == "tomos: error: image: out/image/image_overlay.png: writing failed: File too large "
                + "(free space or write to another disk); no part of the file was left\n")
        #expect(
            folder.files.filter { $0.hasPrefix("out") && !$0.hasPrefix("out/.tomos/") } == [
                "out/cases.json", "out/logs/image.log", "out/plan.json", "out/run.json", "out/summary.csv",
            ])
    }

    @Test("The same file in and out")
    func sameFile() throws {
        try expectFailure(
            ["convert", "-i", "image.nii.gz", "-o", "./image.nii.gz"], 64,
            "./image.nii.gz: input and output are the same file; give -o another name")
    }

    @Test(
        "A wrong command line is 64 and says how it goes",
        arguments: [
            (["segment", "-i", "x"], "Missing expected argument '--output <output>'"),
            (
                ["segment", "-i", "x", "-o", "x.png", "--task", "p"],
                "-o x.png: give a file name that ends in .nii.gz or .nii"
            ),
            (["segment", "-i", "x", "-o", "x.nii", "--task", "p", "--support", "513"], "--support 513: use 1 to 512"),
            (
                ["segment", "-i", "x", "-o", "x.nii", "--task", "p", "--side", "100"],
                "--side 100: use a multiple of 32 from 64 to 512"
            ),
            (
                ["segment", "-i", "x", "-o", "x.nii", "--task", "p", "--labels", "1,x"],
                "The value '1,x' is invalid for '--labels <labels>'"
            ),
            (["run", "p", "s", "-o", "o", "--workers", "0"], "--workers 0: use 1 to 1024"),
            (["export", "x.nii", "--to", "slicer", "--task", "a", "--table", "b"], "give either --task or --table"),
            (["conver"], "Unexpected argument 'conver'"),
        ])
    func usage(arguments: [String], message: String) throws {
        let outcome = try tomos.run(arguments)
        #expect(outcome.code == 64)
        #expect(outcome.output == "")
        #expect(outcome.errors.split(separator: "\n").first.map(String.init) == "tomos: error: " + message)
        #expect(outcome.errors.contains("Usage: tomos"))
    }
}
