import Configuration
import Foundation
import Platform
import Segmentation
import TestSupport
import Testing

@testable import Pipelines

@Suite("Resolved pipelines")
struct ResolvedPipelineTests {
    let folder = TemporaryFolder()

    func load(_ text: String = "version: 1\ntask: pack\n", _ overrides: [String] = []) throws -> PipelineFile {
        let path = folder.file("p.yaml")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try PipelineFile.load(path, overrides: overrides)
    }

    /// Each key with values as they are typed and as they are written back, in every form that the key takes.
    static let values: [(key: String, typed: String, shown: String)] = [
        ("version", "1", "1"),
        ("name", "liver", "liver"), ("name", "a: b # c", "a: b # c"), ("name", "\"[x]\"", "\"[x]\""),
        ("task", "/packs/liver", "/packs/liver"), ("task", "/packs/my liver", "/packs/my liver"),
        ("task", "/packs/$${HOME}", "/packs/$${HOME}"),
        ("input.include", "*.nii.gz", "[\"*.nii.gz\"]"), ("input.include", "dicom", "[dicom]"),
        ("input.include", "[\"**/*.nii.gz\", dicom]", "[\"**/*.nii.gz\", dicom]"), ("input.include", "[]", "[]"),
        ("input.include", "[\"a, b.nii\", sub-01/t1.nii]", "[\"a, b.nii\", sub-01/t1.nii]"),
        ("input.exclude", "[]", "[]"), ("input.exclude", "[\"*_mask.nii\", \"?.nii\"]", "[\"*_mask.nii\", \"?.nii\"]"),
        ("input.select.modality", "CT", "CT"), ("input.select.modality", "MR", "MR"),
        ("input.select.modality", "PT", "PT"),
        ("input.tilt", "native", "native"), ("input.tilt", "shear", "shear"), ("input.tilt", "fail", "fail"),
        ("input.gaps", "fail", "fail"), ("input.gaps", "resample", "resample"),
        ("prepare.plane", "axial", "[axial]"), ("prepare.plane", "[coronal, axial]", "[coronal, axial]"),
        ("prepare.plane", "[axial, coronal, sagittal, native]", "[axial, coronal, sagittal, native]"),
        ("prepare.window", "auto", "auto"), ("prepare.window", "none", "none"),
        ("prepare.window", "ct", "range(-500, 1000)"),
        ("prepare.window", "MR", "percentile(0.5, 99.5)"),
        ("prepare.window", "range(-1e-7, 0.1)", "range(-1e-07, 0.1)"),
        ("prepare.crop", "auto", "auto"), ("prepare.crop", "none", "none"),
        ("segment.weights", "bundled", "bundled"), ("segment.weights", "/nets/a.pt", "/nets/a.pt"),
        ("segment.weights", "/nets/my $${x}.safetensors", "/nets/my $${x}.safetensors"),
        ("segment.choose", "auto", "auto"), ("segment.choose", "position", "position"),
        ("segment.choose", "registered", "registered"),
        ("segment.support", "1", "1"), ("segment.support", "512", "512"),
        ("segment.side", "64", "64"), ("segment.side", "512", "512"),
        ("segment.skip-empty", "true", "true"), ("segment.skip-empty", "false", "false"),
        ("segment.ensemble", "1", "1"), ("segment.ensemble", "4", "4"),
        ("segment.fusion", "0", "0"), ("segment.fusion", "1.0", "1"), ("segment.fusion", ".3", "0.3"),
        ("segment.fusion", "1e-9", "1e-09"), ("segment.fusion", "0.12345678901234566", "0.12345678901234566"),
        ("segment.study", "alone", "alone"), ("segment.study", "learn", "learn"),
        ("segment.learned", "true", "true"), ("segment.learned", "false", "false"),
        ("segment.doubtful", "auto", "auto"), ("segment.doubtful", "keep", "keep"),
        ("segment.doubtful", "remove", "remove"),
        ("segment.fast", "true", "true"), ("segment.fast", "false", "false"),
        ("segment.threshold", "0.5", "0.5"), ("segment.threshold", "0.001", "0.001"),
        ("segment.labels", "3", "[3]"), ("segment.labels", "[65535, 1, 1]", "[1, 65535]"),
        ("clean", "[]", "[]"), ("clean", "keep-largest", "[keep-largest]"),
        ("clean", "[{ keep-largest: { per: label, parts: 2 } }]", "[{ keep-largest: { parts: 2 } }]"),
        (
            "clean", "[{ smooth: 0.8 mm }, { remove-smaller: 20 mm³ }]",
            "[{ smooth: 0.8 mm }, { remove-smaller: 20 mm3 }]"
        ),
        (
            "clean", "[{ remove-smaller: 20 mm3 }, { smooth: 0.8 mm }]",
            "[{ remove-smaller: 20 mm3 }, { smooth: 0.8 mm }]"
        ),
        ("clean", "[{ remove-smaller: 1e17 mm3 }]", "[{ remove-smaller: \"1e+17 mm3\" }]"),
        ("outputs", "[]", "[nifti]"), ("outputs", "bids", "[nifti, bids]"),
        ("outputs", "[picture, certainty, report, volumes]", "[nifti, volumes, certainty, report, picture]"),
        (
            "outputs", "[\(OutputKind.all.map(\.name).joined(separator: ", "))]",
            "[\(OutputKind.all.map(\.name).joined(separator: ", "))]"
        ),
        ("run.jobs", "auto", "auto"), ("run.jobs", "1", "1"), ("run.jobs", "1024", "1024"),
        ("run.workers", "auto", "auto"), ("run.workers", "1", "1"), ("run.workers", "1024", "1024"),
        ("run.memory", "none", "none"), ("run.memory", "2GiB", "2 GiB"), ("run.memory", "2048 MiB", "2 GiB"),
        ("run.memory", "1.5 gib", "1536 MiB"), ("run.memory", "800 MB", "781250 KiB"),
        ("run.memory", "1 MB", "976.5625 KiB"), ("run.memory", "1001 kB", "977.5390625 KiB"),
        ("run.reduce", "never", "never"), ("run.reduce", "allowed", "allowed"),
        ("run.timeout", "none", "none"), ("run.timeout", "90 s", "90 s"), ("run.timeout", "60 min", "1 h"),
        ("run.timeout", "0.5 s", "0.5 s"),
    ]

