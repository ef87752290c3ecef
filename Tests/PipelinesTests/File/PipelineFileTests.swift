import Configuration
import Export
import Foundation
import Inference
import Platform
import Preparation
import Segmentation
import Studies
import TestSupport
import Testing
import Volumes

@testable import Pipelines

@Suite("Pipeline files")
struct PipelineFileTests {
    let folder = TemporaryFolder()

    func load(_ text: String, _ overrides: [String] = []) throws -> PipelineFile {
        let path = folder.file("p.yaml")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try PipelineFile.load(path, overrides: overrides)
    }

    /// The error's text with the folder taken off.
    func failure(_ text: String, _ overrides: [String] = []) -> String {
        do {
            _ = try load(text, overrides)
            return "no error"
        } catch let error as ConfigurationError {
            return error.description.replacing(folder.path + "/", with: "")
        } catch {
            return "another error: \(error)"
        }
    }

    @Test("Every key of the design's example is read")
    func wholeExample() throws {
        let pipeline = try load(
            """
            version: 1
            name: hippocampus
            input:
              include: ["**/*.nii.gz", dicom]
              exclude: "*_mask.nii.gz"
              select: { modality: MR }
            task: ../packs/hippocampus
            prepare: { plane: [coronal, native], window: percentile(0.5, 99.5), crop: none }
            segment: { weights: net.pt, choose: position, support: 32, ensemble: 2, threshold: 0.4, labels: [2, 1] }
            clean: [ { smooth: 0.8 mm }, { keep-largest: { per: label } }, { remove-smaller: 20 mm3 } ]
            outputs: [ volumes, report, picture, itk-snap ]
            run: { jobs: 3, workers: 2, timeout: 30 min }
            """)
        #expect(pipeline.name == "hippocampus")
        #expect(pipeline.input.include == ["**/*.nii.gz"])
        #expect(pipeline.input.includesDICOM)
        #expect(pipeline.input.exclude == ["*_mask.nii.gz"])
        #expect(pipeline.input.modality == "MR")
        #expect(pipeline.task == folder.file("../packs/hippocampus"))
        #expect(pipeline.options.planes == [.coronal, .native])
        #expect(pipeline.options.choose == .position)
        #expect(pipeline.options.window == .percentile(lower: 0.5, upper: 99.5))
        #expect(pipeline.options.weights == .file(folder.file("net.pt")))
        #expect(pipeline.options.support == 32)
        #expect(pipeline.options.threshold == 0.4)
        #expect(pipeline.options.labels == [1, 2])
        #expect(
            pipeline.options.clean == [.smooth(millimetres: 0.8), .keepLargest(), .removeSmaller(cubicMillimetres: 20)])
        #expect(pipeline.outputs == [.labels, .volumes, .report, .picture, .export("itk-snap")])
        #expect(pipeline.options.threads == 3)
        #expect(pipeline.jobs == 3)
        #expect(pipeline.workers == 2)
        #expect(pipeline.timeout == .seconds(1800))
    }

    @Test("What the engine may take, and how it sees slices")
    func engineKeys() throws {
        let pipeline = try load(
            """
            version: 1
            task: pack
            segment: { support: 200, side: 192, skip-empty: true }
            run: { memory: 2 GiB, reduce: allowed }
            """)
        #expect(pipeline.options.support == 200)
        #expect(pipeline.options.side == 192)
        #expect(pipeline.options.skipsEmpty)
        #expect(pipeline.options.memory == .size(MemorySize(bytes: 2 << 30)))
        #expect(pipeline.options.allowsReduction)
        let plain = try load("version: 1\ntask: pack\nrun: { memory: none, reduce: never }\n")
        #expect(plain.options.memory == .none)
        #expect(!plain.options.allowsReduction)
    }

    @Test("What is not said has its default")
    func defaults() throws {
        let pipeline = try load("version: 1\ntask: pack\ninput:\n")
        #expect(pipeline.name == "p")
        #expect(pipeline.input == InputSelection())
        #expect(pipeline.options.planes == nil)
        #expect(pipeline.options.window == nil)
        #expect(pipeline.options.support == 16)
        #expect(pipeline.options.side == nil)
        #expect(pipeline.options.memory == .machine)
        #expect(!pipeline.options.skipsEmpty)
        #expect(!pipeline.options.allowsReduction)
        #expect(pipeline.options.weights == .bundled)
        #expect(pipeline.outputs == [.labels, .volumes])
        #expect(pipeline.options.threads == ThreadBudget.available)
        #expect(pipeline.jobs == nil)
        #expect(pipeline.workers == nil)
        #expect(pipeline.timeout == nil)
    }

    @Test(
        "Mistakes are refused with file, line, column and the way out",
        arguments: [
            (
                "version: 1\ntask: x\nsegment:\n  suport: 3",
                "p.yaml:4:3: unknown key 'suport' in segment; did you mean 'support'?"
            ),
            ("version: 1\ntask: x\nsegmnt: {}", "p.yaml:3:1: unknown key 'segmnt'; did you mean 'segment'?"),
            (
                "version: 1\ntask: x\nrun: { jobs: 2, colour: red }",
                "p.yaml:3:17: unknown key 'colour' in run; known keys: jobs, workers, memory, reduce, timeout"
            ),
            (
                "version: 1\ntask: x\nsegment: { support: 513 }",
                "p.yaml:3:21: segment.support cannot be '513'; allowed: a whole number from 1 to 512 (the network was "
                    + "trained with up to 64)"
            ),
            (
                "version: 1\ntask: x\nsegment: { support: many }",
                "p.yaml:3:21: segment.support cannot be 'many'; allowed: a whole number from 1 to 512 (the network was "
                    + "trained with up to 64)"
            ),
            (
                "version: 1\ntask: x\nsegment: { side: 100 }",
                "p.yaml:3:18: segment.side cannot be '100'; allowed: a multiple of 32 from 64 to 512 (the network was "
                    + "trained with 128)"
            ),
            (
                "version: 1\ntask: x\nsegment: { skip-empty: yes }",
                "p.yaml:3:24: segment.skip-empty cannot be 'yes'; allowed: true, false"
            ),
            (
                "version: 1\ntask: x\nrun: { reduce: always }",
                "p.yaml:3:16: run.reduce cannot be 'always'; allowed: never, allowed"
            ),
            (
                "version: 1\ntask: x\nsegment: { threshold: 1 }",
                "p.yaml:3:23: segment.threshold cannot be '1'; allowed: a number above 0 and below 1"
            ),
            (
                "version: 1\ntask: x\nprepare: { plane: coronel }",
                "p.yaml:3:19: prepare.plane cannot be 'coronel'; allowed: axial, coronal, sagittal, native; "
                    + "did you mean 'coronal'?"
            ),
            (
                "version: 1\ntask: x\nprepare: { plane: [axial, axial] }",
                "p.yaml:3:19: prepare.plane cannot be 'a plane twice'; allowed: each plane once"
            ),
            (
                "version: 1\ntask: x\nsegment: { choose: registerd }",
                "p.yaml:3:20: segment.choose cannot be 'registerd'; allowed: auto, position, registered; "
                    + "did you mean 'registered'?"
            ),
            (
                "version: 1\ntask: x\nprepare: { window: percentil(1, 99) }",
                "p.yaml:3:20: prepare.window cannot be 'percentil(1, 99)'; allowed: auto, none, ct, mr, "
                    + "range(-500, 1000), percentile(0.5, 99.5)"
            ),
            (
                "version: 1\ntask: x\nprepare: { crop: tight }",
                "p.yaml:3:18: prepare.crop cannot be 'tight'; allowed: auto, none"
            ),
            (
                "version: 1\ntask: x\nsegment: { ensemble: 9 }",
                "p.yaml:3:22: segment.ensemble cannot be '9'; allowed: a whole number from 1 to 4"
            ),
            (
                "version: 1\ntask: x\noutputs: [nifty]",
                "p.yaml:3:11: outputs cannot be 'nifty'; allowed: nifti, volumes, certainty, report, picture, seg.nrrd, dicom-seg, "
                    + "dicom-labelmap, dicom-fractional, rtstruct, nrrd, mha, mgz, stl, obj, ply, glb, "
                    + "itk-snap, slicer, slicer-csv, freesurfer, fsleyes, niivue, bids; did you mean 'nifti'?"
            ),
            (
                "version: 1\ntask: x\nrun: { memory: 2 }",
                "p.yaml:3:16: run.memory cannot be '2'; allowed: a size such as 2 GiB or 512 MiB, or none"
            ),
            (
                "version: 1\ntask: x\nrun: { timeout: 30 }",
                "p.yaml:3:17: run.timeout cannot be '30'; allowed: a duration such as 90 s, 30 min or 2 h, or none"
            ),
            (
                "version: 1\ntask: x\nrun: { workers: 0 }",
                "p.yaml:3:17: run.workers cannot be '0'; allowed: auto, or a whole number from 1 to 1024"
            ),
            (
                "version: 1\ntask: x\nclean: [ { remove-smaller: 20 } ]",
                "p.yaml:3:28: clean cannot be '20'; allowed: a volume such as 20 mm3"
            ),
            (
                "version: 1\ntask: x\nclean: [ { keep-bigest: {} } ]",
                "p.yaml:3:12: unknown key 'keep-bigest' in clean; did you mean 'keep-largest'?"
            ),
            (
                "version: 1\ntask: x\ninput: { select: { modality: MRI } }",
                "p.yaml:3:30: input.select.modality cannot be 'MRI'; allowed: CT, MR, PT; did you mean 'MR'?"
            ),
            (
                "version: 1\ntask: x\ninput: { include: [/abs/*.nii] }",
                "p.yaml:3:19: input.include cannot be '/abs/*.nii'; allowed: globs such as \"**/*.nii.gz\", and the word dicom"
            ),
            ("version: 2\ntask: x", "p.yaml:1:10: version cannot be '2'; allowed: 1"),
            ("task: x", "p.yaml: key 'version' is missing; add 'version: 1'"),
            ("version: 1", "p.yaml: key 'task' is missing; add 'task: path/to/pack'"),
            ("", "p.yaml: key 'version' is missing; add 'version: 1'"),
            ("version: 1\ntask: x\ntask: y", "p.yaml:2:1: 'task' given twice; keep one"),
            (
                "version: 1\ntask: x\nsegment: 3",
                "p.yaml:3:10: segment cannot be '3'; allowed: the keys weights, choose, support, side, "
                    + "skip-empty, ensemble, fusion, learned, study, doubtful, fast, threshold, labels"
            ),
            ("- a\n- b", "p.yaml:1:1: the pipeline cannot be '[...]'; allowed: keys and values (name: ...)"),
            (
                "version: 1\ntask: x\ninput:\n  include: **/*.nii",
                "p.yaml:4:13: not valid YAML: did not find expected alphabetic or numeric character "
                    + "(a value that begins with * or & must stand in quotes)"
            ),
            ("version: 1\ntask: [x", "p.yaml:3:1: not valid YAML: did not find expected ',' or ']'"),
        ])
    func mistakes(text: String, message: String) {
        #expect(failure(text) == message)
    }

    @Test(
        "Overrides are read as the file is, and refused with what was typed",
        arguments: [
            (
                "segment.suport=3",
                "--set segment.suport=3: unknown key 'segment.suport'; did you mean 'segment.support'?"
            ),
            ("support=3", "--set support=3: unknown key 'support'; did you mean 'segment.support'?"),
            (
                "segment.support=0",
                "--set segment.support=0: segment.support cannot be '0'; allowed: a whole number from 1 to 512 (the network was "
                    + "trained with up to 64)"
            ),
            ("segment.support", "--set segment.support: an override is written key=value, such as segment.support=32"),
            ("task=", "--set task=: task cannot be ''; allowed: a folder"),
            (
                "include=base.yaml",
                "--set include=base.yaml: include cannot be 'base.yaml'; allowed: in a pipeline file only"
            ),
            ("outputs=[a", "--set outputs=[a: not valid YAML: did not find expected ',' or ']'"),
        ])
    func badOverrides(override: String, message: String) {
        #expect(failure("version: 1\ntask: x", [override]) == message)
    }

    @Test("Overrides replace values, the last one counts, and their paths start at the working directory")
    func overrides() throws {
        let pipeline = try load(
            "version: 1\ntask: x\nclean: [keep-largest]\nsegment: { support: 4 }",
            [
                "segment.support=8", "segment.support=32", "clean=[{remove-smaller: 5 mm3}]", "task=packs/liver",
                "prepare.window=range(-100, 300)", "outputs=[bids]",
                "input.include=**/*_T1w.nii.gz",
            ])
        #expect(pipeline.options.support == 32)
        #expect(pipeline.options.clean == [.removeSmaller(cubicMillimetres: 5)])
        #expect(pipeline.task == "packs/liver")
        #expect(pipeline.options.window == .range(lower: -100, upper: 300))
        #expect(pipeline.outputs == [.labels, .export("bids")])
        #expect(pipeline.input.include == ["**/*_T1w.nii.gz"])
        #expect(!pipeline.input.includesDICOM)
    }

    @Test("The hash tells pipelines apart, and nothing else")
    func hash() throws {
        let text = "version: 1\ntask: x"
        let plain = try load(text).sha256
        #expect(plain == Digest.sha256(Array(text.utf8)))
        #expect(try load(text).sha256 == plain)
        #expect(try load(text, ["segment.support=8"]).sha256 != plain)
    }

    @Test("A file that is not there, a folder, and text that is not UTF-8")
    func unreadable() throws {
        #expect(throws: ConfigurationError.unreadable(path: "no.yaml", reason: "there is no such file")) {
            try PipelineFile.load("no.yaml")
        }
        #expect(throws: ConfigurationError.unreadable(path: folder.path, reason: "it is not a file")) {
            try PipelineFile.load(folder.path)
        }
        let path = folder.file("latin.yaml")
        try Data([0x6E, 0x61, 0x6D, 0x65, 0x3A, 0x20, 0xE9]).write(to: URL(fileURLWithPath: path))
        #expect(
            throws: ConfigurationError.syntax(.file(path, line: 1, column: 1), problem: "the text is not UTF-8")
        ) { try PipelineFile.load(path) }
        #expect(ConfigurationError.unreadable(path: "", reason: "").category == .missingInput)
        #expect(ConfigurationError.malformedOverride("").category == .badConfiguration)
    }

    @Test("Every pipeline that comes with the program is read", arguments: ["phantom", "brain", "hippocampus"])
    func shipped(name: String) throws {
        let pipeline = try PipelineFile.load(repository + "/pipelines/\(name).yaml")
        #expect(pipeline.name == name)
    }

    /// Restricted Damerau is not counted: a swap is two edits.
    @Test(
        "Distances between words",
        arguments: [("", "", 0), ("abc", "", 3), ("suport", "support", 1), ("jbos", "jobs", 2), ("Task", "task", 0)])
    func distances(a: String, b: String, distance: Int) {
        #expect(editDistance(a, b) == distance)
        #expect(editDistance(b, a) == distance)
    }
}
