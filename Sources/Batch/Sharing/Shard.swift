/// A part of a plan's cases: of `count` parts the one with this number. Every case is in one part and no part is more than one
/// case larger than another.
public struct Shard: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The part's number, from 1.
    public let number: Int
    /// How many parts there are.
    public let count: Int

    /// As it is written, such as `2/5`.
    public var description: String { "\(number)/\(count)" }

    /// Reads a part as it is written: `2/5` is the second of five.
    ///
    /// - Throws: ``ShardError/malformed(_:)``.
    public init(_ text: String) throws(ShardError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Self.number(parts[0]), let count = Self.number(parts[1]), number >= 1,
            number <= count
        else { throw .malformed(text) }
        (self.number, self.count) = (number, count)
    }

    /// The part with an index from 0.
    private init(index: Int, of count: Int) { (number, self.count) = (index + 1, count) }

    /// A part is its text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// A part is its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whether a case is in this part.
    ///
    /// - Parameter index: The case's place in the plan, from 0.
    public func contains(_ index: Int) -> Bool { index % count == number - 1 }

    /// The part that a task of a Slurm job array or a pod of an indexed Kubernetes job is to do; nil outside of these.
    ///
    /// Slurm: sbatch(1), `SLURM_ARRAY_TASK_ID`, `_MIN`, `_MAX`, `_STEP` and `_COUNT`. Kubernetes: `JOB_COMPLETION_INDEX`, and
    /// `JOB_COMPLETIONS`, which has to be set in the job's description.
    ///
    /// - Throws: ``ShardError``.
    public static func found(in environment: [String: String]) throws(ShardError) -> Shard? {
        let variables = Variables(values: environment)
        if let task = try variables.number("SLURM_ARRAY_TASK_ID") { return try slurm(task, variables) }
        if let index = try variables.number("JOB_COMPLETION_INDEX") { return try kubernetes(index, variables) }
        return nil
    }

    private static func slurm(_ task: Int, _ variables: Variables) throws(ShardError) -> Shard {
        let count = try variables.required("SLURM_ARRAY_TASK_COUNT")
        let first = try variables.required("SLURM_ARRAY_TASK_MIN")
        let step = try variables.number("SLURM_ARRAY_TASK_STEP") ?? 1
        let last = try variables.number("SLURM_ARRAY_TASK_MAX")
        // All tasks judge by the same numbers where they can, so that not some of them begin with parts that do not add up.
        guard count >= 1, step >= 1, task >= first, (task - first) % step == 0, (task - first) / step < count,
            last.map({ ($0 - first) / step + 1 == count }) ?? true
        else {
            let most = last.map { ", _MAX=\($0)" } ?? ""
            let told = "SLURM_ARRAY_TASK_MIN=\(first)\(most), _STEP=\(step), _COUNT=\(count)"
            throw .unevenArray(task: task, variables: told, count: count)
        }
        return Shard(index: (task - first) / step, of: count)
    }

    private static func kubernetes(_ index: Int, _ variables: Variables) throws(ShardError) -> Shard {
        guard let count = try variables.number("JOB_COMPLETIONS") else { throw .unknownCompletions(index: index) }
        guard index < count else { throw .badVariable(name: "JOB_COMPLETIONS", value: "\(count)") }
        return Shard(index: index, of: count)
    }

    /// A whole number without sign.
    fileprivate static func number(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private struct Variables {
        let values: [String: String]

        /// A variable's number; nil when it is not set.
        func number(_ name: String) throws(ShardError) -> Int? {
            guard let text = values[name], !text.isEmpty else { return nil }
            guard let number = Shard.number(text) else { throw .badVariable(name: name, value: text) }
            return number
        }

        func required(_ name: String) throws(ShardError) -> Int {
            guard let number = try number(name) else { throw .badVariable(name: name, value: nil) }
            return number
        }
    }
}
