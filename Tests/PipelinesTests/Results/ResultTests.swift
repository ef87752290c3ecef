import Foundation
import Studies
import Synchronization
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Pipelines

@Suite("Results")
struct ResultTests {
    let folder = TemporaryFolder()

    @Test("A case appears whole, or not at all, and replaces an earlier one only when told to")
    func commit() throws {
        struct Stop: Error {}
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        let results = ResultFolder(folder.file("out"), making: folder.file("out/.making."))
        #expect(throws: Stop.self) {
            try results.commit("a", replacing: false) { path in
                try Data("half".utf8).write(to: URL(fileURLWithPath: path + "/x"))
                throw Stop()
            }
        }
        #expect(folder.contents == ["out"])
        let write = { (text: String) in
            { (path: String) in try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/x")) }
        }
        try results.commit("a", replacing: false, write("one"))
        #expect(folder.contents == ["out", "out/a", "out/a/x"])
        #expect(throws: ResultError.exists(folder.file("out/a"))) {
            try results.commit("a", replacing: false, write("two"))
        }
        #expect(try String(contentsOfFile: folder.file("out/a/x"), encoding: .utf8) == "one")
        try results.commit("a", replacing: true, write("two"))
        #expect(try String(contentsOfFile: folder.file("out/a/x"), encoding: .utf8) == "two")
        #expect(folder.contents == ["out", "out/a", "out/a/x"])
    }

    @Test("Somebody who lost the case puts nothing in place")
    func confirmed() throws {
        struct Lost: Error {}
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        let results = ResultFolder(folder.file("out"), making: folder.file("out/.making."))
        #expect(throws: Lost.self) {
            try results.commit("a", replacing: true, confirm: { throw Lost() }) { path in
                try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/x"))
            }
        }
        #expect(folder.contents == ["out"])
    }

    @Test("volumes.csv quotes what needs it")
    func volumesTable() {
        var outcome = CaseOutcome(StudyCase(id: "a,b", source: .file(path: "x")), status: .done)
        outcome.structures = [
            .init(
                id: 1, name: "left \"big\" one", voxels: 10, mm3: 12.5, meanProbability: 0.98766, expectedDice: 0.9,
                predictedDice: .init(dice: 0.85, lower: 0.8, upper: 0.91), meanIntensity: 51.5, intensityDeviation: 2,
                flags: [.truncated, .implausible]),
            .init(id: 2, name: "none", voxels: 0, mm3: 0, meanProbability: nil, expectedDice: 0, flags: []),
        ]
        #expect(
            ResultTables.volumes([outcome]) == """
                case,label,name,voxels,mm3,mean_intensity,sd_intensity,mean_probability,expected_dice,predicted_dice,predicted_lower,predicted_upper,flags
                "a,b",1,"left ""big"" one",10,12.500,51.5000,2.0000,0.9877,0.9000,0.8500,0.8000,0.9100,truncated implausible
                "a,b",2,none,0,0.000,,,,0.0000,,,,

                """)
    }

    @Test("Results are paired with the truth by case name")
    func pairs() throws {
        try makeTree(
            folder,
            [
                "run/a/a_labels.nii.gz", "run/b/b_labels.nii.gz", "run/volumes.csv", "truth/a.nii.gz",
                "truth/c_labels.nii",
                "flat/a_labels.nii", "empty/x.txt", "other/z.nii",
            ])
        let found = try ResultPairs.find(results: folder.file("run"), truth: folder.file("truth"))
        #expect(
            found.pairs == [
                ResultPair(id: "a", result: folder.file("run/a/a_labels.nii.gz"), truth: folder.file("truth/a.nii.gz"))
            ])
        #expect(found.withoutTruth == ["b"])
        #expect(found.withoutResult == ["c"])
        let flat = try ResultPairs.find(results: folder.file("flat"), truth: folder.file("truth"))
        #expect(flat.pairs.map(\.id) == ["a"])
        let files = try ResultPairs.find(results: folder.file("flat/a_labels.nii"), truth: folder.file("other/z.nii"))
        #expect(files.pairs.map(\.id) == ["a"])
        #expect(throws: PairingError.noLabelMaps(folder.file("empty"))) {
            try ResultPairs.find(results: folder.file("empty"), truth: folder.file("truth"))
        }
        #expect(throws: PairingError.missing(folder.file("no"))) {
            try ResultPairs.find(results: folder.file("run"), truth: folder.file("no"))
        }
        let (run, other) = (folder.file("run"), folder.file("other"))
        #expect(
            throws: PairingError.nothingInCommon(result: run, truth: other, example: "a", counterexample: "z")
        ) { try ResultPairs.find(results: run, truth: other) }
        #expect(throws: PairingError.fileAndFolder(result: run, truth: folder.file("other/z.nii"))) {
            try ResultPairs.find(results: run, truth: folder.file("other/z.nii"))
        }
    }

    @Test(
        "Results are paired with truth that is named in another way, and never with two",
        arguments: [
            (["scan.v1_labels.nii", "scan.v2_labels.nii"], ["scan.v2.nii"], ["scan.v2 scan.v2.nii"]),
            (["X_0000_labels.nii", "Y_0000_labels.nii"], ["X.nii", "Y.nii"], ["X_0000 X.nii", "Y_0000 Y.nii"]),
            (["a.nii", "b.nii"], ["a_seg.nii"], ["a a_seg.nii"]),
            (["sub-1_T1w_labels.nii"], ["sub-1_desc-manual_dseg.nii"], ["sub-1_T1w sub-1_desc-manual_dseg.nii"]),
            (["left_kidney_labels.nii"], ["left kidney.nii"], ["left_kidney left kidney.nii"]),
            (["a.nii"], ["a.nii", "a.nii.gz"], ["truth/a.nii and truth/a.nii.gz"]),
            (["a.nii", "a_labels.nii"], ["a.nii"], ["results/a.nii and results/a_labels.nii"]),
            (["X_0000.nii", "X_0001.nii"], ["X.nii"], ["results/X_0000.nii and results/X_0001.nii"]),
        ])
    func pairsByName(results: [String], truth: [String], pairs: [String]) throws {
        try makeTree(folder, results.map { "results/" + $0 } + truth.map { "truth/" + $0 })
        do {
            let found = try ResultPairs.find(results: folder.file("results"), truth: folder.file("truth"))
            let short = found.pairs.map { "\($0.id) \($0.truth)".replacing(folder.file("truth/"), with: "") }
            #expect(short == pairs)
        } catch let error as TwoFilesError {
            let paths = error.paths.map { $0.replacing(folder.path + "/", with: "") }
            #expect([paths.joined(separator: " and ")] == pairs)
        }
    }

    @Test(
        "Label tables as people have them",
        arguments: [
            (
                // The third column of this atlas (AAL) has no title that says what it is: nothing is cut off.
                "1 Precentral_L 2001\n2 Precentral_R",
                [
                    LabelEntry(id: 1, name: "Precentral_L 2001", colour: LabelTable.defaultColour(0)),
                    LabelEntry(id: 2, name: "Precentral_R", colour: LabelTable.defaultColour(1)),
                ]
            ),
            (
                "#No Name R G B A\r\n0 Unknown 0 0 0 0\r\n17 Left-Hippocampus 220 216 20 0\r\n",
                [LabelEntry(id: 17, name: "Left-Hippocampus", colour: Colour(220, 216, 20))]
            ),
            (
                "    0     0    0    0        0  0  0    \"Clear Label\"\n    3   255    0    0        1  1  1    \"left kidney\"\n",
                [LabelEntry(id: 3, name: "left kidney", colour: Colour(255, 0, 0))]
            ),
        ])
    func labelTables(text: String, entries: [LabelEntry]) throws {
        let path = folder.file("table.txt")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try LabelTableFile.read(path).entries == entries)
    }

    @Test(
        "Files that are no label tables",
        arguments: [
            ("a,b", "t.txt:1: 'a,b' is no line of a label table; expected 'id name' or 'id name red green blue'"),
            ("1 a\n\n1 b", "t.txt:3: label 1 is there twice"), ("# only a comment", "t.txt: no labels in the table"),
            (
                "70000 x",
                "t.txt:1: '70000 x' is no line of a label table; expected 'id name' or 'id name red green blue'"
            ),
        ])
    func badLabelTables(text: String, message: String) throws {
        let path = folder.file("t.txt")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: LabelTableFileError.self) { try LabelTableFile.read(path) }
        #expect(error?.description.replacing(folder.path + "/", with: "") == message)
    }
}
