import Studies
import TestSupport
import Testing
import Volumes

@testable import Batch

@Suite("BIDS: names")
struct BIDSNameTests {
    /// Names of images as the standard has them (BIDS specification 1.10, appendix "entity table"; those in `mixed` and
    /// below are from its example data sets), and those of their label maps, whose entities are those that
    /// rules.files.deriv.imaging of the standard's schema lets a `_dseg` have, in the order of rules.entities.
    /// scripts/test-bids asks the standard's own validator the same.
    static let labelMaps: [(String, String)] = [
        ("sub-01/anat/sub-01_T1w.nii.gz", "sub-01/anat/sub-01_seg-x_desc-T1w_dseg"),
        ("sub-01/anat/sub-01_T1w.nii", "sub-01/anat/sub-01_seg-x_desc-T1w_dseg"),
        ("sub-01/anat/sub-01_T2w.nii.gz", "sub-01/anat/sub-01_seg-x_desc-T2w_dseg"),
        ("sub-01/ses-pre/anat/sub-01_ses-pre_T1w.nii.gz", "sub-01/ses-pre/anat/sub-01_ses-pre_seg-x_desc-T1w_dseg"),
        (
            "sub-A1/ses-2/anat/sub-A1_ses-2_acq-hi_ce-gd_rec-norm_run-02_T1w.nii.gz",
            "sub-A1/ses-2/anat/sub-A1_ses-2_acq-hi_ce-gd_rec-norm_run-02_seg-x_desc-T1w_dseg"
        ),
        (
            "sub-01/anat/sub-01_run-1_echo-2_part-mag_MEGRE.nii.gz",
            "sub-01/anat/sub-01_run-1_echo-2_part-mag_seg-x_desc-MEGRE_dseg"
        ),
        ("sub-01/anat/sub-01_chunk-1_FLAIR.nii.gz", "sub-01/anat/sub-01_chunk-1_seg-x_desc-FLAIR_dseg"),
        // Entities that no `_dseg` has go into desc.
        (
            "sub-01/anat/sub-01_inv-1_part-mag_MP2RAGE.nii.gz",
            "sub-01/anat/sub-01_part-mag_seg-x_desc-MP2RAGEinv1_dseg"
        ),
        (
            "sub-01/anat/sub-01_acq-a_echo-1_flip-2_mt-on_part-mag_MPM.nii.gz",
            "sub-01/anat/sub-01_acq-a_echo-1_part-mag_seg-x_desc-MPMflip2mton_dseg"
        ),
        ("sub-01/anat/sub-01_acq-6p+s2_T2w.nii", "sub-01/anat/sub-01_acq-6p+s2_seg-x_desc-T2w_dseg"),
        // An image that is a derivative itself.
        (
            "sub-01/anat/sub-01_space-MNI152NLin2009cAsym_res-2_desc-preproc_T1w.nii.gz",
            "sub-01/anat/sub-01_space-MNI152NLin2009cAsym_seg-x_res-2_desc-preprocT1w_dseg"
        ),
        (
            "sub-01/func/sub-01_task-rest_dir-AP_run-1_bold.nii.gz",
            "sub-01/func/sub-01_task-rest_dir-AP_run-1_seg-x_desc-bold_dseg"
        ),
        ("sub-01/dwi/sub-01_dir-AP_dwi.nii.gz", "sub-01/dwi/sub-01_dir-AP_seg-x_desc-dwi_dseg"),
        // Data types that have no `_dseg`.
        (
            "sub-01/ses-b/pet/sub-01_ses-b_trc-FDG_rec-acdyn_pet.nii.gz",
            "sub-01/ses-b/anat/sub-01_ses-b_rec-acdyn_seg-x_desc-pettrcFDG_dseg"
        ),
        ("sub-01/perf/sub-01_m0scan.nii.gz", "sub-01/anat/sub-01_seg-x_desc-m0scan_dseg"),
        ("sub-01/fmap/sub-01_dir-AP_epi.nii.gz", "sub-01/anat/sub-01_seg-x_desc-epidirAP_dseg"),
        ("sub-01/sub-01_T1w.nii.gz", "sub-01/anat/sub-01_seg-x_desc-T1w_dseg"),
    ]

    @Test("The label map of an image", arguments: labelMaps)
    func labelMap(image: String, expected: String) throws {
        #expect(try BIDSImageName(image).labelMap(segmentation: "x") == expected)
    }

    @Test("No two images of the table have one label map, but for the one name that stands in it three times")
    func distinct() throws {
        let stems = try Self.labelMaps.map { try BIDSImageName($0.0).labelMap(segmentation: "x") }
        #expect(Set(stems).count == stems.count - 2)
    }

