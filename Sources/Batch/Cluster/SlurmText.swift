/// Texts as Slurm and the shell read them.
package enum SlurmText {
    /// A script of a job.
    static func script(about: String, options: [String], commands: String) -> String {
        """
        #!/bin/bash
        # \(about)
        \(options.map { "#SBATCH " + option($0) }.joined(separator: "\n"))
        \(commands)

        """
    }

    /// Whether a path can stand in a script: on one line, and without a backslash. In the name of a log a backslash
    /// switches off what Slurm puts in for `%A` and `%a` (sbatch(1), "filename pattern"), wherever it stands.
    static func allows(path: String) -> Bool {
        !path.unicodeScalars.contains { $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }
    }

    /// A folder in the name of a log: `%` is twice itself, else Slurm puts something in.
    static func logName(_ folder: String) -> String {
        folder.reduce(into: "") { $0 += $1 == "%" ? "%%" : String($1) }
    }

    /// A word on an `#SBATCH` line. `sbatch` reads quotes and backslashes there as a shell would, but puts no variables in.
    static func option(_ word: String) -> String {
        if isPlain(word, besides: "=%:@,") { return word }
        return "\"" + word.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) } + "\""
    }

    /// Words of a command.
    static func shell(_ words: [String]) -> String { words.map(shell).joined(separator: " ") }

    /// A word of a command: within single quotes nothing means anything but the quote that ends them.
    package static func shell(_ word: String) -> String {
        if isPlain(word, besides: "=:@,") { return word }
        return "'" + word.reduce(into: "") { $0 += $1 == "'" ? "'\\''" : String($1) } + "'"
    }

    /// Whether a word is one as it stands: of letters and digits of ASCII and signs that mean nothing there.
    private static func isPlain(_ word: String, besides: String) -> Bool {
        let signs = "/._-+" + besides
        return !word.isEmpty
            && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || signs.contains($0)) }
    }
}
