import Configuration
import Foundation
import Platform
import Segmentation
import TestSupport
import Testing

@testable import Pipelines

@Suite("The table of pipeline keys and the schema for editors")
struct PipelineSchemaTests {
    let folder = TemporaryFolder()

    /// Whether the parser takes the text.
    func isRead(_ text: String) -> Bool {
        let path = folder.file("p.yaml")
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            _ = try PipelineFile.load(path, variables: PathVariables([:]))
            return true
        } catch {
            return false
        }
    }

    // MARK: the table

    @Test("Each key stands once, and says what it does in a sentence")
    func table() {
        let paths = PipelineSchema.keys.map(\.path)
        #expect(Set(paths).count == paths.count)
        for key in PipelineSchema.keys {
            #expect(key.summary.hasSuffix("."), "\(key.path)")
            #expect(!key.allowed.isEmpty && key.fallback != "", "\(key.path)")
            #expect(PipelineSchema.key(key.path)?.path == key.path)
        }
        #expect(PipelineSchema.keys.filter { $0.fallback == nil }.map(\.path) == ["version", "task"])
        #expect(PipelineSchema.children(of: "input.select") == ["modality"])
        #expect(PipelineSchema.key("segment") == nil && PipelineSchema.isSection("segment"))
        let sections = Set(PipelineSchema.keys.map(\.section)).subtracting([""])
        #expect(sections.union(["input"]) == Set(PipelineSchema.sections.keys))
    }

    @Test("The forms of numbers are what the settings allow")
    func formsAreSettings() throws {
        for (path, setting) in [
            ("segment.support", SegmentSettings.support), ("segment.side", SegmentSettings.side),
            ("segment.ensemble", SegmentSettings.ensemble),
        ] {
            guard case .integer(let range, let step) = try #require(PipelineSchema.key(path)).form else {
                Issue.record("\(path) is no whole number")
                continue
            }
            for number in -10...2000 {
                #expect(
                    setting.allows(number) == (range.contains(number) && number.isMultiple(of: step)),
                    "\(path) \(number)")
            }
        }
        for (path, setting) in [
            ("segment.fusion", SegmentSettings.fusion), ("segment.threshold", SegmentSettings.threshold),
        ] {
            guard case .number(let from, let to, let isOpen) = try #require(PipelineSchema.key(path)).form else {
                Issue.record("\(path) is no number")
                continue
            }
            #expect(!setting.allows(from.nextDown) && !setting.allows(to.nextUp))
            #expect(setting.allows(from) == !isOpen && setting.allows(to) == !isOpen)
            #expect(setting.allows(from.nextUp) && setting.allows(to.nextDown))
        }
    }

    @Test("Defaults that are told are those that a new pipeline has")
    func defaults() throws {
        for (path, fallback) in [
            ("segment.support", "16"), ("segment.fusion", "0.6"), ("outputs", "[nifti, volumes]"), ("clean", "[]"),
            ("run.jobs", "auto: one per processor"), ("run.timeout", "none"), ("prepare.window", "the task's"),
        ] { #expect(PipelineSchema.key(path)?.fallback == fallback) }
    }

    // MARK: the schema

    @Test("The schema holds every key, with what it does, its default and no others")
    func structure() throws {
        let text = PipelineSchema.jsonSchema
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        #expect(schema["additionalProperties"] as? Bool == false)
        for key in PipelineSchema.keys {
            var object = schema
            for part in key.path.split(separator: ".") {
                #expect(object["additionalProperties"] as? Bool == false)
                let properties = try #require(object["properties"] as? [String: Any], "\(key.path)")
                object = try #require(properties[String(part)] as? [String: Any], "\(key.path)")
            }
            #expect((object["description"] as? String)?.hasPrefix(key.summary) == true)
        }
        #expect(text.contains("\"default\": 16"))
        #expect(text.contains("\"default\": [\"nifti\", \"volumes\"]"))
        #expect(!text.contains(NSHomeDirectory()) && !text.contains(FileManager.default.currentDirectoryPath))
    }

    /// Values that parser and schema both take.
    static let good: [String] =
        [
            "", "include: base.yaml", "include: [a.yaml, b/c.yaml]", "name: 3", "input:", "input: {}", "run:",
            "input: { include: dicom }", "input: { include: [\"**/*.nii.gz\", dicom], exclude: [] }",
            "input: { include: [\"sub-*/anat/*.nii\", \"a..b/.hidden\"], select: { modality: MR } }",
            "input: { tilt: shear, gaps: resample }", "prepare: { plane: axial }",
            "prepare: { plane: [axial, native], crop: none }",
            "prepare:\n  window: range(-200, 3e2)", "prepare: { window: \"percentile(.5,99.5)\" }",
            "prepare: { window: CT }",
            "segment: { weights: bundled, choose: auto, support: 512, side: 96, skip-empty: true }",
            "segment: { weights: nets/a.pt, ensemble: 4, fusion: 0, learned: false, doubtful: remove, fast: true }",
            "segment: { threshold: 0.001, labels: 3 }", "segment: { threshold: 0.999, labels: [1, 65535] }",
            "clean: keep-largest", "clean: []", "clean: [keep-largest, { keep-largest: {} }]",
            "clean: [ { keep-largest: { per: label, parts: 1000 } }, { smooth: 0.8 mm }, { remove-smaller: 20 mm3 } ]",
            "clean:\n  - remove-smaller: 1e3 mm³", "outputs: nifti", "outputs: [bids, seg.nrrd, volumes]",
            "outputs: []", "outputs: [report]",
            "run: { jobs: auto, workers: auto }", "run: { jobs: 1024, workers: 1 }",
            "run: { memory: 2GiB, reduce: allowed, timeout: 90 s }",
            "run: { memory: none, reduce: never, timeout: none }",
            "run: { memory: 1.5 gb, timeout: 1.5h }", "run: { memory: 512 MiB, timeout: 30 min }",
        ].map { "version: 1\ntask: packs/liver\n" + $0 }

    /// Values that neither takes.
    static let bad: [String] =
        ["version: 1", "task: x", "version: 2\ntask: x", "- version: 1", "version: 1\ntask: [x]"]
        + [
            "colour: red", "segment: { suport: 3 }", "segment: 3", "run: [jobs]", "input: { select: { modalty: CT } }",
            "include: []\nsegmnt: {}", "include: { a: b }", "input: { include: /abs/*.nii }",
            "input: { include: \"a//b\" }",
            "input: { exclude: [\"../x.nii\"] }", "input: { exclude: \"a/\" }", "input: { include: \"./a.nii\" }",
            "input: { select: { modality: MRI } }", "input: { tilt: lean }", "input: { gaps: 3 }",
            "prepare: { plane: coronel }", "prepare: { plane: [] }", "prepare: { plane: [axial, axial] }",
            "prepare: { window: \"percentil(1, 99)\" }", "prepare: { window: \"range(1)\" }",
            "prepare: { crop: tight }",
            "segment: { support: 0 }", "segment: { support: 513 }", "segment: { support: many }",
            "segment: { support: 1.5 }", "segment: { side: 100 }", "segment: { side: 544 }", "segment: { side: 32 }",
            "segment: { skip-empty: 1 }", "segment: { ensemble: 5 }", "segment: { fusion: -0.1 }",
            "segment: { fusion: 1.1 }", "segment: { threshold: 0 }", "segment: { threshold: 1 }",
            "segment: { labels: [] }", "segment: { labels: [0] }", "segment: { labels: 65536 }",
            "segment: { labels: [liver] }", "segment: { learned: maybe }", "segment: { choose: registerd }",
            "segment: { weights: [a] }", "clean: { smooth: 0.8 mm }", "clean: [smooth]", "clean: [ { smooth: 0.8 } ]",
            "clean: [ { remove-smaller: 20 } ]", "clean: [ { remove-smaller: 20 mm } ]",
            "clean: [ { keep-bigest: {} } ]",
            "clean: [ { keep-largest: { parts: 0 } } ]", "clean: [ { keep-largest: { pats: 1 } } ]",
            "clean: [ { smooth: 1 mm, remove-smaller: 20 mm3 } ]", "outputs: [nifty]", "outputs: reports",
            "outputs: { nifti: true }", "run: { jobs: 0 }", "run: { jobs: 1025 }", "run: { workers: some }",
            "run: { workers: 2.5 }", "run: { memory: 2 }", "run: { memory: lots }", "run: { reduce: always }",
            "run: { timeout: 30 }", "run: { timeout: 30 minutes }", "run: { timeout: 0x10 s }",
            "run: { timeout: -1 s }",
            "run:\n  jobs: 2\n  colour: red",
        ].map { "version: 1\ntask: packs/liver\n" + $0 }

    @Test("The parser takes the good ones and refuses the bad ones")
    func parser() {
        for text in Self.good where !text.contains("include: base") && !text.contains("include: [a") {
            #expect(isRead(text), "\(text)")
        }
        for text in Self.bad { #expect(!isRead(text), "\(text)") }
    }

    @Test(
        "jsonschema takes the good ones, refuses the bad ones, and takes the pipelines that come with the program",
        .enabled(if: SchemaJudge.python != nil, "needs python3 with jsonschema and yaml (or TOMOS_PYTHON)"))
    func schema() throws {
        let judge = try SchemaJudge(folder: folder)
        let verdicts = try judge.verdicts(on: Self.good + Self.bad)
        for (text, verdict) in zip(Self.good, verdicts) { #expect(verdict == "good", "\(text)") }
        for (text, verdict) in zip(Self.bad, verdicts.dropFirst(Self.good.count)) {
            #expect(verdict != "good", "\(text)")
        }

        let pipelines = try FileManager.default.contentsOfDirectory(atPath: repository + "/pipelines")
            .filter { $0.hasSuffix(".yaml") }
        #expect(pipelines.count >= 3)
        let shipped = try pipelines.map { try String(contentsOfFile: repository + "/pipelines/" + $0, encoding: .utf8) }
        #expect(try judge.verdicts(on: shipped + [PipelinePage.example]).allSatisfy { $0 == "good" })

        // What a plan holds is a pipeline, too.
        let resolved = try pipelines.map { try PipelineFile.load(repository + "/pipelines/" + $0).resolvedText() }
        #expect(try judge.verdicts(on: resolved).allSatisfy { $0 == "good" })
        #expect(try judge.verdicts(on: ["include: base.yaml\nsegment: { support: 3 }"]) == ["good"])
    }
}

/// The Python package jsonschema, over texts that PyYAML has read.
struct SchemaJudge {
    /// A Python that has both; nil where there is none.
    static let python: [String]? = {
        let named = ProcessInfo.processInfo.environment["TOMOS_PYTHON"].map { [[$0]] } ?? []
        return (named + [["/usr/bin/python3"], ["/usr/bin/env", "python3"]]).first { command in
            (try? run(command + ["-c", "import jsonschema, yaml"])) == ""
        }
    }()

    private static let program = """
        (json, sys, jsonschema, yaml) = map(__import__, ["json", "sys", "jsonschema", "yaml"])
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft7Validator.check_schema(schema)
        judge = jsonschema.Draft7Validator(schema)
        for text in json.load(open(sys.argv[2])):
            faults = [fault.message for fault in judge.iter_errors(yaml.safe_load(text))]
            print("good" if not faults else "bad: " + faults[0].replace("\\n", " "))
        """

    let folder: TemporaryFolder

    init(folder: TemporaryFolder) throws {
        self.folder = folder
        try PipelineSchema.jsonSchema.write(
            toFile: folder.file("schema.json"), atomically: true, encoding: .utf8)
    }

    /// `good`, or what is wrong, of each text.
    func verdicts(on texts: [String]) throws -> [String] {
        try JSONEncoder().encode(texts).write(to: URL(fileURLWithPath: folder.file("texts.json")))
        let output = try Self.run(
            (Self.python ?? []) + ["-c", Self.program, folder.file("schema.json"), folder.file("texts.json")])
        let lines = output.split(separator: "\n").map(String.init)
        try #require(lines.count == texts.count, "\(output)")
        return lines
    }

    /// What a program prints; an error where it fails.
    private static func run(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self)
    }
}
