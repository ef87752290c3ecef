import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Labelled volumes as they come: lists, folders and data sets, and what is refused rather than paired by luck.
@Suite("task create")
struct TaskCreateTests {
    let folder = TemporaryFolder()
    let tomos: Program

    /// Three balls at different places, so that a wrong pair shows.
    init() throws {
        tomos = Program(folder: folder)
        for (name, x) in [("MS_1", 8.0), ("MS_10", 12.0), ("MS_2", 16.0)] {
            var ball = BallPhantom()
            ball.centre.x = x
            try ball.writeImage(folder.file("imagesTr/\(name)_0000.nii.gz"))
            try ball.writeLabels(folder.file("labelsTr/\(name).nii.gz"))
        }
    }

    private func create(_ arguments: String...) throws -> Program.Outcome {
        try tomos.run(["task", "create", "-o", "pack"] + arguments)
    }

    /// Whether in every volume of the pack the label lies where the image is bright.
    private func isRightlyPaired(_ pack: String = "pack") throws -> Bool {
        try folder.files.filter { $0.hasPrefix(pack + "/images/") }.allSatisfy { image in
            let volume = try NIfTI.readVolume(folder.file(image))
            let labels = try NIfTI.readLabels(folder.file(image.replacing("/images/", with: "/labels/")))
            guard case .int16(let values) = volume.voxels else { return false }
            return zip(values, labels.voxels).allSatisfy { ($0 == 300) == ($1 == 1) }
        }
    }