    @Test("The values above name every key but include, which is no value of a pipeline")
    func valuesAreComplete() {
        let keys = Set(Self.values.map(\.key))
        #expect(PipelineSchema.keys.map(\.path).filter { !keys.contains($0) } == ["include"])
        #expect(keys.allSatisfy { PipelineSchema.key($0) != nil })
    }

    @Test("Every value is written in one form, and comes back from the resolved text and from --set", arguments: values)
    func roundTrip(key: String, typed: String, shown: String) throws {
        let base = "version: 1\ntask: \(folder.path)/pack\n"
        let pipeline = try load(base, ["\(key)=\(typed)"])
        #expect(pipeline.resolvedOptions()[key] == shown)

        let again = try PipelineFile.load(resolvedText: try pipeline.resolvedText())
        #expect(again == pipeline)
        #expect(again.resolvedOptions() == pipeline.resolvedOptions())
        #expect(again.provenanceOptions == pipeline.provenanceOptions)
        #expect(try again.resolvedText() == pipeline.resolvedText())

        #expect(try load(base, ["\(key)=\(shown)"]) == pipeline)
    }

    @Test("Values that are written differently make unequal pipelines, and the same ones equal pipelines")
    func equality() throws {
        for (key, group) in Dictionary(grouping: Self.values, by: \.key) {
            let pipelines = try group.map { (shown: $0.shown, pipeline: try load(overrides(key, $0.typed))) }
            for (index, one) in pipelines.enumerated() {
                for other in pipelines[index...] {
                    #expect(
                        (one.pipeline == other.pipeline) == (one.shown == other.shown),
                        "\(key) \(one.shown) \(other.shown)")
                }
            }
        }
    }

    private func load(_ overrides: [String]) throws -> PipelineFile { try load("version: 1\ntask: pack\n", overrides) }
    private func overrides(_ key: String, _ typed: String) -> [String] { ["\(key)=\(typed)"] }

    @Test("A pipeline that says nothing but its task says in full what holds")
    func defaults() throws {
        let pipeline = try load("version: 1\ntask: \(folder.path)/pack\nsegment: { weights: bundled }\n")
        #expect(
            pipeline.resolvedOptions() == [
                "version": "1", "name": "p", "task": folder.file("pack"), "input.exclude": "[]", "input.tilt": "native",
                "input.gaps": "fail", "prepare.crop": "auto", "segment.weights": "bundled", "segment.choose": "auto",
                "segment.support": "16", "segment.skip-empty": "false", "segment.ensemble": "1",
                "segment.fusion": "0.6",
                "segment.learned": "true", "segment.study": "alone", "segment.doubtful": "auto",
                "segment.fast": "false", "clean": "[]",
                "outputs": "[nifti, volumes]", "run.jobs": "auto", "run.workers": "auto", "run.reduce": "never",
                "run.timeout": "none",
            ])
        #expect(try PipelineFile.load(resolvedText: try pipeline.resolvedText()) == pipeline)
    }

    @Test("The resolved text is JSON in the sections of the file, with absolute paths")
    func text() throws {
        let pipeline = try load(
            "version: 1\ntask: pack\nrun: { timeout: 30 min }\nclean: [{ smooth: 1 mm }, keep-largest]\n")
        let text = try pipeline.resolvedText()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["version"] as? Int == 1)
        #expect(object["task"] as? String == folder.file("pack"))
        #expect((object["run"] as? [String: Any])?["timeout"] as? String == "30 min")
        #expect((object["segment"] as? [String: Any])?["fast"] as? Bool == false)
        #expect((object["segment"] as? [String: Any])?["fusion"] as? Double == 0.6)
        #expect((object["clean"] as? [Any])?.count == 2)
        #expect(object.keys.contains("include") == false)

        var relative = pipeline
        relative.task = "packs/liver"
        #expect(relative.resolvedOptions()["task"] == FileManager.default.currentDirectoryPath + "/packs/liver")
    }

    @Test(
        "Texts that YAML would take for something else come back as they are",
        arguments: [
            "true", "null", "~", "1", "- x", "a: b", "#", "*x", "&x", "!x", "%", "@", "`", "'", "\"", "\\", "\\n", "{",
            "[", "]", "|",
            " lead", "trail ", "a\nb", "tab\there", "ümläut", "日本語", "🧠 scan", "a\u{85}b", "a\u{2028}b", "a\u{2029}b",
            "a\u{7F}b", "a\u{9B}b", "bo\u{FEFF}m", "a\u{FFFE}b", "a\u{1}b", "e\u{301}", "\u{10FFFF}", "${HOME}",
            "$${HOME}", "a\rb", "a\r\nb",
        ])
    func hostileTexts(name: String) throws {
        var pipeline = try load("version: 1\ntask: \(folder.path)/pack\n")
        pipeline.name = name
        pipeline.task = "/packs/" + name
        pipeline.options.weights = .file("/nets/" + name + ".pt")
        let again = try PipelineFile.load(resolvedText: try pipeline.resolvedText())
        // Byte for byte: Swift's == of texts does not tell e + accent from the letter that has one.
        #expect(Array(again.name.utf8) == Array(name.utf8))
        #expect(Array(again.task.utf8) == Array(pipeline.task.utf8))
        #expect(again == pipeline)
    }

    @Test("What was changed after reading is what is written; auto stays auto wherever it is read")
    func changedProperties() throws {
        var pipeline = try load()
        #expect(pipeline.resolvedOptions()["run.jobs"] == "auto")
        pipeline.jobs = ThreadBudget.count
        #expect(pipeline.resolvedOptions()["run.jobs"] == "\(ThreadBudget.count)")
        pipeline.jobs = nil
        #expect(pipeline.resolvedOptions()["run.jobs"] == "auto")
        #expect(pipeline.options.threads == ThreadBudget.count)
        pipeline.options.threads = ThreadBudget.count + 1
        #expect(pipeline.jobs == ThreadBudget.count + 1)
        pipeline.options.isFast = true
        pipeline.options.memory = .size(MemorySize(bytes: 3 << 30))
        pipeline.options.allowsReduction = true
        pipeline.workers = 4
        pipeline.timeout = .seconds(5400)
        let options = pipeline.resolvedOptions()
        for (key, value) in [
            ("run.jobs", "\(ThreadBudget.count + 1)"), ("segment.fast", "true"), ("run.memory", "3 GiB"),
            ("run.reduce", "allowed"), ("run.workers", "4"), ("run.timeout", "90 min"),
        ] { #expect(options[key] == value) }
        #expect(try PipelineFile.load(resolvedText: try pipeline.resolvedText()).resolvedOptions() == options)
    }

    @Test("A value beyond its limits is found before it is written")
    func beyondLimits() throws {
        var pipeline = try load()
        pipeline.options.support = 1000
        do {
            _ = try pipeline.resolvedText()
            Issue.record("written")
        } catch let error as ConfigurationError {
            #expect(
                error.description.contains("segment.support cannot be '1000'; allowed: a whole number from 1 to 512"))
            #expect(error.description.hasPrefix("resolved pipeline:"))
        }
    }

    @Test("A resolved pipeline neither includes nor looks into the environment")
    func standsForItself() throws {
        let text = { (line: String) in "{\"version\": 1, \"task\": \"/x\",\n \(line)}" }
        #expect(throws: ConfigurationError.self) {
            try PipelineFile.load(resolvedText: text("\"include\": \"p.yaml\""))
        }
        #expect(
            throws: ConfigurationError.unsetVariable(
                .file("resolved pipeline", line: 2, column: 25), key: "segment.weights", name: "PATH")
        ) { try PipelineFile.load(resolvedText: text("\"segment\": {\"weights\": \"${PATH}\"}")) }
        #expect(throws: ConfigurationError.self) { try PipelineFile.load(resolvedText: "") }
        #expect(throws: ConfigurationError.self) { try PipelineFile.load(resolvedText: "{\"version\": 1}") }
    }

    // MARK: provenance

    /// A value that is not the default, of every key that has one.
    static let others = [
        "name": "other", "task": "/other", "input.include": "a.nii", "input.exclude": "a.nii",
        "input.select.modality": "CT",
        "input.tilt": "shear", "input.gaps": "resample", "prepare.plane": "axial", "prepare.window": "ct",
        "prepare.crop": "none", "segment.weights": "/other.pt", "segment.choose": "position", "segment.support": "8",
        "segment.side": "64", "segment.skip-empty": "true", "segment.ensemble": "2", "segment.fusion": "0.5",
        "segment.learned": "false", "segment.study": "learn", "segment.doubtful": "keep", "segment.fast": "true",
        "segment.threshold": "0.4",
        "segment.labels": "1", "clean": "keep-largest", "outputs": "bids", "run.jobs": "3", "run.workers": "3",
        "run.memory": "1 GiB", "run.reduce": "allowed", "run.timeout": "1 h",
    ]
    static let harmless: Set = [
        "name", "task", "input.include", "input.exclude", "input.select.modality", "segment.weights", "segment.study",
        "run.jobs",
        "run.workers", "run.memory", "run.reduce", "run.timeout",
    ]

    @Test("Provenance changes with what changes results, and with nothing else", arguments: others.keys.sorted())
    func provenance(key: String) throws {
        let plain = try load()
        let changed = try load(["\(key)=\(Self.others[key] ?? "")"])
        #expect(plain.resolvedOptions() != changed.resolvedOptions())
        #expect((plain.provenanceOptions == changed.provenanceOptions) == Self.harmless.contains(key))
    }

    @Test("Provenance is judged for every key")
    func provenanceOfAll() {
        #expect(PipelineSchema.keys.map(\.path).filter { Self.others[$0] == nil } == ["version", "include"])
    }
}
