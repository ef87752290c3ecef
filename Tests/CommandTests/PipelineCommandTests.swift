import Foundation
import TestSupport
import Testing

@Suite("pipeline")
struct PipelineCommandTests {
    let folder = TemporaryFolder()
    let tomos: Program
    static let pack = repository + "/sample-data/packs/phantom"

    init() { tomos = Program(folder: folder) }

    @Test("A sound pipeline: every value with the place it comes from")
    func check() throws {
        try folder.write("include: base.yaml\nsegment: { support: 8 }\n", to: "p.yaml")
        try folder.write("version: 1\ntask: \(Self.pack)\nrun: { timeout: 90 min }\n", to: "base.yaml")
        let outcome = try tomos("pipeline", "check", "p.yaml", "--set", "segment.ensemble=2")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = outcome.output.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        for row in [
            ["version", "1", "base.yaml:1:10"], ["name", "p", "default"], ["segment.support", "8", "p.yaml:2:21"],
            ["segment.ensemble", "2", "--set", "segment.ensemble=2"], ["segment.fusion", "0.6", "default"],
            ["run.timeout", "90", "min", "base.yaml:3:17"], ["prepare.window", "the", "task's", "default"],
            ["segment.weights", "bundled", "default"],
        ] { #expect(rows.contains(row), "\(row) in\n\(outcome.output)") }
        // What was included is told by the places.
        #expect(!outcome.output.contains("\ninclude"))
        #expect(outcome.output.contains("task: phantom, 3 volumes, labels 1 liver, 2 spleen"))
        #expect(outcome.output.contains("weights: bundled, "))
        #expect(outcome.errors == "")
    }

    @Test("The resolved pipeline is one that is read again, elsewhere")
    func json() throws {
        try folder.write("version: 1\ntask: \(Self.pack)\nname: liver\nclean: [keep-largest]\n", to: "p.yaml")
        let first = try tomos("pipeline", "check", "p.yaml", "--json")
        #expect(first.code == 0, "\(first.errors)")
        try folder.write(first.output, to: "elsewhere/q.yaml")
        #expect(try tomos("pipeline", "check", "elsewhere/q.yaml", "--json").output == first.output)
    }

    @Test("What is wrong is said with its place, and the exit code is that of a bad configuration")
    func faults() throws {
        try folder.write("version: 1\ntask: \(Self.pack)\nsegment:\n  suport: 8\n", to: "key.yaml")
        try folder.write("version: 1\ntask: nowhere\n", to: "task.yaml")
        try folder.write("version: 1\ntask: ${TOMOS_TEST_UNSET}/x\n", to: "variable.yaml")
        try folder.write("include: key.yaml\n", to: "include.yaml")
        for (file, message) in [
            ("key.yaml", "key.yaml:4:3: unknown key 'suport' in segment; did you mean 'support'?"),
            ("include.yaml", "key.yaml:4:3: unknown key 'suport' in segment; did you mean 'support'?"),
            (
                "task.yaml",
                "task.yaml:2:7: task: nowhere: there is no such task pack (make one with 'tomos task create')"
            ),
            (
                "variable.yaml",
                "variable.yaml:2:7: task: the environment variable TOMOS_TEST_UNSET is not set; set it (export "
                    + "TOMOS_TEST_UNSET=...), or write ${TOMOS_TEST_UNSET:-...} with what holds without it"
            ),
        ] {
            let outcome = try tomos("pipeline", "check", file)
            #expect(outcome.code == 78)
            #expect(outcome.errors == "tomos: error: \(message)\n")
            #expect(outcome.output == "")
        }
        #expect(try tomos("pipeline", "check", "none.yaml").code == 66)
        #expect(try tomos("pipeline", "check", "task.yaml", "--set", "support=0").code == 78)
    }

    @Test("Schema and page are printed")
    func printed() throws {
        let schema = try tomos("pipeline", "schema")
        #expect(schema.code == 0)
        let object = try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) as? [String: Any]
        #expect(object?["title"] as? String == "Tomos pipeline")
        let page = try tomos("pipeline", "docs")
        #expect(page.output == (try String(contentsOfFile: repository + "/docs/pipeline.md", encoding: .utf8)))
    }
}
