import Volumes

/// Why a study did not go to a Slurm cluster.
public enum SlurmError: TomosError, Equatable {
    /// A path that cannot stand in a job's script.
    case path(String)
    /// A program of Slurm's is not on this machine.
    case notFound(program: String)
    /// `sbatch` would not take a script; `words` are its own.
    case refused(script: String, words: String)
    /// `sbatch` said that it took a script, but not under which number.
    case noNumber(script: String, words: String)
    /// The array is in the queue, its report is not.
    case reportRefused(array: String, script: String, words: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .path, .refused, .reportRefused: .badConfiguration
        case .notFound: .missingInput
        case .noNumber: .badData
        }
    }

    /// What is wrong, in Slurm's words where they are its, and the way out.
    public var description: String {
        switch self {
        case .path(let path):
            "\(path): Slurm takes no path with a backslash or a line break; give a folder without, a symbolic link to this "
                + "one for example"
        case .notFound(let program):
            "\(program): not on this machine; run this where jobs are submitted (a login node of the cluster), or see "
                + "the scripts with --print"
        case .refused(let script, let words):
            "\(script): sbatch does not take it:\n  \(words)\n  "
                + "change what it asks for (--partition, --account, --time, --mem, --cpus, --tasks, --sbatch) and submit again"
        case .noNumber(let script, let words):
            "\(script): sbatch told no job's number but '\(words)'; see squeue --me, and before submitting again end what "
                + "it shows (scancel)"
        case .reportRefused(let array, let script, let words):
            "\(script): sbatch does not take it:\n  \(words)\n  "
                + "job \(array), the array, is in the queue all the same (scancel \(array) takes it back); once it has ended, "
                + "'tomos measure' and 'tomos status' do what the report would have"
        }
    }
}
