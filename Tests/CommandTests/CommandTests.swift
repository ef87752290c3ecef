import Foundation
import Testing
import TestSupport
import VolumeIO
import Volumes

@Suite("Commands")
struct CommandTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        for (name, x) in [("a", 12.0), ("b", 11.0), ("c", 13.0)] {
            var ball = BallPhantom()
            ball.centre.x = x
            try ball.writeImage(folder.file("images/\(name).nii.gz"))
            try ball.writeLabels(folder.file("truth/\(name).nii.gz"))
        }
    }

    func makePack() throws {
        let made = try tomos(
            "task", "create", "-o", "pack", "--name", "ball", "--images", "images/a.nii.gz", "images/b.nii.gz",
            "--labels",
            "truth/a.nii.gz", "truth/b.nii.gz", "--label", "1=ball")
        #expect(made.code == 0)
        #expect(made.output == "pack: task 'ball' of 2 labelled volumes; labels: 1 ball\n")
    }

    func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("Help and version go to standard output")
    func help() throws {
        #expect(try tomos("--version").output.hasPrefix("0.1.0"))
        let help = try tomos("--help")
        #expect(help.code == 0)
        #expect(help.errors == "")
        for word in [
            "run", "segment", "convert", "task", "info", "evaluate", "export", "infer", "EXIT CODES", "research use",
        ] {
            #expect(help.output.contains(word))
        }
    }

    @Test(
        "Every command's help has examples",
        arguments: ["run", "segment", "convert", "task create", "info", "evaluate", "export", "infer"])
    func examples(command: String) throws {
        let help = try tomos.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(help.code == 0)
        #expect(help.output.contains("EXAMPLES\n  tomos \(command) "))
    }

    @Test("A pack from folders, one volume segmented, compared and exported")
    func segmentAndEvaluate() throws {
        let made = try tomos(
            "task", "create", "-o", "pack", "--name", "ball", "--images", "images", "--labels", "truth")
        #expect(made.output == "pack: task 'ball' of 3 labelled volumes; labels: 1 label-1\n")
        let outcome = try tomos(
            "segment", "-i", "images/c.nii.gz", "-o", "new/c.nii.gz", "--task", "pack", "--support", "3", "--json",
            "--quiet")
        #expect(outcome.code == 0)
        #expect(outcome.errors == "")
        let report = try json(outcome.output)
        let structures = try #require(report["structures"] as? [[String: Any]])
        let labels = try NIfTI.readLabels(folder.file("new/c.nii.gz"))
        #expect(structures.count == 1)
        #expect(structures[0]["voxels"] as? Int == labels.histogram()[1])
        #expect(labels.geometry.matches(BallPhantom().geometry))
        let sure = try tomos(
            "segment", "-i", "images/c.nii.gz", "-o", "sure/c.nii.gz", "--task", "pack", "--support", "1", "--quiet",
            "--probability", "sure/p.nii", "--disagreement", "sure/d.nii.gz")
        #expect(sure.code == 0, "\(sure.errors)")
        for name in ["p.nii", "d.nii.gz"] {
            let map = try NIfTI.readVolume(folder.file("sure/" + name))
            #expect(map.geometry.matches(labels.geometry))
            #expect(abs(map.scaling.slope - 1 / 255.0) < 1e-7)
        }
        let twice = try tomos(
            "segment", "-i", "images/c.nii.gz", "-o", "new/d.nii", "--task", "pack", "--probability", "new/./d.nii")
        #expect(twice.code == 64)
        #expect(twice.errors.contains("--output, --probability and --disagreement: give each another file"))
        let evaluated = try tomos(
            "evaluate", "new/c.nii.gz", "truth/c.nii.gz", "--task", "pack", "--json", "--csv", "d.csv")
        let mean = try #require(try json(evaluated.output)["mean"] as? Double)
        // The query is in the pack, so the network has its answer before it.
        #expect(mean > 0.8)
        let csv = try String(contentsOfFile: folder.file("d.csv"), encoding: .utf8).split(separator: "\n")
        #expect(csv.first?.hasPrefix("case,label,name,dice,result_voxels,truth_voxels,intersection,") == true)
        #expect(csv.last?.hasPrefix("\"c\",1,\"label-1\",") == true)
        let exported = try tomos("export", "new/c.nii.gz", "--task", "pack", "--format", "itk-snap,bids")
        #expect(exported.output == "new/c.label\nnew/c_dseg.tsv\nnew/c_dseg.json\n")
    }

    @Test("A check stays in the pack unless that is not wanted, or only some volumes were checked")
    func taskCheck() throws {
        try makePack()
        let kept = folder.file("pack/check.json")
        for options in [["--no-save"], ["--step", "2"]] {
            let outcome = try tomos.run(["task", "check", "pack", "--support", "1"] + options)
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("threshold ") && !outcome.output.contains("written"))
            #expect(!FileManager.default.fileExists(atPath: kept))
        }
        let outcome = try tomos("task", "check", "pack", "--support", "1")
        #expect(outcome.code == 0 && outcome.output.hasSuffix("pack/check.json written\n"))
        let found = try json(try String(contentsOfFile: kept, encoding: .utf8))
        #expect((found["options"] as? [String: Any])?["support"] as? Int == 1)
        let both = try tomos("task", "check", "pack", "--step", "2", "--save")
        #expect(both.code == 64 && both.errors.contains("--save with --step 2: check all volumes"))
    }

    @Test("A check of fewer than five volumes says that it tells little", arguments: [4, 5])
    func fewVolumes(count: Int) throws {
        let names = (1...count).map { "\($0).nii.gz" }
        for (part, name) in ["images", "truth"].flatMap({ part in names.map { (part, $0) } }) {
            try FileManager.default.copyItem(
                atPath: folder.file("\(part)/a.nii.gz"), toPath: folder.file("\(part)/\(name)"))
        }
        let made = try tomos.run(
            ["task", "create", "-o", "pack", "--name", "ball", "--label", "1=ball", "--images"]
                + names.map { "images/\($0)" } + ["--labels"] + names.map { "truth/\($0)" })
        #expect(made.code == 0, "\(made.errors)")
        let check = try tomos(
            "task", "check", "pack", "--no-learn", "--support", "1", "--side", "64", "--choose", "position")
        #expect(check.code == 0, "\(check.errors)")
        let told = "this is from few volumes (4): a study's Dice may be far from it; review every result"
        #expect(check.errors.contains(told) == (count < 5), "\(check.errors)")
    }

    @Test("A NIfTI file, a DICOM series and a broken file: two label maps, one refusal, a table, exit code 1")
    func mixedStudy() throws {
        try FileManager.default.copyItem(atPath: repository + "/sample-data/study", toPath: folder.file("study"))
        try folder.write("hello", to: "study/broken.nii.gz")
        let outcome = try tomos(
            "run", repository + "/pipelines/phantom.yaml", "study", "-o", "out", "--set", "segment.support=2", "--set",
            "segment.labels=[1]", "--set",
            "outputs=[volumes, certainty, picture, seg.nrrd, dicom-seg, itk-snap, slicer]")
        #expect(outcome.code == 1)
        #expect(
            folder.files.filter { $0.hasPrefix("out/") && !$0.hasPrefix("out/.tomos/") } == [
                "out/case-1/case-1_disagreement.nii.gz", "out/case-1/case-1_labels.ctbl",
                "out/case-1/case-1_labels.label", "out/case-1/case-1_labels.nii.gz",
                "out/case-1/case-1_labels.seg.nrrd",
                "out/case-1/case-1_overlay.png", "out/case-1/case-1_probability.nii.gz", "out/case-1/case.json",
                "out/case-1/volumes.csv",
                "out/case-2/case-2_disagreement.nii.gz", "out/case-2/case-2_labels.ctbl",
                "out/case-2/case-2_labels.label", "out/case-2/case-2_labels.nii.gz", "out/case-2/case-2_labels.seg.dcm",
                "out/case-2/case-2_labels.seg.nrrd", "out/case-2/case-2_overlay.png",
                "out/case-2/case-2_probability.nii.gz", "out/case-2/case.json", "out/case-2/volumes.csv",
                "out/cases.json", "out/logs/broken.log", "out/plan.json", "out/run.json", "out/summary.csv",
                "out/volumes.csv",
            ])
        let refusal =
            "study/broken.nii.gz: not a NIfTI file: it starts with no header size of 348 or 540 (check that the name fits the content)"
        #expect(outcome.errors.contains("tomos: error: broken: \(refusal)\n"))
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["case", "status", "label", "mm3", "seconds", "source"])
        #expect(
            lines.dropFirst(2).map { $0.prefix(2) } == [
                ["broken", "failed"], ["case-1", "done"], ["case-2", "done"], ["2", "of"], ["read", "again"],
            ])
        #expect(
            outcome.output.hasSuffix(
                "2 of 3 cases done, 1 failed\nread again and found right: nifti 2, picture 2, seg.nrrd 2, dicom-seg 1, "
                    + "itk-snap 2, slicer 2\n"))
        #expect(
            outcome.errors.contains("case-1: dicom-seg was not written: it refers to the DICOM series of the image"))
        let report = try json(String(contentsOfFile: folder.file("out/cases.json"), encoding: .utf8))
        let cases = try #require(report["cases"] as? [[String: Any]])
        #expect(cases.map { $0["status"] as? String } == ["failed", "done", "done"])
        #expect(cases[0]["reason"] as? String == refusal)
        #expect(cases[0]["category"] as? String == "badData")
        let evaluated = try json(
            tomos("evaluate", "out", repository + "/sample-data/truth", "--labels", "1", "--json").output)
        let rows = try #require(evaluated["rows"] as? [[String: Any]])
        #expect(rows.map { $0["name"] as? String } == ["liver", "liver"])
        // Two support slices instead of the demo's sixteen.
        #expect(rows.allSatisfy { $0["dice"] as? Double ?? 0 > 0.7 })
    }

    @Test("Results are kept, done where they are missing, and replaced when asked")
    func existingResults() throws {
        try makePack()
        try folder.write("version: 1\ntask: pack\nsegment: { support: 1 }\n", to: "p.yaml")
        let first = try tomos("run", "p.yaml", "images", "-o", "out", "--json", "--quiet")
        #expect(first.code == 0)
        #expect(first.errors == "")
        #expect((try json(first.output)["cases"] as? [[String: Any]])?.count == 3)
        let files = folder.files
        let record = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/a/case.json")))
        try FileManager.default.removeItem(atPath: folder.file("out/b"))
        let resumed = try tomos("run", "p.yaml", "images", "-o", "out", "--json", "--quiet")
        #expect(
            (try json(resumed.output)["cases"] as? [[String: Any]])?.map { $0["status"] as? String } == [
                "kept", "done", "kept",
            ])
        #expect(folder.files == files)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("out/a/case.json"))) == record)
        let replaced = try tomos("run", "p.yaml", "images", "-o", "out", "--redo", "all", "--quiet")
        #expect(replaced.code == 0)
        #expect(replaced.output == "")
        #expect(folder.files == files)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("out/a/case.json"))) != record)
    }

    @Test("A study whose results lie inside it is not segmented twice")
    func resultsInStudy() throws {
        try makePack()
        try folder.write("version: 1\ntask: ../pack\nsegment: { support: 1 }\n", to: "images/p.yaml")
        for arguments in [["images/out"], ["images/out", "--redo", "all"], ["elsewhere"]] {
            let outcome = try tomos.run(["run", "images/p.yaml", "images", "--json", "--quiet", "-o"] + arguments)
            #expect((try json(outcome.output)["cases"] as? [[String: Any]])?.count == 3)
        }
    }

    @Test("Several images where one is asked for are listed")
    func severalImages() throws {
        let outcome = try tomos("convert", "-i", "images", "-o", "x.nii.gz")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors == """
                tomos: error: images: holds 3 images; name one file, or choose one series with --series UID:
                  images/a.nii.gz
                  images/b.nii.gz
                  images/c.nii.gz

                """)
        let all = try tomos("convert", "-i", "images", "-o", "converted", "--quiet")
        #expect(all.code == 0)
        #expect(folder.files.filter { $0.hasPrefix("converted") }.count == 3)
    }

    @Test("info says what is there")
    func info() throws {
        let series = repository + "/sample-data/study/case-2"
        let outcome = try tomos("info", "images/a.nii.gz", series)
        #expect(outcome.code == 0)
        #expect(
            outcome.output == """
                images/a.nii.gz
                  format       NIfTI
                  shape        24x20x5
                  spacing      2.000 x 2.000 x 3.000 mm
                  orientation  RAS
                  datatype     int16

                \(series) (series 2, 31 DICOM files)
                  format       DICOM
                  modality     CT
                  series       2.25.326966960975982797132858525234267543863
                  shape        96x96x31
                  spacing      3.900 x 3.900 x 6.200 mm
                  orientation  LPS
                  datatype     uint16

                """)
        try folder.write("hello", to: "images/notes.txt")
        let report = try json(tomos("info", "images", "--json").output)
        #expect((report["images"] as? [Any])?.count == 3)
        #expect(
            (report["ignored"] as? [[String: Any]])?.first?["reason"] as? String
                == "not an image of a format that is read")
    }

    @Test("info fails as reading would")
    func infoOfBroken() throws {
        try folder.write("hello", to: "text.nii.gz")
        let outcome = try tomos("info", "text.nii.gz")
        #expect(outcome.code == 65)
        #expect(outcome.output.contains("error        text.nii.gz: not a NIfTI file"))
    }
}
