import Foundation
import TestSupport
import Testing

@Suite("Thread budget of the program")
struct ThreadBudgetTests {
    @Test("Held to one processor (taskset, as Slurm does it), the program takes one thread by default")
    func affinity() throws {
        let folder = TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        let first = "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"
        process.arguments = [
            "-c", "taskset -c \"\(first)\" \"$0\" segment --help > \"$1\"", Program.path, folder.file("help"),
        ]
        try process.run()
        process.waitUntilExit()
        let help = try String(contentsOfFile: folder.file("help"), encoding: .utf8)
        #expect(help.contains("one per processor by default. (default: 1)"))
    }
}