    @Test("nnU-Net's folders")
    func nnUNetFolders() throws {
        let made = try create("--name", "x", "--images", "imagesTr", "--labels", "labelsTr")
        #expect(made.code == 0 && made.errors == "", "\(made.errors)")
        #expect(
            folder.files.filter { $0.hasPrefix("pack/images") }
                == ["pack/images/MS_1.nii.gz", "pack/images/MS_10.nii.gz", "pack/images/MS_2.nii.gz"])
        #expect(try isRightlyPaired())
    }

    @Test("Lists as the shell sorts them, in another order than their names tell")
    func nnUNetLists() throws {
        let images = ["imagesTr/MS_10_0000.nii.gz", "imagesTr/MS_1_0000.nii.gz", "imagesTr/MS_2_0000.nii.gz"]
        let labels = ["labelsTr/MS_1.nii.gz", "labelsTr/MS_10.nii.gz", "labelsTr/MS_2.nii.gz"]
        let made = try tomos.run(
            ["task", "create", "-o", "pack", "--name", "x", "--images"] + images + ["--labels"] + labels)
        #expect(made.code == 65 && made.output == "")
        #expect(
            made.errors.contains("the label maps are not in the order of the images; by their names the pairs are\n"))
        #expect(made.errors.contains("  imagesTr/MS_10_0000.nii.gz  labelsTr/MS_10.nii.gz\n"))
        #expect(!folder.files.contains { $0.hasPrefix("pack") })
    }

    @Test("Names that tell nothing: the order, with a notice")
    func silentNames() throws {
        try FileManager.default.moveItem(atPath: folder.file("labelsTr/MS_1.nii.gz"), toPath: folder.file("x.nii.gz"))
        try FileManager.default.moveItem(atPath: folder.file("labelsTr/MS_2.nii.gz"), toPath: folder.file("y.nii.gz"))
        let made = try create(
            "--name", "x", "--images", "imagesTr/MS_1_0000.nii.gz", "imagesTr/MS_2_0000.nii.gz", "--labels", "x.nii.gz",
            "y.nii.gz")
        #expect(made.code == 0)
        #expect(
            made.errors.contains(
                "the names do not tell which label map belongs to which image; paired in the order given"))
        #expect(try isRightlyPaired())
    }

    @Test("Two files for one case are refused by task create, evaluate and run alike, both named")
    func twoFiles() throws {
        try BallPhantom().writeImage(folder.file("images/a.nii.gz"))
        for name in ["labels/a.nii.gz", "labels/a.nii", "results/a.nii.gz"] {
            try BallPhantom().writeLabels(folder.file(name))
        }
        let text = "labels/a.nii and labels/a.nii.gz: two files for one case, 'a'; keep the right one"
        let made = try create("--name", "x", "--images", "images", "--labels", "labels")
        #expect(made.code == 65 && made.errors.contains(text), "\(made.errors)")
        for arguments in [["results", "labels"], ["labels", "results"]] {
            let evaluated = try tomos.run(["evaluate"] + arguments)
            #expect(evaluated.code == 65 && evaluated.output == "" && evaluated.errors.contains(text))
        }
        // A run does its other cases.
        let pack = try create("--name", "x", "--images", "imagesTr", "--labels", "labelsTr")
        #expect(pack.code == 0)
        try folder.write("version: 1\ntask: pack\nsegment: { support: 1 }\n", to: "p.yaml")
        try BallPhantom().writeImage(folder.file("study/a.nii"))
        try BallPhantom().writeImage(folder.file("study/a.nii.gz"))
        try BallPhantom().writeImage(folder.file("study/b.nii.gz"))
        let run = try tomos("run", "p.yaml", "study", "-o", "out", "--quiet")
        #expect(run.code == 1)
        #expect(run.errors.contains("a: study/a.nii and study/a.nii.gz: two files for one case, 'a'"), "\(run.errors)")
        #expect(folder.files.contains("out/b/b_labels.nii.gz") && !folder.files.contains { $0.hasPrefix("out/a") })
    }

    @Test("A run's results for nnU-Net's images are compared with its labels")
    func evaluateByName() throws {
        for name in ["MS_1", "MS_10", "MS_2"] {
            let labels = try NIfTI.readLabels(folder.file("labelsTr/\(name).nii.gz"))
            try NIfTI.write(labels, to: folder.file("out/\(name)_0000/\(name)_0000_labels.nii.gz"))
        }
        let evaluated = try tomos("evaluate", "out", "labelsTr", "--csv", "d.csv")
        #expect(evaluated.code == 0, "\(evaluated.errors)")
        let csv = try String(contentsOfFile: folder.file("d.csv"), encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(csv.count == 3 && csv.allSatisfy { $0.contains(",1.000000,") })
    }

    @Test("A Decathlon data set as it is: names, modality, one volume of several")
    func dataset() throws {
        let training = ["MS_2", "MS_1"].map {
            "{\"image\": \"./imagesTr/\($0)_0000.nii.gz\", \"label\": \"./labelsTr/\($0).nii.gz\"}"
        }
        try folder.write(
            """
            {"name": "Ball", "modality": {"0": "CT"}, "labels": {"0": "background", "1": "Left ball", "2": "none"},
             "training": [\(training.joined(separator: ", "))]}
            """, to: "dataset.json")
        let made = try create("--dataset", "dataset.json")
        #expect(made.output == "pack: task 'Ball' of 2 labelled volumes; labels: 1 Left ball\n", "\(made.errors)")
        #expect(made.errors == "tomos: labels left out, since no label map holds them: 2 none\n")
        #expect(try isRightlyPaired())
        let yaml = try String(contentsOfFile: folder.file("pack/pack.yaml"), encoding: .utf8)
        #expect(yaml.contains("window: range(-500, 1000)"))
        let missing = try tomos("task", "create", "-o", "p2", "--dataset", "no.json")
        #expect(missing.code == 66 && missing.errors.contains("no.json: there is no such file or folder"))
        let both = try tomos("task", "create", "-o", "p2", "--dataset", ".", "--images", "imagesTr")
        #expect(both.code == 64)
    }

    @Test("Names and colours from a table")
    func table() throws {
        try folder.write("index\tname\tcolor\n1\tLeft ball\t#010203\n", to: "dseg.tsv")
        let made = try create("--name", "x", "--images", "imagesTr", "--labels", "labelsTr", "--table", "dseg.tsv")
        #expect(made.output == "pack: task 'x' of 3 labelled volumes; labels: 1 Left ball\n", "\(made.errors)")
        let exported = try tomos("export", "labelsTr/MS_1.nii.gz", "--task", "pack", "--format", "bids,freesurfer")
        #expect(exported.code == 0)
        let tsv = try String(contentsOfFile: folder.file("labelsTr/MS_1_dseg.tsv"), encoding: .utf8)
        #expect(tsv == "index\tname\tcolor\n1\tLeft ball\t#010203\n")
        // What export writes, export reads.
        for table in ["labelsTr/MS_1_dseg.tsv", "labelsTr/MS_1_LUT.txt"] {
            let again = try tomos("export", "labelsTr/MS_2.nii.gz", "--table", table, "--format", "bids")
            #expect(again.code == 0, "\(again.errors)")
            #expect(try String(contentsOfFile: folder.file("labelsTr/MS_2_dseg.tsv"), encoding: .utf8) == tsv)
        }
    }

    @Test("The field cases", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func fieldCases() throws {
        let root = SharedFolder.file("conformance/field/")
        let names = root + "nnunet-names/"
        let made = try create("--name", "x", "--images", names + "imagesTr", "--labels", names + "labelsTr")
        #expect(made.code == 0, "\(made.errors)")
        for name in ["MS_1", "MS_10", "MS_2"] {
            let labels = try NIfTI.readLabels(folder.file("pack/labels/\(name).nii.gz")).voxels
            let image = try NIfTI.readVolume(folder.file("pack/images/\(name).nii.gz"))
            guard case .int16(let values) = image.voxels else { preconditionFailure("the field case is int16") }
            let inside = zip(values, labels).filter { $1 != 0 }.map { Double($0.0) }
            // The README: in the true pairs the label is where the image is bright, about 100.
            #expect(abs(inside.reduce(0, +) / Double(inside.count) - 100) < 20)
        }
        let two = root + "two-files-one-case/"
        let refused = try tomos(
            "task", "create", "-o", "p", "--name", "x", "--images", two + "images", "--labels", two + "labels")
        #expect(
            refused.code == 65 && refused.errors.contains("labels/a.nii and ")
                && refused.errors.contains("labels/a.nii.gz: two files"))
        #expect(try tomos("evaluate", two + "results", two + "labels").code == 65)
    }
}
