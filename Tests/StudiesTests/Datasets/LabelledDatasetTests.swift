import Foundation
import TestSupport
import Testing
import Volumes

@testable import Studies

@Suite("Data sets")
struct LabelledDatasetTests {
    let folder = TemporaryFolder()

    private func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: folder.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// `image labels name` of each pair, paths without the test's folder.
    private func short(_ dataset: LabelledDataset) -> [String] {
        dataset.pairs.map { "\($0.image) \($0.labels) \($0.name)".replacing(folder.path + "/", with: "") }
    }

    private func names(_ dataset: LabelledDataset) -> [String] { dataset.labels.entries.map { "\($0.id) \($0.name)" } }

    /// Keys and forms as in Task04_Hippocampus/dataset.json of the Medical Segmentation Decathlon.
    @Test("Decathlon")
    func decathlon() throws {
        try makeTree(
            folder,
            ["t/imagesTr/h_1.nii.gz", "t/imagesTr/h_2.nii.gz", "t/labelsTr/h_1.nii.gz", "t/labelsTr/h_2.nii.gz"])
        try write(
            """
            { "name": "Hippocampus", "description": "Left and right", "tensorImageSize": "3D", "modality": { "0": "MRI" },
              "labels": { "0": "background", "1": "Anterior", "2": "Posterior" }, "numTraining": 2, "numTest": 1,
              "training": [ { "image": "./imagesTr/h_2.nii.gz", "label": "./labelsTr/h_2.nii.gz" },
                            { "image": "./imagesTr/h_1.nii.gz", "label": "./labelsTr/h_1.nii.gz" } ],
              "test": [ "./imagesTs/h_3.nii.gz" ] }
            """, to: "t/dataset.json")
        for path in ["t", "t/", "t/dataset.json"] {
            let found = try LabelledDataset.read(folder.file(path))
            #expect(
                short(found) == [
                    "t/imagesTr/h_2.nii.gz t/labelsTr/h_2.nii.gz h_2",
                    "t/imagesTr/h_1.nii.gz t/labelsTr/h_1.nii.gz h_1",
                ])
            #expect(found.name == "Hippocampus" && names(found) == ["1 Anterior", "2 Posterior"])
            #expect(!found.isCT && found.notices.isEmpty)
        }
    }

    /// nnU-Net's documentation/dataset_format.md: channels, labels by name, no list of cases.
    @Test("nnU-Net version 2")
    func nnUNet() throws {
        try makeTree(
            folder,
            ["d/imagesTr/a_0000.nii.gz", "d/imagesTr/b_0000.nii.gz", "d/labelsTr/b.nii.gz", "d/labelsTr/a.nii.gz"])
        let json = { (channels: String, labels: String, more: String) in
            "{ \"channel_names\": {\(channels)}, \"labels\": {\(labels)}, \"numTraining\": 3, \"file_ending\": \".nii.gz\"\(more) }"
        }
        let labels = "\"background\": 0, \"spleen\": 1"
        try write(json("\"0\": \"CT\"", labels, ""), to: "d/dataset.json")
        let found = try LabelledDataset.read(folder.file("d"))
        #expect(
            short(found) == [
                "d/imagesTr/a_0000.nii.gz d/labelsTr/a.nii.gz a", "d/imagesTr/b_0000.nii.gz d/labelsTr/b.nii.gz b",
            ])
        #expect(found.name == "d" && names(found) == ["1 spleen"] && found.isCT)
        #expect(found.notices == [folder.file("d/dataset.json") + ": numTraining says 3 cases; there are 2"])
        let listed =
            ", \"dataset\": { \"a\": { \"images\": [\"imagesTr/a_0000.nii.gz\"], \"label\": \"labelsTr/a.nii.gz\" } }"
        try write(json("\"0\": \"CT\"", labels, listed), to: "d/dataset.json")
        #expect(short(try LabelledDataset.read(folder.file("d"))) == ["d/imagesTr/a_0000.nii.gz d/labelsTr/a.nii.gz a"])
        try makeTree(folder, ["d/imagesTr/a_0001.nii.gz"])
        try write(json("\"0\": \"T1\", \"1\": \"T2\"", labels, ""), to: "d/dataset.json")
        let channels = #expect(throws: NamePairError.self) { try LabelledDataset.read(folder.file("d")) }
        #expect(channels?.description.contains("2 channels of 'a'") == true)
    }

    @Test("nnU-Net version 1 lists images without their channel")
    func nnUNetVersion1() throws {
        try makeTree(folder, ["imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz"])
        try write(
            "{\"labels\": {\"0\": \"b\", \"1\": \"x\"}, \"training\": [{\"image\": \"./imagesTr/a.nii.gz\", \"label\": \"./labelsTr/a.nii.gz\"}]}",
            to: "dataset.json")
        #expect(short(try LabelledDataset.read(folder.path)) == ["imagesTr/a_0000.nii.gz labelsTr/a.nii.gz a"])
        try makeTree(folder, ["imagesTr/a_0001.nii.gz"])
        #expect(throws: NamePairError.self) { try LabelledDataset.read(folder.path) }
    }

    static let unfit: [(json: String, message: String)] = [
        (
            "{\"labels\": {}, \"training\": [{\"image\": \"i/a.nii\", \"label\": \"l/no.nii\"}]}",
            "dataset.json: training[0].label: there is no file l/no.nii"
        ),
        (
            "{\"labels\": {}, \"training\": [{\"image\": \"i/no.nii\", \"label\": \"l/a.nii\"}]}",
            "dataset.json: training[0].image: there is no file i/no.nii"
        ),
        (
            "{\"training\": [{\"image\": \"../a.nii\", \"label\": \"l/a.nii\"}]}",
            "dataset.json: training[0].image: '../a.nii' leads out of the data set's folder; name files within it"
        ),
        (
            "{\"training\": [{\"image\": \"i/a.nii\", \"label\": \"/etc/l.nii\"}]}",
            "dataset.json: training[0].label: '/etc/l.nii' leads out of the data set's folder; name files within it"
        ),
        ("{\"training\": [{\"image\": \"i/a.nii\"}]}", "dataset.json: training[0]: 'label' is missing"),
        (
            "{\"training\": [{\"image\": 3, \"label\": \"x\"}]}",
            "dataset.json: training[0].image: not what a dataset.json has here"
        ),
        ("{\"training\": []}", "dataset.json: training: no case is listed"),
        ("{\"labels\": {\"x\": 1}}", "dataset.json: training: there is no file imagesTr"),
        (
            "{\"file_ending\": \".png\", \"labels\": {\"x\": 1}}",
            "dataset.json: file_ending: '.png': no ending of an image file that is read (.nii.gz, .nrrd, .mha and .mgz are, for example)"
        ),
        (
            "{\"labels\": {\"background\": 0, \"x\": 1, \"ignore\": 2}}",
            "dataset.json: labels: 'ignore' (2) marks voxels that nobody labelled, which a task pack cannot hold; "
                + "make label maps without it, or choose labels with --images, --labels and --label"
        ),
        (
            "{\"training\": [{\"image\": \"i/a.nii\", \"label\": \"l/b.nii\"}, {\"image\": \"i/b.nii\", \"label\": \"l/a.nii\"}]}",
            "the label maps are not in the order of the images; by their names the pairs are\n"
                + "  i/a.nii  l/a.nii\n  i/b.nii  l/b.nii\n  (give both lists in the same order, or two folders)"
        ),
        (
            "nonsense",
            "dataset.json: no data set: not JSON of a dataset.json; give a Decathlon or nnU-Net dataset.json or its folder, "
                + "or a BIDS derivative's folder; or use --images and --labels"
        ),
    ]

    @Test("A dataset.json that does not fit", arguments: unfit.indices)
    func refused(_ number: Int) throws {
        let (json, message) = Self.unfit[number]
        try makeTree(folder, ["i/a.nii", "i/b.nii", "l/a.nii", "l/b.nii"])
        try write(json, to: "dataset.json")
        let error = #expect(throws: (any Error).self) { try LabelledDataset.read(folder.path) }
        let told = (error as? any TomosError)?.description.replacing(folder.path + "/", with: "")
        #expect(told == message)
    }

    @Test("A BIDS derivative with images in the raw data set, its table above")
    func bidsRaw() throws {
        let maps = [
            "sub-01/anat/sub-01_desc-manual_dseg.nii.gz", "sub-02/ses-1/anat/sub-02_ses-1_desc-manual_dseg.nii.gz",
        ]
        try makeTree(
            folder,
            [
                "sub-01/anat/sub-01_T1w.nii.gz", "sub-02/ses-1/anat/sub-02_ses-1_T1w.nii.gz",
                "sub-03/anat/sub-03_T1w.nii.gz",
            ]
                + ["sub-01/func/sub-01_task-rest_bold.nii.gz", "derivatives/other/sub-01/anat/sub-01_T1w.nii.gz"]
                + maps.map { "derivatives/manual/" + $0 })
        try write(
            "{\"Name\": \"By hand\", \"BIDSVersion\": \"1.8.0\"}", to: "derivatives/manual/dataset_description.json")
        try write(
            "index\tname\tcolor\n1\tLeft Thalamus\t#ff0000\n2\tx\tn/a\n", to: "derivatives/manual/desc-manual_dseg.tsv")
        let found = try LabelledDataset.read(folder.file("derivatives/manual/"))
        #expect(
            short(found) == [
                "sub-01/anat/sub-01_T1w.nii.gz derivatives/manual/\(maps[0]) sub-01_T1w",
                "sub-02/ses-1/anat/sub-02_ses-1_T1w.nii.gz derivatives/manual/\(maps[1]) sub-02_ses-1_T1w",
            ])
        #expect(found.name == "By hand" && names(found) == ["1 Left Thalamus", "2 x"])
        #expect(found.labels[1]?.colour == Colour(255, 0, 0))
        let raw = #expect(throws: DatasetError.self) { try LabelledDataset.read(folder.path) }
        #expect(raw == .rawDataset(folder.path, derivatives: [folder.file("derivatives/manual")]))
        // Of the raw data set, only folders in which there are label maps are looked at.
        #expect(found.notices.isEmpty)
        try write("index\tname\n1\tother\n", to: "derivatives/manual/sub-01/anat/sub-01_desc-manual_dseg.tsv")
        let error = #expect(throws: DatasetError.self) { try LabelledDataset.read(folder.file("derivatives/manual")) }
        #expect(
            error?.description.replacing(folder.file("derivatives/manual/"), with: "")
                == "desc-manual_dseg.tsv and sub-01/anat/sub-01_desc-manual_dseg.tsv: label 1 is 'Left Thalamus' in one and "
                + "'other' in the other; correct one of the tables")
    }

    @Test("A BIDS derivative with its own images; masks of one structure")
    func bidsOwn() throws {
        try makeTree(
            folder,
            ["d/sub-1/anat/sub-1_desc-preproc_T1w.nii.gz", "d/sub-1/anat/sub-1_space-MNI_T1w.nii.gz"]
                + ["d/sub-1/anat/sub-1_dseg.nii.gz", "d/sub-1/anat/sub-1_desc-brain_mask.nii.gz"]
                + ["m/sub-1/anat/sub-1_T1w.nii.gz", "m/sub-1/anat/sub-1_label-lesion_mask.nii.gz"])
        let found = try LabelledDataset.read(folder.file("d"))
        #expect(
            short(found) == [
                "d/sub-1/anat/sub-1_desc-preproc_T1w.nii.gz d/sub-1/anat/sub-1_dseg.nii.gz sub-1_desc-preproc_T1w"
            ])
        #expect(found.notices == [folder.file("d") + ": 1 images without label map are left out"])
        let masks = try LabelledDataset.read(folder.file("m"))
        #expect(names(masks) == ["1 lesion"] && masks.pairs.map(\.name) == ["sub-1_T1w"])
        try makeTree(folder, ["s/sub-1_T1w.nii.gz", "s/sub-1_dseg.nii.gz", "s/sub-1_desc-aseg_dseg.nii.gz"])
        let several = #expect(throws: NamePairError.self) { try LabelledDataset.read(folder.file("s")) }
        #expect(several?.description.contains("2 label maps go by its name") == true)
        try makeTree(folder, ["alone/sub-1/anat/sub-1_dseg.nii.gz", "empty/notes.txt"])
        let alone = #expect(throws: NamePairError.self) { try LabelledDataset.read(folder.file("alone")) }
        #expect(alone?.description.contains("sub-1_dseg.nii.gz: no image of this name in ") == true)
        let empty = #expect(throws: DatasetError.self) { try LabelledDataset.read(folder.file("empty")) }
        #expect(empty?.description.contains("no dataset.json, and no BIDS label map") == true)
        #expect(throws: DatasetError.missing("/no/such")) { try LabelledDataset.read("/no/such") }
    }
}
