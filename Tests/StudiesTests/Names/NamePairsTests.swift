import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("Images and label maps paired by name")
struct NamePairsTests {
    let folder = TemporaryFolder()

    /// `image labels name` of each pair, paths without the test's folder.
    private func short(_ pairs: NamePairs) -> [String] {
        pairs.pairs.map { "\($0.image) \($0.labels) \($0.name)".replacing(folder.path + "/", with: "") }
    }

    private func message(_ body: () throws -> NamePairs) -> String {
        do { return "made " + short(try body()).joined(separator: ", ") } catch {
            return "\(error)".replacing(folder.path + "/", with: "")
        }
    }

    struct Folders: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let images: [String]
        let labels: [String]
        let pairs: [String]
    }

    static let fitting = [
        Folders(
            testDescription: "equal stems, dots in names and another ending",
            images: ["scan.v1.nii.gz", "scan.v2.nii.gz", "x.hdr", "x.img"],
            labels: ["scan.v2.nii", "scan.v1.nii.gz", "x.nii.gz"],
            pairs: [
                "i/scan.v1.nii.gz l/scan.v1.nii.gz scan.v1", "i/scan.v2.nii.gz l/scan.v2.nii scan.v2",
                "i/x.hdr l/x.nii.gz x",
            ]),
        Folders(
            testDescription: "nnU-Net", images: ["MS_10_0000.nii.gz", "MS_1_0000.nii.gz", "MS_2_0000.nii.gz"],
            labels: ["MS_1.nii.gz", "MS_10.nii.gz", "MS_2.nii.gz"],
            pairs: [
                "i/MS_10_0000.nii.gz l/MS_10.nii.gz MS_10", "i/MS_1_0000.nii.gz l/MS_1.nii.gz MS_1",
                "i/MS_2_0000.nii.gz l/MS_2.nii.gz MS_2",
            ]),
        Folders(
            testDescription: "numbers that are no channels", images: ["case_0001.nii", "case_0002.nii"],
            labels: ["case_0001.nii", "case_0002.nii"],
            pairs: ["i/case_0001.nii l/case_0001.nii case_0001", "i/case_0002.nii l/case_0002.nii case_0002"]),
        Folders(
            testDescription: "endings of label maps", images: ["a.nii", "b_img.nii", "patient001_frame01.nii.gz"],
            labels: ["a_seg.nii", "b_Labels.nii", "patient001_frame01_gt.nii.gz"],
            pairs: [
                "i/a.nii l/a_seg.nii a", "i/b_img.nii l/b_Labels.nii b_img",
                "i/patient001_frame01.nii.gz l/patient001_frame01_gt.nii.gz patient001_frame01",
            ]),
        Folders(
            testDescription: "BIDS", images: ["sub-01_ses-1_T1w.nii.gz", "sub-01_ses-2_T1w.nii.gz"],
            labels: ["sub-01_ses-1_desc-manual_dseg.nii.gz", "sub-01_ses-2_label-lesion_mask.nii.gz"],
            pairs: [
                "i/sub-01_ses-1_T1w.nii.gz l/sub-01_ses-1_desc-manual_dseg.nii.gz sub-01_ses-1_T1w",
                "i/sub-01_ses-2_T1w.nii.gz l/sub-01_ses-2_label-lesion_mask.nii.gz sub-01_ses-2_T1w",
            ]),
        Folders(
            testDescription: "BIDS, the modality in the label map's name",
            images: ["sub-1_T1w.nii.gz", "sub-1_T2w.nii.gz"],
            labels: ["sub-1_T1w_dseg.nii.gz", "sub-1_T2w_dseg.nii.gz"],
            pairs: [
                "i/sub-1_T1w.nii.gz l/sub-1_T1w_dseg.nii.gz sub-1_T1w",
                "i/sub-1_T2w.nii.gz l/sub-1_T2w_dseg.nii.gz sub-1_T2w",
            ]),
        Folders(
            testDescription: "a part that varies", images: ["img0001.nii.gz", "img0010.nii.gz"],
            labels: ["label0010.nii.gz", "label0001.nii.gz"],
            pairs: ["i/img0001.nii.gz l/label0001.nii.gz img0001", "i/img0010.nii.gz l/label0010.nii.gz img0010"]),
    ]

    @Test("Folders", arguments: fitting)
    func folders(_ names: Folders) throws {
        try makeTree(folder, names.images.map { "i/" + $0 } + names.labels.map { "l/" + $0 })
        let found = try NamePairs.find(images: [folder.file("i")], labels: [folder.file("l/")])
        #expect(short(found) == names.pairs)
        #expect(found.notices.isEmpty)
    }

    static let unfit: [(images: [String], labels: [String], start: String)] = [
        (["scan.v2.nii.gz"], ["scan.v1.nii.gz"], "l/scan.v1.nii.gz: no image of this name in i ("),
        (["a.v2.nii", "b.v2.nii"], ["a.v1.nii", "b.v1.nii"], "l/a.v1.nii: no image of this name in i ("),
        (["a.nii", "b.nii"], ["a.nii"], "i/b.nii: no label map of this name in l ("),
        (
            ["a.nii.gz"], ["a.nii", "a.nii.gz"],
            "l/a.nii and l/a.nii.gz: two files for one case, 'a'; keep the right one"
        ),
        (["a.hdr", "a.img", "a.nii"], ["a.nii"], "i/a.hdr and i/a.nii: two files for one case, 'a'"),
        (
            ["X_0000.nii.gz", "X_0001.nii.gz"], ["X.nii.gz"],
            "i/X_0000.nii.gz and i/X_0001.nii.gz: 2 channels of 'X'; a task pack takes one image for each label map"
        ),
        (
            ["a.nii"], ["a_seg.nii", "a_labels.nii"],
            "i/a.nii: 2 label maps go by its name, l/a_labels.nii and l/a_seg.nii"
        ),
        (
            ["sub-1_T1w.nii", "sub-1_T2w.nii"], ["sub-1_dseg.nii"],
            "l/sub-1_dseg.nii: 2 images go by its name, i/sub-1_T1w.nii and i/sub-1_T2w.nii"
        ),
        (["a.nii"], ["notes.txt"], "l: no files of images or label maps in the folder"),
    ]

    @Test("Folders that do not fit", arguments: unfit.indices)
    func refusedFolders(_ number: Int) throws {
        let (images, labels, start) = Self.unfit[number]
        try makeTree(folder, images.map { "i/" + $0 } + labels.map { "l/" + $0 })
        let told = message { try NamePairs.find(images: [folder.file("i")], labels: [folder.file("l")]) }
        #expect(told.hasPrefix(start), "\(told)")
    }

    @Test("A list in the order of its names, or of no names")
    func lists() throws {
        let named = try NamePairs.inOrder(["i/b.nii", "i/a.nii"], ["l/b_seg.nii", "l/a_seg.nii"])
        #expect(named.notices.isEmpty && short(named) == ["i/b.nii l/b_seg.nii b", "i/a.nii l/a_seg.nii a"])
        let silent = try NamePairs.inOrder(["i/b.nii", "i/a.nii"], ["l/x.nii", "l/y.nii"])
        #expect(short(silent) == ["i/b.nii l/x.nii b", "i/a.nii l/y.nii a"])
        #expect(
            silent.notices == [
                "the names do not tell which label map belongs to which image; paired in the order given: "
                    + "i/b.nii with l/x.nii and 1 more"
            ])
        let partly = try NamePairs.inOrder(["a.nii", "b.nii"], ["a_seg.nii", "z.nii"])
        #expect(partly.notices.first?.hasSuffix("given: b.nii with z.nii") == true)
        let channels = try NamePairs.inOrder(["X_0000.nii", "X_0001.nii"], ["X.nii", "X.nii"])
        #expect(channels.pairs.map(\.name) == ["X_0000", "X_0001"])
        #expect(channels.notices.first?.hasPrefix("X_0000.nii and X_0001.nii: channels of one case") == true)
        // Of one pair there is no other order.
        #expect(try NamePairs.inOrder(["image.nii.gz"], ["labels.nii.gz"]).notices.isEmpty)
        let nested = try NamePairs.inOrder(
            ["c1/imaging.nii", "c2/imaging.nii"], ["c1/segmentation.nii", "c2/segmentation.nii"])
        #expect(nested.notices.isEmpty && nested.pairs.map(\.name) == ["c1_imaging", "c2_imaging"])
    }

    @Test(
        "A list whose names tell another order",
        arguments: [
            // The order in which a shell gives `imagesTr/*` and `labelsTr/*`.
            (
                ["MS_10_0000.nii.gz", "MS_1_0000.nii.gz", "MS_2_0000.nii.gz"],
                ["MS_1.nii.gz", "MS_10.nii.gz", "MS_2.nii.gz"],
                """
                  MS_10_0000.nii.gz  MS_10.nii.gz
                  MS_1_0000.nii.gz  MS_1.nii.gz
                  MS_2_0000.nii.gz  MS_2.nii.gz
                """
            ),
            (["i/a.nii", "i/b.nii", "i/c.nii"], ["b.nii", "a.nii", "z.nii"], "  i/a.nii  a.nii\n  i/b.nii  b.nii"),
            (
                ["i/c1/t.nii", "i/c2/t.nii"], ["l/c2/t.nii", "l/c1/t.nii"],
                "  i/c1/t.nii  l/c1/t.nii\n  i/c2/t.nii  l/c2/t.nii"
            ),
            (
                ["volume-0.nii", "volume-1.nii"], ["segmentation-1.nii", "segmentation-0.nii"],
                "  volume-0.nii  segmentation-0.nii\n  volume-1.nii  segmentation-1.nii"
            ),
        ])
    func otherOrder(images: [String], labels: [String], pairs: String) {
        #expect(
            message { try NamePairs.inOrder(images, labels) }
                == "the label maps are not in the order of the images; by their names the pairs are\n\(pairs)\n"
                + "  (give both lists in the same order, or two folders)")
    }

    @Test("A list beside a folder, one folder for both, one file for both, lists that differ in length")
    func mixtures() throws {
        try makeTree(
            folder,
            ["i/X_0000.nii", "i/X_0001.nii", "i/Y_0000.nii", "i/Y_0001.nii", "l/X.nii", "l/Y.nii", "l/Z.nii"]
                + ["both/a.nii", "both/a_labels.nii", "both/b.nii", "both/b_labels.nii"])
        let channel = ["i/X_0001.nii", "i/Y_0001.nii"].map(folder.file)
        let found = try NamePairs.find(images: channel, labels: [folder.file("l")])
        #expect(short(found) == ["i/X_0001.nii l/X.nii X", "i/Y_0001.nii l/Y.nii Y"])
        #expect(found.notices == [folder.file("l/Z.nii") + ": left out, no image of its name is given"])
        let both = try NamePairs.find(images: [folder.file("both")], labels: [folder.file("both/")])
        #expect(short(both) == ["both/a.nii both/a_labels.nii a", "both/b.nii both/b_labels.nii b"])
        #expect(throws: NamePairError.sameFile("a.nii")) { try NamePairs.inOrder(["a.nii"], ["./a.nii"]) }
        #expect(throws: NamePairError.differentCounts(images: 2, labels: 1)) {
            try NamePairs.inOrder(["a.nii", "b.nii"], ["a.nii"])
        }
        #expect(throws: TwoFilesError(name: "a", paths: ["a.nii", "a.nii.gz"])) {
            try NamePairs.find(images: ["x/a.nii", "x/b.nii"], labels: ["a.nii", "a.nii.gz"])
        }
    }
}
