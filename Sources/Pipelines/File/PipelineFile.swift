import Configuration
import Platform
import Segmentation
import Studies

/// What a pipeline file says: which images of a study to take, which task to do on them, and what to write.
public struct PipelineFile: Sendable {
    /// Name shown in reports; the file's name unless the file gives one.
    public var name: String
    /// Which images of the study are cases.
    public var input = InputSelection()
    /// The task pack's folder, resolved against the pipeline file's own folder.
    public var task = ""
    /// Preparation, network and clean-up.
    public var options = SegmentOptions()
    /// Whether sure cases of the study teach the pack first.
    public var isTaughtByStudy = false
    /// What is written for each case, each kind once.
    public var outputs: [OutputKind] = [.labels, .volumes]
    /// Cases that are worked on at a time; nil for as many as jobs and memory allow.
    public var workers: Int?
    /// How long a case may take; nil for as long as it takes.
    public var timeout: Duration?
    /// SHA-256 of the file's bytes, of the files it includes, the overrides and the environment variables in its paths,
    /// in hexadecimal: says whether two runs were told the same.
    public var sha256 = ""
    /// Where each value stands, by its key; a key that is not here has its default.
    public internal(set) var places: [String: ConfigurationPlace] = [:]

    /// What `auto` came to on this machine; nil where a number of jobs was asked for.
    private var automaticThreads: Int?

    /// Makes a pipeline with every value at its default.
    public init(name: String) {
        self.name = name
        jobs = nil
    }

    /// Processors that are kept busy, in all; nil for one per processor of the machine that runs it. This is
    /// `options.threads`, and knows besides whether the number was asked for.
    public var jobs: Int? {
        get { options.threads == automaticThreads ? nil : options.threads }
        set {
            options.threads = newValue ?? ThreadBudget.count
            automaticThreads = newValue == nil ? options.threads : nil
        }
    }
}

extension PipelineFile: Equatable {
    /// Whether two do the same under the same name. Where their values stand, and the bytes that gave them, do not count.
    public static func == (one: PipelineFile, other: PipelineFile) -> Bool {
        one.name == other.name && one.input == other.input && one.task == other.task && one.options == other.options
            && one.outputs == other.outputs && one.jobs == other.jobs && one.workers == other.workers
            && one.timeout == other.timeout && one.isTaughtByStudy == other.isTaughtByStudy
    }
}
