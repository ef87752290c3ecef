import ArgumentParser
import PackChecks
import Platform

/// How long networks are trained on a pack.
struct TrainingOptions: ParsableArguments {
    @Option(
        help:
            "Minutes that networks are trained for, about: more may give more Dice. 5 by default, 12 for large structures."
    )
    var minutes: Double?

    @Option(
        help: """
            Steps of each network, in place of minutes: the same steps give the same networks on processors of one kind, \
            whatever else runs.
            """)
    var steps: Int?

    func validate() throws {
        if minutes != nil, steps != nil { throw ValidationError("--minutes with --steps: give one of them") }
        if let minutes, !(minutes > 0 && minutes <= 10_000) {
            throw ValidationError("--minutes \(minutes): use more than 0 and at most 10000")
        }
        if let steps, !(1...1_000_000).contains(steps) {
            throw ValidationError("--steps \(steps): use a whole number from 1 to 1000000")
        }
    }

    var options: TaskTraining.Options {
        var options = TaskTraining.Options(threads: ThreadBudget.count)
        (options.minutes, options.steps) = (minutes, steps)
        return options
    }

    /// A line about how far it is.
    static func line(_ at: TaskTraining.Progress) -> String {
        "network \(at.member)/\(at.members): step \(at.step)/\(at.steps), loss \(decimal(at.loss, 3))"
    }

    /// Says how far it is.
    static func tell(_ at: TaskTraining.Progress) { Console.note(line(at)) }
}