    @Test(
        "Names that are not of BIDS are refused with the reason",
        arguments: [
            ("anat/sub-01_T1w.nii.gz", "its folder is not sub-01"),
            ("sub-02/anat/sub-01_T1w.nii.gz", "its folder is not sub-01"),
            ("sub-01/anat/T1w.nii.gz", "it does not begin with sub-"),
            ("sub-01/anat/brain.nii.gz", "it does not begin with sub-"),
            ("sub-01/anat/sub-01_T1w-2.nii.gz", "it does not end in a suffix such as _T1w"),
            ("sub-01/anat/sub-01_old_T1w.nii.gz", "'old' is no key-value pair of letters and digits"),
            ("sub-01/anat/sub-01__T1w.nii.gz", "'' is no key-value pair of letters and digits"),
            ("sub-01/anat/sub-01_acq-a-b_T1w.nii.gz", "'acq-a-b' is no key-value pair of letters and digits"),
            ("sub-01/anat/sub-01_acq-ä_T1w.nii.gz", "'acq-ä' is no key-value pair of letters and digits"),
            ("sub-01/anat/sub-01_run-1_run-2_T1w.nii.gz", "run stands in it twice"),
            ("sub-01/ses-1/anat/sub-01_T1w.nii.gz", "its name says no session, its folder ses-1"),
            ("sub-01/anat/sub-01_ses-1_T1w.nii.gz", "its name says ses-1, its folder no session"),
            ("sub-01/anat/deep/sub-01_T1w.nii.gz", "it lies deeper than the data type's folder"),
            ("sub-01/anat/sub-01_mod-T1w_defacemask.nii.gz", "_defacemask is a label map or a mask, and no image"),
            ("sub-01/anat/sub-01_dseg.nii.gz", "_dseg is a label map or a mask, and no image"),
            ("sub-01/anat/sub-01_T1w.txt", "no image file"),
        ])
    func refused(image: String, reason: String) {
        #expect(throws: BIDSError.notABIDSName(image, reason: reason)) { try BIDSImageName(image) }
    }

    @Test(
        "A task's name as a value of seg",
        arguments: [
            ("hippocampus", "hippocampus"), ("head-neck", "headNeck"), ("Left atrium (MR) 2", "LeftAtriumMR2"),
            ("a_b", "aB"), ("心房", "task"), ("", "task"), ("../x", "x"),
        ])
    func segmentation(name: String, label: String) {
        #expect(BIDSImageName.label(name) == label)
    }
}

@Suite("BIDS: participants and sessions")
struct BIDSSelectionTests {
    let folder = TemporaryFolder()

    /// Two participants, one with two sessions, and a third without images.
    func dataset() throws -> BIDSDataset {
        try makeTree(
            folder,
            [
                "raw/sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz", "raw/sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz",
                "raw/sub-02/anat/sub-02_T1w.nii.gz", "raw/sub-10/ses-3/beh/notes.txt", "raw/sub-file", "raw/code/x.py",
            ])
        return try BIDSDataset(folder.file("raw/"), validating: false)
    }

    @Test("Labels with and without their prefix; sessions with the participants that have them")
    func select() throws {
        let dataset = try dataset()
        #expect(dataset.path == folder.file("raw"))
        #expect(dataset.participants == ["01", "02", "10"])
        #expect(try dataset.select() == .all)
        let both = BIDSSelection(folders: ["sub-01", "sub-02"])
        #expect(try dataset.select(participants: ["01", "sub-02", "02"]) == both)
        #expect(try dataset.select(sessions: ["ses-2", "3"]).folders == ["sub-01/ses-2", "sub-10/ses-3"])
        #expect(try dataset.select(participants: ["01"], sessions: ["1"]).folders == ["sub-01/ses-1"])
    }

    @Test("Unknown labels are refused with those that are there")
    func unknown() throws {
        let dataset = try dataset()
        var error = #expect(throws: BIDSError.self) { try dataset.select(participants: ["01", "1", "sub-3"]) }
        #expect(error?.description == "--participant-label 1 3: not in the data set, which has 01 02 10")
        error = #expect(throws: BIDSError.self) { try dataset.select(participants: ["01"], sessions: ["3"]) }
        #expect(error?.description == "--session-label 3: not in the data set, which has 1 2")
        error = #expect(throws: BIDSError.self) { try dataset.select(participants: ["02"], sessions: ["1"]) }
        #expect(error?.description == "--session-label 1: not in the data set, which has none")
    }

