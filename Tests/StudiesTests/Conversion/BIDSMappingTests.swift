import Foundation
import TestSupport
import Testing
import VolumeIO

@testable import Configuration
@testable import Studies

@Suite("Mapping files of BIDS trees") struct BIDSMappingTests {
    let folder = TemporaryFolder()

    private func mapping(_ text: String) throws -> BIDSMapping {
        try folder.write(Array(text.utf8), to: "map.yaml")
        return try BIDSMapping(folder.file("map.yaml"))
    }

    /// The example of dcm2bids' documentation (how-to, create a configuration file), and the same in YAML.
    private static let json = """
        {"descriptions": [
          {"datatype": "anat", "suffix": "T2w", "criteria": {"SeriesDescription": "*T2*", "EchoTime": 0.1},
           "sidecar_changes": {"ProtocolName": "T2"}},
          {"id": "task_rest", "datatype": "func", "suffix": "bold", "custom_entities": "task-rest_dir-AP",
           "criteria": {"ProtocolName": "func_task-*", "ImageType": ["ORIG*", "PRIMARY", "M"]}}
        ]}
        """
    private static let yaml = """
        descriptions:
          - datatype: anat
            suffix: T2w
            criteria: { SeriesDescription: "*T2*", EchoTime: 0.1 }
            sidecar_changes: { ProtocolName: T2 }
          - id: task_rest
            datatype: func
            suffix: bold
            entities: { task: rest, dir: AP }
            criteria: { ProtocolName: func_task-*, ImageType: [ "ORIG*", PRIMARY, M ] }
        """

    @Test("JSON of dcm2bids and YAML say the same", arguments: [json, yaml]) func forms(_ text: String) throws {
        let found = try mapping(text).descriptions
        #expect(found.map(\.datatype) == ["anat", "func"] && found.map(\.suffix) == ["T2w", "bold"])
        #expect(found[1].id == "task_rest" && found[1].entities == ["task": "rest", "dir": "AP"])
        #expect(found[0].criteria == ["SeriesDescription": .pattern("*T2*"), "EchoTime": .number(0.1)])
        #expect(found[0].changes == ["ProtocolName": .text("T2")])
        let types: [BIDSCriterion] = [.pattern("ORIG*"), .pattern("PRIMARY"), .pattern("M")]
        #expect(found[1].criteria["ImageType"] == .list(types))
    }

    @Test(
        "What is wrong is named with line and column, and the nearest key",
        arguments: [
            ("descriptons: []", "map.yaml:1:1: unknown key 'descriptons'; did you mean 'descriptions'?"),
            ("descriptions: []", "key 'descriptions' is missing"), ("descriptions: x", "descriptions cannot be 'x'"),
            (
                "descriptions:\n  - datatype: anat\n    sufix: T1w",
                "map.yaml:3:5: unknown key 'sufix' in a description; did you mean 'suffix'?"
            ),
            ("descriptions:\n  - datatype: anta", "map.yaml:2:15: datatype cannot be 'anta'"),
            (
                "descriptions:\n  - { datatype: anat, suffix: T1w, criteria: {A: b}, entities: { taks: x } }",
                "unknown key 'taks' in entities; did you mean 'task'?"
            ),
            ("descriptions:\n  - { datatype: anat, suffix: T1w }", "map.yaml:2:5: key 'criteria' is missing"),
            (
                "descriptions:\n  - { datatype: func, suffix: bold, criteria: { A: b } }",
                "key 'entities' is missing; add 'entities: { task: rest }"
            ),
            ("dcm2niixOptions: -b y", "no other program is run"),
            (
                "descriptions:\n  - { datatype: anat, suffix: T1w, criteria: { SidecarFilename: x } }",
                "use fields of the sidecar, such as SeriesNumber"
            ),
            ("descriptions:\n  - { datatype: anat, suffix: T1-w, criteria: { A: b } }", "suffix cannot be 'T1-w'"),
        ])
    func faults(_ text: String, _ message: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try mapping(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test(
        "Criteria fit as in dcm2bids",
        arguments: [
            (.pattern("*rest*"), .text("fMRI_rest_AP"), true), (.pattern("*rest*"), .text("fMRI_REST"), false),
            (.pattern("T?"), .text("T1"), true), (.number(0.03), .number(0.030000001), true),
            (.number(0.03), .number(0.031), false), (.number(3), .text("3"), true), (.pattern("3"), .number(3), true),
            (.number(2), .numbers([1, 2]), true), (.pattern("M"), .texts(["ORIGINAL", "M"]), true),
            (.list([.pattern("ORIG*"), .pattern("M")]), .texts(["ORIGINAL", "M"]), true),
            (.list([.pattern("ORIG*")]), .texts(["ORIGINAL", "M"]), false),
            (.any([.pattern("a"), .pattern("b")]), .text("b"), true),
            (.range(0, 1, includesBounds: false), .number(1), false),
            (.range(0, 1, includesBounds: true), .number(1), true),
            (.range(0, 1, includesBounds: true), .text("x"), false),
        ] as [(BIDSCriterion, DICOMSidecar.Value, Bool)])
    func criteria(_ criterion: BIDSCriterion, _ value: DICOMSidecar.Value, _ fits: Bool) {
        #expect(criterion.fits(value, isCaseSensitive: true) == fits)
    }

    @Test("Case counts unless the file says otherwise") func letters() throws {
        let text = "case_sensitive: false\n" + Self.yaml
        #expect(try mapping(text).fitting(["SeriesDescription": .text("ax t2"), "EchoTime": .number(0.1)]).count == 1)
        #expect(
            try mapping(Self.yaml).fitting(["SeriesDescription": .text("ax t2"), "EchoTime": .number(0.1)]).isEmpty)
        #expect(try mapping(Self.yaml).fitting(["SeriesDescription": .text("ax T2")]).isEmpty)
    }

    @Test("Entities stand in the order of the standard") func order() {
        let entities = ["run": "1", "sub": "01", "task": "rest", "echo": "2", "acq": "mb", "ses": "a"]
        #expect(
            BIDSEntities.name(entities, suffix: "bold") == "sub-01_ses-a_task-rest_acq-mb_run-1_echo-2_bold")
    }
}
