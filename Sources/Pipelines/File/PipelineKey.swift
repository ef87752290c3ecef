import Configuration

/// One key of the pipeline file.
public struct PipelineKey: Sendable {
    /// What another value of the key means for a case that is done.
    public enum Effect: Sendable {
        /// The case's files might be others.
        case results
        /// Nothing where the named files hold the same: their content decides, and provenance records its SHA-256.
        case contentOnly
        /// Nothing: it says which cases there are, or how they are run.
        case none
    }

    /// What holds where a key is not given.
    enum Standard: Sendable {
        /// Nothing: it must be.
        case required
        /// The value that a new `PipelineFile` has, with a note that says what this one means.
        case value(note: String? = nil)
        /// What these words say.
        case otherwise(String)
    }

    /// The full key, such as `segment.support`.
    public let path: String
    /// What it does, one sentence.
    public let summary: String
    /// What it takes, as editors check it.
    public let form: ValueForm
    /// What it takes, as the error for a bad value lists it.
    public let allowed: String
    /// What another value means for a case that is done.
    public let effect: Effect
    /// Values to learn from, where the form does not say enough.
    let examples: [WrittenValue]
    let standard: Standard
    /// The value that a pipeline holds; nil where it holds none.
    let write: @Sendable (PipelineFile) -> WrittenValue?
    /// Reads the value into the pipeline.
    let apply: @Sendable (ConfigurationValue, inout PipelineFile) throws -> Void

    init(
        _ path: String, _ summary: String, _ form: ValueForm, allowed: String? = nil, standard: Standard,
        effect: Effect = .results, examples: [WrittenValue] = [],
        write: @escaping @Sendable (PipelineFile) -> WrittenValue?,
        apply: @escaping @Sendable (ConfigurationValue, inout PipelineFile) throws -> Void
    ) {
        (self.path, self.summary, self.form) = (path, summary, form)
        self.allowed = allowed ?? form.allowed
        (self.standard, self.effect, self.examples) = (standard, effect, examples)
        (self.write, self.apply) = (write, apply)
    }

    /// The part before the last dot, empty at the top level.
    public var section: String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? "" }

    /// What holds when it is not given; nil when it must be given.
    public var fallback: String? {
        switch standard {
        case .required: nil
        case .value(let note): (standardValue?.line ?? "") + (note.map { ": \($0)" } ?? "")
        case .otherwise(let words): words
        }
    }

    /// The value that holds when it is not given, where it is always the same one.
    var standardValue: WrittenValue? {
        if case .value = standard { write(PipelineFile(name: "")) } else { nil }
    }

    /// The value that a pipeline holds, written in the one way in which equal values are equal texts, and which `--set`
    /// takes; nil where the pipeline leaves it to the task or to the machine. Paths are absolute.
    public func shown(in pipeline: PipelineFile) -> String? { write(pipeline)?.line }
}