    @Test(
        "A pipeline's globs are kept to the chosen folders",
        arguments: [
            ("**/*.nii.gz", ["sub-01/ses-1/**/*.nii.gz", "sub-02/**/*.nii.gz"]),
            ("*_T1w.nii.gz", ["sub-01/ses-1/**/*_T1w.nii.gz", "sub-02/**/*_T1w.nii.gz"]),
            ("sub-*/**/*.nii", ["sub-01/ses-1/**/*.nii", "sub-02/**/*.nii"]),
            ("sub-*/anat/*.nii", ["sub-02/anat/*.nii"]),
            ("sub-0[2-9]/anat/*.nii", ["sub-02/anat/*.nii"]), ("derivatives/**/*.nii", []), ("sub-02/*", ["sub-02/*"]),
            ("sub-*", ["sub-01/ses-1/**/sub-*", "sub-02/**/sub-*"]),
            (
                "**/ses-1/anat/*.nii",
                ["sub-01/ses-1/**/ses-1/anat/*.nii", "sub-01/ses-1/anat/*.nii", "sub-02/**/ses-1/anat/*.nii"]
            ),
        ])
    func restrict(glob: String, expected: [String]) {
        var input = InputSelection()
        input.include = [glob]
        let selection = BIDSSelection(folders: ["sub-01/ses-1", "sub-02"])
        let restricted = selection.restrict(input)
        #expect(restricted.include == expected)
        #expect(!restricted.includesDICOM)
        #expect(BIDSSelection.all.restrict(input).include == [glob])
    }

    @Test("What the search finds with these globs is what the selection holds, and no mask")
    func discovered() throws {
        let dataset = try dataset()
        try makeTree(folder, ["raw/sub-02/anat/sub-02_mod-T1w_defacemask.nii.gz"])
        let all = try StudyDiscovery.discover(
            dataset.path, selection: BIDSSelection.all.restrict(InputSelection())
        ).cases.map(\.path)
        #expect(
            Set(all) == [
                "sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz", "sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz",
                "sub-02/anat/sub-02_T1w.nii.gz",
            ])
        for chosen in [(["01"], []), (["02"], []), ([], ["2"]), (["01"], ["1", "2"])] as [([String], [String])] {
            let selection = try dataset.select(participants: chosen.0, sessions: chosen.1)
            let found = try StudyDiscovery.discover(
                dataset.path, selection: selection.restrict(InputSelection())
            ).cases.map(\.path)
            #expect(found.sorted() == all.filter(selection.contains).sorted())
            #expect(!found.isEmpty)
        }
    }

    @Test("A folder that is no BIDS data set")
    func notADataset() throws {
        #expect(throws: BIDSError.missing(folder.file("none"))) { try BIDSDataset(folder.file("none")) }
        try makeTree(folder, ["flat/sub-01_T1w.nii.gz"])
        var error = #expect(throws: BIDSError.self) { try BIDSDataset(folder.file("flat")) }
        #expect(error?.description.contains("it has no folder sub-<label>") == true)
        _ = try dataset()
        error = #expect(throws: BIDSError.self) { try BIDSDataset(folder.file("raw")) }
        #expect(error?.description.contains("dataset_description.json is not there or not JSON") == true)
        try writeText(#"{"Name": "x"}"#, to: folder.file("raw/dataset_description.json"))
        error = #expect(throws: BIDSError.self) { try BIDSDataset(folder.file("raw")) }
        #expect(
            error?.description.contains("lacks Name or BIDSVersion; correct it, or use --skip-bids-validation") == true)
        try writeText(#"{"Name": "x", "BIDSVersion": "1.8.0"}"#, to: folder.file("raw/dataset_description.json"))
        _ = try BIDSDataset(folder.file("raw"))
    }

    @Test("A derivative lies below derivatives or outside, and never in the data set's own folders")
    func apart() throws {
        let dataset = try dataset()
        for output in ["raw/derivatives/tomos", "raw/derivatives/a/b", "out", "raw2"] {
            try dataset.requireApart(folder.file(output))
        }
        for output in ["raw", "raw/", "raw/derivatives", "raw/sub-01", "raw/out", "raw/../raw/out"] {
            #expect(throws: BIDSError.self) { try dataset.requireApart(folder.file(output)) }
        }
    }

    @Test(
        "The way from the derivative to its data set",
        arguments: [("raw/derivatives/tomos", "../.."), ("out", "../raw"), ("a/b/c", "../../../raw")])
    func link(output: String, expected: String) throws {
        let dataset = try dataset()
        try makeTree(folder, [output + "/x"])
        #expect(dataset.link(from: folder.file(output)) == expected)
        // Only by way of the root: it would tell of this machine.
        #expect(dataset.link(from: "/proc") == nil)
    }
}
