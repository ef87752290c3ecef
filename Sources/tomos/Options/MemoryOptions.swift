import ArgumentParser
import Segmentation

/// The options of every command that segments volumes.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: """
            Memory that may be taken, such as 2GiB, or none. What is needed is computed first, and too much is refused; \
            the machine's memory by default.
            """)
    var memory: MemoryLimit?

    @Flag(
        help: """
            Where the memory is not enough, use fewer threads and then, which changes the result, fewer support slices.
            """)
    var allowReduce = false

    /// Puts what was given on top of the options.
    func apply(to options: inout SegmentOptions) {
        if let memory { options.memory = memory }
        if allowReduce { options.allowsReduction = true }
    }
}
