import Foundation
import TestSupport
import Testing

@Suite("tomos convert --bids")
struct ConvertBIDSTests {
    let folder = TemporaryFolder()
    let tomos: Program

    /// Three series of one description, two of them to be runs in the order of their numbers.
    init() throws {
        tomos = Program(folder: folder)
        try folder.copySeries(to: "in/z", number: 2)
        try folder.copySeries(to: "in/y", number: 4)
        try folder.copySeries(to: "in/x", number: 5)
        try folder.write(
            """
            descriptions:
              - datatype: func
                suffix: bold
                entities: { task: rest }
                criteria: { SeriesDescription: "Trunk*", SeriesNumber: { le: 4 } }
                sidecar_changes: { RepetitionTime: 2.5, Instructions: [ "lie", "still" ], TaskName: Rest }
            """, to: "map.yaml")
    }

    private func sidecar(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("Names, runs, changes of sidecars, the description of the data set, and what is left out")
    func tree() throws {
        let outcome = try tomos(
            "convert", "in", "--bids", "map.yaml", "--subject", "sub-01", "--session", "a", "-o", "data")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let stem = "sub-01/ses-a/func/sub-01_ses-a_task-rest_run-"
        let images = ["\(stem)1_bold", "\(stem)2_bold"]
        let wanted = ["dataset_description.json"] + images.flatMap { [$0 + ".json", $0 + ".nii.gz"] }
        let files = folder.files.filter { $0.hasPrefix("data/") }.map { String($0.dropFirst(5)) }
        #expect(files.sorted() == wanted)
        #expect(outcome.output.contains("data/\(stem)1_bold.nii.gz: 96x96x31 uint16, from in/z"))
        #expect(outcome.output.contains("data/\(stem)2_bold.nii.gz: 96x96x31 uint16, from in/y"))
        #expect(
            outcome.errors.contains("in/x (series 5, 31 DICOM files): left out, no description of map.yaml fits it"))
        let values = try sidecar("data/\(stem)1_bold.json")
        #expect(values["TaskName"] as? String == "Rest" && values["RepetitionTime"] as? Double == 2.5)
        #expect(values["Instructions"] as? [String] == ["lie", "still"] && values["SeriesNumber"] as? Int == 2)
        let description = try sidecar("data/dataset_description.json")
        #expect(description["DatasetType"] as? String == "raw" && description["Name"] as? String == "data")
    }

    @Test("A description that is there stays, and another subject joins") func second() throws {
        try folder.write("{\"Name\": \"mine\"}", to: "data/dataset_description.json")
        for subject in ["01", "02"] {
            let outcome = try tomos("convert", "in", "--bids", "map.yaml", "--subject", subject, "-o", "data", "-q")
            #expect(outcome.code == 0)
        }
        #expect(try sidecar("data/dataset_description.json")["Name"] as? String == "mine")
        #expect(folder.list("data") == ["dataset_description.json", "sub-01", "sub-02"])
        let again = try tomos("convert", "in", "--bids", "map.yaml", "--subject", "02", "-o", "data")
        #expect(again.code == 73 && again.errors.contains("_bold.nii.gz: is there already"))
    }

    @Test("IntendedFor leads from an id to the files of a description") func intendedFor() throws {
        try folder.write(
            """
            {"descriptions": [
              {"id": "rest", "datatype": "func", "suffix": "bold", "custom_entities": "task-rest",
               "criteria": {"SeriesNumber": 2}},
              {"datatype": "fmap", "suffix": "epi", "custom_entities": "dir-AP", "criteria": {"SeriesNumber": "4"},
               "sidecar_changes": {"IntendedFor": "rest"}}
            ]}
            """, to: "map.json")
        #expect(try tomos("convert", "in", "--bids", "map.json", "--subject", "1", "-o", "data", "-q").code == 0)
        let values = try sidecar("data/sub-1/fmap/sub-1_dir-AP_epi.json")
        #expect(values["IntendedFor"] as? [String] == ["bids::sub-1/func/sub-1_task-rest_bold.nii.gz"])
    }

    @Test("A series that two descriptions fit stops the conversion") func ambiguous() throws {
        let one = "{ datatype: anat, suffix: T1w, criteria: { Modality: CT } }"
        let two = "{ datatype: anat, suffix: T2w, criteria: { SeriesNumber: 4 } }"
        try folder.write("descriptions: [\(one), \(two)]", to: "map.yaml")
        let outcome = try tomos("convert", "in", "--bids", "map.yaml", "--subject", "1", "-o", "data")
        #expect(outcome.code == 1 && folder.list("data").isEmpty)
        #expect(
            outcome.errors.contains(
                "in/y (series 4, 31 DICOM files): 2 descriptions of map.yaml fit it: map.yaml:1:16 anat T1w"))
        let kept = try tomos("convert", "in", "--bids", "map.yaml", "--subject", "1", "-o", "data", "--keep-going")
        #expect(kept.code == 1 && folder.list("data/sub-1/anat").filter { $0.hasSuffix(".nii.gz") }.count == 2)
    }

    @Test("Nothing that fits is an error with what there is") func nothing() throws {
        try folder.write("descriptions: [{ datatype: pet, suffix: pet, criteria: { Modality: PT } }]", to: "map.yaml")
        let outcome = try tomos("convert", "in", "--bids", "map.yaml", "--subject", "1", "-o", "data")
        #expect(outcome.code == 78 && folder.list("data").isEmpty)
        #expect(
            outcome.errors.contains("no description fits any of the 3 images")
                && outcome.errors.contains("\n  in/x (series 5"))
    }

    @Test(
        "Command lines that do not go together",
        arguments: [
            (["--bids", "map.yaml", "-o", "d"], "name the subject with --subject"),
            (
                ["--bids", "map.yaml", "--subject", "a-b", "-o", "d"],
                "--subject a-b: labels of BIDS are letters and digits"
            ),
            (["--subject", "1", "-o", "d"], "--subject and --session go with --bids MAPPING"),
            (["--bids", "map.yaml", "--subject", "1"], "name the data set's folder with -o"),
            (["--bids", "map.yaml", "--subject", "1", "-o", "d", "-f", "%s"], "leave out -f"),
            (["--bids", "map.yaml", "--subject", "1", "-o", "d", "-w", "2"], "leave out -w 2"),
        ])
    func usage(_ arguments: [String], _ message: String) throws {
        let outcome = try tomos.run(["convert", "in"] + arguments)
        #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    }
}
