import Configuration
import Inference
import Segmentation

extension PipelineSchema {
    /// How a volume is segmented, and the clean-up after it.
    static let segmentKeys: [PipelineKey] = [
        PipelineKey(
            "segment.weights", "The network: the built-in one or a weights file.",
            .path("bundled, the name of imported weights, or the path of a .safetensors or .pt file"),
            standard: .otherwise("that of 'tomos weights default'"), effect: .contentOnly,
            examples: ["bundled", "weights/net.pt"],
            write: { pipeline in
                switch pipeline.options.weights {
                case .bundled: "bundled"
                case .file(let path): .path(absolute(path))
                }
            }
        ) { value, pipeline in
            let text = try value.expandedText()
            let isName = text == "bundled" || WeightsStore.user.names.contains(text)
            pipeline.options.weights = isName ? WeightsStore.user.source(text) : .file(try value.path())
        },
        PipelineKey(
            "segment.choose", "How support slices are chosen.", .words(of: SupportStrategy.self), standard: .value(),
            write: { .text($0.options.choose.rawValue) }
        ) { value, pipeline in pipeline.options.choose = try value.choice(of: SupportStrategy.self) },
        PipelineKey(
            "segment.support", SegmentSettings.supportSummary + ".", .integer(1...512),
            allowed: "a whole number from \(SegmentSettings.support.limits) (the network was trained with up to "
                + "\(SegmentSettings.trainedSupport))",
            standard: .value(), write: { .integer($0.options.support) }
        ) { value, pipeline in pipeline.options.support = try value.integer(SegmentSettings.support) },
        PipelineKey(
            "segment.side",
            "Rows and columns of the slices that the network sees; time and memory grow with the square.",
            .integer(64...512, step: 32),
            allowed: "\(SegmentSettings.side.limits) (the network was trained with \(SegmentSettings.side.standard))",
            standard: .otherwise(SegmentSettings.sideByDefault()), write: { $0.options.side.map { .integer($0) } }
        ) { value, pipeline in pipeline.options.side = try value.integer(SegmentSettings.side) },
        PipelineKey(
            "segment.skip-empty",
            "Slices of one value everywhere become background without asking the network. It can change results, since "
                + "the network might have found something there.",
            .truth, standard: .value(), write: { .truth($0.options.skipsEmpty) }
        ) { value, pipeline in pipeline.options.skipsEmpty = try value.truth() },
        PipelineKey(
            "segment.ensemble", SegmentSettings.ensembleSummary + "; time grows with them.", .integer(1...4),
            standard: .value(), write: { .integer($0.options.ensemble) }
        ) { value, pipeline in pipeline.options.ensemble = try value.integer(SegmentSettings.ensemble) },
        PipelineKey(
            "segment.fusion", SegmentSettings.fusionSummary + "; with few volumes less.", .number(from: 0, to: 1),
            standard: .value(), write: { .number($0.options.fusion) }
        ) { value, pipeline in pipeline.options.fusion = try value.number(SegmentSettings.fusion) },
        PipelineKey(
            "segment.learned", "Whether networks that were trained on the pack ('tomos task check') are put to use.",
            .truth, standard: .value(), write: { .truth($0.options.usesLearned) }
        ) { value, pipeline in pipeline.options.usesLearned = try value.truth() },
        PipelineKey(
            "segment.study",
            "Whether the study teaches the pack: it is segmented once, its surest cases teach a copy of the pack, and it "
                + "is segmented again ('tomos run' only).",
            // What it changes is what the pack has learned, which every result names.
            .words(["alone", "learn"]), standard: .value(), effect: .none,
            write: { .text($0.isTaughtByStudy ? "learn" : "alone") }
        ) { value, pipeline in pipeline.isTaughtByStudy = try value.oneOf(["alone", "learn"]) == "learn" },
        PipelineKey(
            "segment.doubtful",
            "Labels whose probabilities promise a Dice below 2/3, which are flagged: auto takes them for absent where "
                + "some volume of the task is without the label, and keeps them otherwise.",
            .words(of: DoubtPolicy.self), standard: .value(), write: { .text($0.options.doubtful.rawValue) }
        ) { value, pipeline in pipeline.options.doubtful = try value.choice(of: DoubtPolicy.self) },
        PipelineKey(
            "segment.fast",
            "Less time for less accuracy: one plane only (the first one named, or the task's), one draw of support "
                + "chosen by position.",
            .truth, standard: .value(), write: { .truth($0.options.isFast) }
        ) { value, pipeline in pipeline.options.isFast = try value.truth() },
        PipelineKey(
            "segment.threshold", SegmentSettings.thresholdSummary + ".", .number(from: 0, to: 1, isOpen: true),
            standard: .otherwise("the task's"), write: { $0.options.threshold.map { .number($0) } }
        ) { value, pipeline in pipeline.options.threshold = try value.number(SegmentSettings.threshold) },
        PipelineKey(
            "segment.labels", "Label ids to find.", .list(.integer(1...65535), atLeast: 1),
            allowed: "a list of the task's label ids", standard: .otherwise("all of the task's"), examples: [[1, 2]],
            write: { $0.options.labels.map { .list($0.map { .integer(Int($0)) }) } }
        ) { value, pipeline in
            let ids = try value.list().map { UInt16(try $0.integer(in: 1...65535)) }
            guard !ids.isEmpty else { throw value.bad() }
            pipeline.options.labels = Array(Set(ids)).sorted()
        },
        PipelineKey(
            "clean",
            "Clean-up of the label map, in order. keep-largest keeps of each label as many parts, of such sizes, as the "
                + "task's volumes have, or so many as it says; remove-smaller spares those that the task's volumes have.",
            .list(CleanStep.form),
            allowed: "a list of { smooth: 0.8 mm }, keep-largest, { keep-largest: { parts: 1 } } and "
                + "{ remove-smaller: 20 mm3 }",
            standard: .value(), examples: [[["smooth": "0.8 mm"], "keep-largest", ["remove-smaller": "20 mm3"]]],
            write: { .list($0.options.clean.map(\.written)) }
        ) { value, pipeline in pipeline.options.clean = try value.list().map(CleanStep.init) },
    ]
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
}
