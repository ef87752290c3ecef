import Foundation
import Platform
import TestSupport
import Testing
import VolumeIO

@testable import Pipelines
@testable import Studies

@Suite("Study discovery")
struct StudyDiscoveryTests {
    let folder = TemporaryFolder()

    /// `id <- path` of the cases and `path: reason` of the rest, paths without the folder.
    func found(_ study: Study) -> (cases: [String], ignored: [String]) {
        let short = { (path: String) in path.replacing(folder.path + "/", with: "").replacing(folder.path, with: ".") }
        return (
            study.cases.map { "\($0.id) <- \(short($0.sourceDescription))" },
            study.ignored.map { "\(short($0.path)): \($0.reason)" }
        )
    }

    struct Tree: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String]
        var selection = InputSelection()
        let cases: [String]
        let ignored: [String]
    }

    static func selection(_ change: (inout InputSelection) -> Void) -> InputSelection {
        var selection = InputSelection()
        change(&selection)
        return selection
    }

    static let trees = [
        Tree(
            testDescription: "a plain folder", files: ["b.nii", "a.nii.gz"], cases: ["a <- a.nii.gz", "b <- b.nii"],
            ignored: []),
        Tree(
            testDescription: "equal names in two folders", files: ["x/t1.nii.gz", "y/t1.nii.gz", "y/t2.nii.gz"],
            cases: ["x_t1 <- x/t1.nii.gz", "y_t1 <- y/t1.nii.gz", "y_t2 <- y/t2.nii.gz"], ignored: []),
        Tree(
            testDescription: "names that differ by case or by what a file system allows",
            files: ["A.nii", "sub/a.nii", "é t1;x.nii", "-v.nii", "cases.json.nii"],
            cases: [
                "A <- A.nii", "_-v <- -v.nii", "_cases.json <- cases.json.nii", "sub_a <- sub/a.nii",
                "é_t1_x <- é t1;x.nii",
            ].sorted(), ignored: []),
        Tree(
            testDescription: "other files, hidden files and a pair",
            files: ["a.hdr", "a.img", "notes.txt", ".x.nii", ".git/y.nii"],
            cases: ["a <- a.hdr"],
            ignored: [
                ".git: hidden", ".x.nii: hidden", "a.img: the voxels of the .hdr file beside it",
                "notes.txt: not an image of a format that is read",
            ]),
        Tree(
            testDescription: "two files for one case, and a pair that is one",
            files: ["a.nii", "a.nii.gz", "b.hdr", "b.img", "c/a.nii", "d.v1.nii", "d.v2.nii"],
            cases: ["a <- a.nii, a.nii.gz", "b <- b.hdr", "c_a <- c/a.nii", "d.v1 <- d.v1.nii", "d.v2 <- d.v2.nii"],
            ignored: ["b.img: the voxels of the .hdr file beside it"]),
        Tree(
            testDescription: "include and exclude", files: ["t1/a.nii.gz", "t1/a_mask.nii.gz", "t2/a.nii.gz", "x.dcm"],
            selection: selection {
                $0.include = ["t1/*.nii.gz"]
                $0.exclude = ["*_mask.nii.gz"]
                $0.includesDICOM = false
            },
            cases: ["t1_a <- t1/a.nii.gz"],
            ignored: [
                "t1/a_mask.nii.gz: excluded by input.exclude '*_mask.nii.gz'",
                "t2/a.nii.gz: not matched by input.include", "x.dcm: not matched by input.include",
            ]),
        Tree(
            testDescription: "a BIDS tree",
            files: [
                "dataset_description.json", "sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz",
                "sub-01/ses-1/func/sub-01_ses-1_bold.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz",
                "sub-02/anat/sub-02_T1w_dseg.nii.gz", "sub-02/anat/sub-02_label-L_roi.nii.gz",
                "derivatives/x/sub-01/anat/sub-01_T1w.nii.gz",
            ],
            cases: [
                "sub-01_ses-1_T1w <- sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz",
                "sub-02_T1w <- sub-02/anat/sub-02_T1w.nii.gz",
            ],
            ignored: [
                "dataset_description.json: not an image of a format that is read",
                "derivatives: BIDS derivatives, not raw images",
                "sub-01/ses-1/func: BIDS func, not anatomical images (name the folder in input.include to take it)",
                "sub-02/anat/sub-02_T1w_dseg.nii.gz: a BIDS label map",
                "sub-02/anat/sub-02_label-L_roi.nii.gz: a BIDS label map",
            ]),
        Tree(
            testDescription: "a BIDS tree without a description, functional images asked for",
            files: ["sub-01/anat/sub-01_T1w.nii.gz", "sub-01/func/sub-01_bold.nii.gz"],
            selection: selection { $0.include = ["sub-*/func/*.nii.gz"] },
            cases: ["sub-01_bold <- sub-01/func/sub-01_bold.nii.gz"],
            ignored: ["sub-01/anat/sub-01_T1w.nii.gz: not matched by input.include"]),
    ]

    @Test("Trees", arguments: trees)
    func tree(_ tree: Tree) throws {
        try makeTree(folder, tree.files)
        let found = found(try StudyDiscovery.discover(folder.path, selection: tree.selection))
        #expect(found.cases == tree.cases)
        #expect(found.ignored == tree.ignored)
    }

    @Test(
        "nnU-Net's channels are said; numbered scans are none",
        arguments: [
            (["X_0000.nii.gz", "X_0001.nii.gz", "Y_0000.nii.gz", "Y_0001.nii.gz"], true),
            (["X_0000.nii.gz", "X_0001.nii.gz", "X_0002.nii.gz"], false), (["X_0000.nii.gz", "Y_0000.nii.gz"], false),
            (["X_0001.nii.gz", "X_0002.nii.gz", "Y_0001.nii.gz", "Y_0002.nii.gz"], false),
        ])
    func channels(files: [String], areChannels: Bool) throws {
        try makeTree(folder, files)
        let notice = try StudyDiscovery.discover(folder.path).channelNotice
        #expect((notice != nil) == areChannels)
        if areChannels { #expect(notice?.hasPrefix("X_0000, X_0001 and so on: channels of one case") == true) }
    }

    @Test("A file that is named is taken, whatever the globs say")
    func singleFile() throws {
        try makeTree(folder, ["a.nii.gz"])
        let selection = Self.selection { $0.include = ["never"] }
        let study = try StudyDiscovery.discover(folder.file("a.nii.gz"), selection: selection)
        #expect(found(study).cases == ["a <- a.nii.gz"])
    }

    @Test("Results of this run and of others are left out, whole")
    func results() throws {
        try makeTree(folder, ["a.nii.gz", "out/b/b_labels.nii.gz", "other/x_labels.nii.gz", "other/x_labels.label"])
        let image = StudyCase(id: "x", source: .file(path: "x"))
        let made = Provenance(
            pipeline: "", pipelineSHA256: "", task: "", taskSHA256: "", weights: "", weightsSHA256: "")
        let record = try JSON.bytes(CaseRecord(made: made, outcome: CaseOutcome(image, status: .done)))
        try Data(record).write(to: URL(fileURLWithPath: folder.file("other/case.json")))
        let study = try StudyDiscovery.discover(folder.path, excluding: folder.file("out/"))
        #expect(found(study).cases == ["a <- a.nii.gz"])
        #expect(found(study).ignored == ["other: results of tomos", "out: the results of this run"])
        #expect(study.ignored.map(\.files) == [3, 1])
    }

    @Test("A mixture of NIfTI and DICOM without extensions; ids come from file and folder names")
    func mixture() throws {
        try FileManager.default.copyItem(
            atPath: repository + "/sample-data/study/case-2", toPath: folder.file("case-2"))
        try makeTree(folder, ["a.nii.gz", "case-2/README"])
        let study = try StudyDiscovery.discover(folder.path)
        let count = try FileManager.default.contentsOfDirectory(atPath: repository + "/sample-data/study/case-2").count
        #expect(found(study).cases == ["a <- a.nii.gz", "case-2 <- case-2 (series 2, \(count) DICOM files)"])
        #expect(found(study).ignored == ["case-2/README: not an image of a format that is read"])
        let selected = try StudyDiscovery.discover(folder.path, selection: Self.selection { $0.modality = "MR" })
        #expect(found(selected).cases == ["a <- a.nii.gz"])
        #expect(
            found(selected).ignored == [
                "case-2: a series of modality CT; the pipeline selects MR",
                "case-2/README: not an image of a format that is read",
            ])
        let alone = try StudyDiscovery.discover(folder.file("case-2"))
        #expect(alone.cases.map(\.id) == ["case-2"])
    }

    @Test("A DICOM file too broken to belong to a series is a case that fails, not one that is passed over")
    func brokenDICOM() throws {
        try makeTree(folder, ["a.nii.gz", "scan/I1"])
        let bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [2, 0, 0, 0, 85, 76, 4, 0, 200]
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("scan/I1")))
        let study = try StudyDiscovery.discover(folder.path)
        #expect(found(study).cases == ["a <- a.nii.gz", "scan_I1 <- scan/I1"])
        let error = #expect(throws: StudyError.self) { try study.cases[1].readVolume() }
        #expect(error?.category == .badData)
        #expect(error?.description.hasPrefix("\(folder.path)/scan/I1: a DICOM file that cannot be read: ") == true)
    }

    @Test("Nothing there, an empty folder, no images, a link in a circle")
    func nothing() throws {
        #expect(throws: StudyError.missing("/no/such/study")) { try StudyDiscovery.discover("/no/such/study") }
        #expect(throws: StudyError.noImages(folder.path, files: 0, reasons: [])) {
            try StudyDiscovery.discover(folder.path)
        }
        try makeTree(folder, ["notes.txt", "more.txt"])
        try FileManager.default.createSymbolicLink(atPath: folder.file("loop"), withDestinationPath: folder.path)
        let error = #expect(throws: StudyError.self) { try StudyDiscovery.discover(folder.path + "/") }
        #expect(
            error?.description
                == "\(folder.path): no images here: 3 files passed over (not an image of a format that is read: 2; a link to a folder: 1); "
                + "give an image file, a DICOM folder or a folder of them")
    }

    @Test(
        "Case names",
        arguments: [
            ([.series(folder: "ct", number: 2)], ["ct"]),
            ([.series(folder: "ct", number: 2), .series(folder: "ct", number: 3)], ["ct_series-2", "ct_series-3"]),
            ([.series(folder: "a/ct", number: 2), .series(folder: "b/ct", number: 2)], ["a_ct", "b_ct"]),
            (
                [.series(folder: "ct", number: nil), .series(folder: "ct", number: nil)],
                ["ct_series-5feceb", "ct_series-6b86b2"]
            ),
            ([.file(path: "ct.nii"), .series(folder: "ct", number: 1)], ["ct-5feceb", "ct_series-1"]),
            (
                [
                    .series(folder: "mr", number: 6, part: "fieldmaphz"),
                    .series(folder: "mr", number: 6, part: "PhaseEncoding reversed"),
                ], ["mr_series-6_fieldmaphz", "mr_series-6_PhaseEncoding_reversed"]
            ),
            ([.file(path: "a.nii"), .file(path: "a.nii.gz")], ["a-5feceb", "a-6b86b2"]),
            ([.file(path: "one/scan.nii.gz")], ["one_scan"]),
            ([.file(path: "one/scan.nii.gz"), .file(path: "one_scan.nii")], ["one_scan-5feceb", "one_scan-6b86b2"]),
            ([.file(path: "sub-1/anat/sub-1_T1w.nii.gz")], ["sub-1_T1w"]),
            ([.file(path: "sub-1/ses-2/anat/sub-1_ses-2_T1w.nii")], ["sub-1_ses-2_T1w"]),
            ([.file(path: "sub-1/ses-2/anat/sub-1_T1w.nii")], ["sub-1_ses-2_anat_sub-1_T1w"]),
            ([.file(path: String(repeating: "x", count: 300) + ".nii")], [String(repeating: "x", count: 100)]),
        ] as [([CaseNames.Name], [String])])
    func names(_ names: [CaseNames.Name], _ ids: [String]) {
        #expect(CaseNames.ids(names, keys: names.indices.map { "\($0)" }) == ids)
    }

    @Test("A name that was given is kept and never given to another, whoever comes and goes")
    func namesThatStay() {
        let (scan, other) = (CaseNames.Name.file(path: "scan.nii"), CaseNames.Name.series(folder: "scan", number: 1))
        let known = ["old": "scan", "gone": "ct"]
        #expect(CaseNames.ids([other, scan], keys: ["new", "old"], known: known) == ["scan_series-1", "scan"])
        #expect(CaseNames.ids([.file(path: "ct.nii")], keys: ["0"], known: known) == ["ct-5feceb"])
        // Shared folders may not tell capitals from small letters.
        #expect(CaseNames.ids([.file(path: "CT.nii")], keys: ["0"], known: known) == ["CT-5feceb"])
    }

    @Test(
        "Globs",
        arguments: [
            ("**/*.nii.gz", "a.nii.gz", true), ("**/*.nii.gz", "a/b/c.nii.gz", true), ("*.nii.gz", "a/b.nii.gz", true),
            ("a/*.nii.gz", "a/b.nii.gz", true), ("a/*.nii.gz", "a/b/c.nii.gz", false), ("a/**", "a/b/c", true),
            ("a/**/c", "a/c", true), ("sub-[0-9]/?.nii", "sub-1/x.nii", true),
            ("sub-[0-9]/?.nii", "sub-x/x.nii", false),
            ("**/x/**/y", "a/x/b/x/c/y", true), ("*.nii", "a.nii.gz", false),
        ])
    func globs(pattern: String, path: String, matches: Bool) {
        #expect(Glob(pattern).matches(path) == matches)
    }
}
