import Configuration
import Inference
import Platform
import Preparation
import Segmentation
import Studies
import VolumeIO
import Volumes

/// One key of the pipeline file.
public struct PipelineKey: Sendable {
    /// The full key, such as `segment.support`.
    public let path: String
    /// What it does, one sentence.
    public let summary: String
    /// What it takes, as the error for a bad value lists it.
    public let allowed: String
    /// What holds when it is not given; nil when it must be given.
    public let fallback: String?
    /// Reads the value into the pipeline.
    let apply: @Sendable (ConfigurationValue, inout PipelineFile) throws -> Void

    /// The part before the last dot, empty at the top level.
    public var section: String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? "" }
}

/// Every key there is. The parser, `--set` and `tomos run --help` all read this one table.
public enum PipelineSchema {
    /// The keys in the order in which they are documented.
    public static let keys: [PipelineKey] = inputKeys + segmentKeys + outputKeys

    /// The key with this full path.
    public static func key(_ path: String) -> PipelineKey? { keys.first { $0.path == path } }

    /// The names that may stand directly in a section (the empty string is the top level), each once.
    public static func children(of section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in keys where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Whether other keys stand below this path.
    public static func isSection(_ path: String) -> Bool { keys.contains { $0.path.hasPrefix(path + ".") } }

    private static let inputKeys: [PipelineKey] = [
        PipelineKey(
            path: "version", summary: "Version of this file format.", allowed: "1", fallback: nil
        ) { value, _ in
            guard try value.integer(in: 1...1) == 1 else { throw value.bad() }
        },
        PipelineKey(
            path: "name", summary: "Name shown in reports.", allowed: "a text", fallback: "the file's name"
        ) { value, pipeline in pipeline.name = try value.text() },
        PipelineKey(
            path: "input.include",
            summary: "Image files to take, as globs below the study folder; `dicom` takes DICOM series too.",
            allowed: "globs such as \"**/*.nii.gz\", and the word dicom", fallback: "every image file and DICOM series"
        ) { value, pipeline in
            let globs = try value.list().map { try $0.text() }
            pipeline.input.include = globs.filter { $0 != "dicom" }
            pipeline.input.includesDICOM = globs.contains("dicom")
            for glob in pipeline.input.include where !Glob.isValid(glob) { throw value.bad(glob) }
        },
        PipelineKey(
            path: "input.exclude", summary: "Files to leave out, as globs below the study folder.",
            allowed: "globs such as \"*_mask.nii.gz\"", fallback: "none"
        ) { value, pipeline in
            pipeline.input.exclude = try value.list().map { try $0.text() }
            for glob in pipeline.input.exclude where !Glob.isValid(glob) { throw value.bad(glob) }
        },
        PipelineKey(
            path: "input.select.modality",
            summary: "DICOM series of this modality only; other files do not say theirs and stay.",
            allowed: "CT, MR, PT", fallback: "all"
        ) { value, pipeline in pipeline.input.modality = try value.oneOf(["CT", "MR", "PT"]) },
        PipelineKey(
            path: "input.tilt", summary: "DICOM slices that lean (gantry tilt): kept, set upright or refused.",
            allowed: DICOMPolicies.Tilt.allCases.map(\.rawValue).joined(separator: ", "), fallback: "native"
        ) { value, pipeline in
            let names = DICOMPolicies.Tilt.allCases.map(\.rawValue)
            pipeline.input.policies.tilt = DICOMPolicies.Tilt(rawValue: try value.oneOf(names)) ?? .native
        },
        PipelineKey(
            path: "input.gaps", summary: "DICOM series with missing slices: refused or interpolated.",
            allowed: DICOMPolicies.Gaps.allCases.map(\.rawValue).joined(separator: ", "), fallback: "fail"
        ) { value, pipeline in
            let names = DICOMPolicies.Gaps.allCases.map(\.rawValue)
            pipeline.input.policies.gaps = DICOMPolicies.Gaps(rawValue: try value.oneOf(names)) ?? .fail
        },
        PipelineKey(
            path: "task", summary: "The task pack's folder, relative to the pipeline file.", allowed: "a folder",
            fallback: nil
        ) { value, pipeline in pipeline.task = try value.path() },
        PipelineKey(
            path: "prepare.plane", summary: "Plane in which volumes are cut, or a list of them to average.",
            allowed: SlicePlane.allCases.map(\.rawValue).joined(separator: ", "),
            fallback: "those that the task was checked with, or its own"
        ) { value, pipeline in
            let names = SlicePlane.allCases.map(\.rawValue)
            let values = try value.list()
            pipeline.options.planes = try values.compactMap { SlicePlane(rawValue: try $0.oneOf(names)) }
            if values.isEmpty { throw value.bad() }
            if Set(pipeline.options.planes ?? []).count < values.count {
                throw value.bad("a plane twice", allowed: "each plane once")
            }
        },
        PipelineKey(
            path: "prepare.window", summary: "Values that become 0 and 1.",
            allowed: "auto, none, ct, mr, range(-500, 1000), percentile(0.5, 99.5)", fallback: "the task's"
        ) { value, pipeline in
            guard let window = IntensityWindow(try value.text()) else { throw value.bad() }
            pipeline.options.window = window
        },
        PipelineKey(
            path: "prepare.crop",
            summary: "Region that is segmented: auto is the part around the pack's registered labels where that is "
                + "less than half of the volume.",
            allowed: "auto, none", fallback: "auto"
        ) { value, pipeline in pipeline.options.crops = try value.oneOf(["auto", "none"]) == "auto" },
    ]

    private static let segmentKeys: [PipelineKey] = [
        PipelineKey(
            path: "segment.weights", summary: "The network: the built-in one or a weights file.",
            allowed: "bundled, the name of imported weights, or the path of a .safetensors or .pt file",
            fallback: "that of 'tomos weights default'"
        ) { value, pipeline in
            let text = try value.text()
            let isName = text == "bundled" || WeightsStore.user.names.contains(text)
            pipeline.options.weights = isName ? WeightsStore.user.source(text) : .file(try value.path())
        },
        PipelineKey(
            path: "segment.choose", summary: "How support slices are chosen.",
            allowed: SupportStrategy.allCases.map(\.rawValue).joined(separator: ", "), fallback: "auto"
        ) { value, pipeline in
            let names = SupportStrategy.allCases.map(\.rawValue)
            pipeline.options.choose = SupportStrategy(rawValue: try value.oneOf(names)) ?? .automatic
        },
        PipelineKey(
            path: "segment.support", summary: SegmentSettings.supportSummary + ".",
            allowed: "a whole number from \(SegmentSettings.support.limits) (the network was trained with up to "
                + "\(SegmentSettings.trainedSupport))", fallback: "\(SegmentSettings.support.standard)"
        ) { value, pipeline in pipeline.options.support = try value.integer(SegmentSettings.support) },
        PipelineKey(
            path: "segment.side",
            summary: "Rows and columns of the slices that the network sees; time and memory grow with the square.",
            allowed: "\(SegmentSettings.side.limits) (the network was trained with \(SegmentSettings.side.standard))",
            fallback: SegmentSettings.sideByDefault()
        ) { value, pipeline in pipeline.options.side = try value.integer(SegmentSettings.side) },
        PipelineKey(
            path: "segment.skip-empty",
            summary: "Slices of one value everywhere become background without asking the network. "
                + "It can change results, since the network might have found something there.",
            allowed: "true, false", fallback: "false"
        ) { value, pipeline in pipeline.options.skipsEmpty = try value.oneOf(["true", "false"]) == "true" },
        PipelineKey(
            path: "segment.ensemble", summary: SegmentSettings.ensembleSummary + "; time grows with them.",
            allowed: "a whole number from \(SegmentSettings.ensemble.limits)",
            fallback: "\(SegmentSettings.ensemble.standard)"
        ) { value, pipeline in pipeline.options.ensemble = try value.integer(SegmentSettings.ensemble) },
        PipelineKey(
            path: "segment.fusion",
            summary: SegmentSettings.fusionSummary + "; with few volumes less.",
            allowed: "a number from \(SegmentSettings.fusion.limits)", fallback: "\(SegmentSettings.fusion.standard)"
        ) { value, pipeline in pipeline.options.fusion = try value.number(SegmentSettings.fusion) },
        PipelineKey(
            path: "segment.learned",
            summary: "Whether networks that were trained on the pack ('tomos task check') are put to use.",
            allowed: "true, false", fallback: "true"
        ) { value, pipeline in pipeline.options.usesLearned = try value.oneOf(["true", "false"]) == "true" },
        PipelineKey(
            path: "segment.doubtful",
            summary:
                "Labels whose probabilities promise a Dice below 2/3, which are flagged: auto takes them for absent "
                + "where some volume of the task is without the label, and keeps them otherwise.",
            allowed: DoubtPolicy.allCases.map(\.rawValue).joined(separator: ", "), fallback: "auto"
        ) { value, pipeline in
            let names = DoubtPolicy.allCases.map(\.rawValue)
            pipeline.options.doubtful = DoubtPolicy(rawValue: try value.oneOf(names)) ?? .automatic
        },
        PipelineKey(
            path: "segment.fast",
            summary: "Less time for less accuracy: one plane only (the first one named, or the task's), one draw of "
                + "support chosen by position.",
            allowed: "true, false", fallback: "false"
        ) { value, pipeline in pipeline.options.isFast = try value.oneOf(["true", "false"]) == "true" },
        PipelineKey(
            path: "segment.threshold", summary: SegmentSettings.thresholdSummary + ".",
            allowed: SegmentSettings.threshold.limits, fallback: "the task's"
        ) { value, pipeline in pipeline.options.threshold = try value.number(SegmentSettings.threshold) },
        PipelineKey(
            path: "segment.labels", summary: "Label ids to find.", allowed: "a list of the task's label ids",
            fallback: "all of the task's"
        ) { value, pipeline in
            let ids = try value.list().map { UInt16(try $0.integer(in: 1...65535)) }
            guard !ids.isEmpty else { throw value.bad() }
            pipeline.options.labels = Array(Set(ids)).sorted()
        },
        PipelineKey(
            path: "clean",
            summary:
                "Clean-up of the label map, in order. keep-largest keeps of each label as many parts, of such sizes, as "
                + "the task's volumes have, or so many as it says; remove-smaller spares those that the task's volumes "
                + "have.",
            allowed: "a list of { smooth: 0.8 mm }, keep-largest, { keep-largest: { parts: 1 } } and "
                + "{ remove-smaller: 20 mm3 }",
            fallback: "[]"
        ) { value, pipeline in pipeline.options.clean = try value.list().map(CleanStep.init) },
    ]

    private static let outputKeys: [PipelineKey] = [
        PipelineKey(
            path: "outputs", summary: "What is written for each case; the NIfTI label map always is.",
            allowed: OutputKind.all.map(\.name).joined(separator: ", "), fallback: "nifti, volumes"
        ) { value, pipeline in
            let kinds = OutputKind.all.map(\.name)
            var outputs: Set<OutputKind> = [.labels]
            for item in try value.list() {
                try item.refuse(["report"], instead: "available: \(kinds.joined(separator: ", "))")
                let name = try item.oneOf(kinds)
                outputs.formUnion(OutputKind.all.filter { $0.name == name })
            }
            pipeline.outputs = OutputKind.all.filter(outputs.contains)
        },
        PipelineKey(
            path: "run.jobs", summary: "Threads.", allowed: "auto, or a whole number from \(ThreadBudget.limits)",
            fallback: "auto: one per processor"
        ) { value, pipeline in
            if try value.text() != "auto" { pipeline.options.threads = try value.integer(in: ThreadBudget.allowed) }
        },
        PipelineKey(
            path: "run.memory",
            summary: "Memory a case may take. What it needs is computed before it begins, and too much is refused.",
            allowed: MemoryLimit.allowed, fallback: "the machine's memory"
        ) { value, pipeline in
            guard let limit = MemoryLimit(try value.text()) else { throw value.bad() }
            pipeline.options.memory = limit
        },
        PipelineKey(
            path: "run.reduce",
            summary: "Whether a case that needs more is done with fewer jobs and then, which changes the result, with "
                + "fewer support slices. A notice and case.json tell.",
            allowed: "never, allowed", fallback: "never"
        ) { value, pipeline in pipeline.options.allowsReduction = try value.oneOf(["never", "allowed"]) == "allowed" },
        PipelineKey(
            path: "run.timeout", summary: "Time limit of a case.", allowed: "nothing yet", fallback: "no limit"
        ) { value, _ in throw value.notAvailable(instead: "remove the key") },
    ]
}

extension CleanStep {
    /// Reads `{ keep-largest: { per: label } }`, `keep-largest` or `{ remove-smaller: 20 mm3 }`.
    init(_ value: ConfigurationValue) throws {
        let names = ["keep-largest", "remove-smaller", "smooth"]
        guard let entry = try value.singleEntry() else {
            guard try value.text() == "keep-largest" else { throw value.bad() }
            self = .keepLargest()
            return
        }
        switch entry.key {
        case "keep-largest":
            var parts: Int?
            for inner in try entry.value.entries() {
                switch inner.key {
                case "per": _ = try inner.value.oneOf(["label"], allowed: "label")
                case "parts": parts = try inner.value.integer(in: 1...1000)
                default: throw inner.unknown(in: "clean keep-largest", known: ["per", "parts"])
                }
            }
            self = .keepLargest(parts: parts)
        case "remove-smaller":
            self = .removeSmaller(
                cubicMillimetres: try entry.value.size(in: ["mm3", "mm³"], allowed: "a volume such as 20 mm3"))
        case "smooth":
            let setting = SegmentSettings.smoothing
            let allowed =
                "a standard deviation up to \(SegmentSettings.mostSmoothing) mm, such as \(setting.standard) mm"
            let sigma = try entry.value.size(in: ["mm"], allowed: allowed)
            guard setting.allows(sigma) else { throw entry.value.bad(allowed: allowed) }
            self = .smooth(millimetres: sigma)
        default: throw entry.unknown(in: "clean", known: names)
        }
    }
}

extension ConfigurationValue {
    /// A whole number that a setting allows.
    fileprivate func integer(_ setting: Setting<Int>) throws -> Int {
        guard let number = Int(try text()), setting.allows(number) else { throw bad() }
        return number
    }

    /// A number that a setting allows.
    fileprivate func number(_ setting: Setting<Double>) throws -> Double {
        let value = try number()
        guard setting.allows(value) else { throw bad() }
        return value
    }

    /// A positive number with one of some units.
    fileprivate func size(in units: [String], allowed: String) throws -> Double {
        let words = try text().split(separator: " ")
        guard words.count == 2, units.contains(String(words[1])), let size = Double(words[0]), size > 0, size.isFinite
        else { throw bad(allowed: allowed) }
        return size
    }
}
