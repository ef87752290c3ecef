import ArgumentParser
import Batch
import Foundation
import Platform
import Rounds
import Volumes

struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Names the cases whose correction would teach the task pack most, and takes corrections back.",
        discussion: """
            Those are the doubtful ones that are unlike what the pack holds, and like other doubtful ones. Cases that are \
            in the pack, rated 'exclude' in RESULTS/reviews.tsv, or unlike the task are not named; those rated 'fix' come \
            first. With -o a worklist is made: a folder a case with its image, its label map and scripts that open both in \
            3D Slicer and ITK-SNAP. Corrections that were saved there go into the pack with --add.

            EXAMPLES
              tomos next results --count 10
              tomos next results --count 10 -o worklist
              tomos next results --add worklist
            """)

    @Argument(help: "The results folder of a run.")
    var results: String

    @Option(help: "How many cases to name, at most.")
    var count = 10

    @Option(name: [.customShort("o"), .customLong("output")], help: "The worklist to make, a folder.")
    var output: String?

    @Option(help: ArgumentHelp("Put the corrections of a worklist into the pack.", valueName: "worklist"))
    var add: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !(1...10_000).contains(count) {
            throw ValidationError("--count \(count): use a whole number from 1 to 10000")
        }
        if add != nil, output != nil { throw ValidationError("give either -o or --add") }
        if add != nil, json { throw ValidationError("--json goes with a choice, not with --add") }
        if let output { try requireFolderOutput(output, instead: "a worklist is a folder") }
    }

    func run() throws {
        if let add { return try take(add) }
        let next = try NextCases(BatchFolder(results), count: count)
        next.notices.forEach(Console.note)
        if json {
            try Console.json(next.chosen)
        } else {
            var table = TextTable([">rank", "case", ">doubt", "why"])
            for one in next.chosen {
                table.add([String(one.rank), one.id, decimal(one.doubt, 2), one.why.joined(separator: "; ")])
            }
            Console.result(table.text)
        }
        if next.chosen.count < count {
            Console.note("\(next.chosen.count) of \(count): there are no more to choose from")
        }
        guard let output else { return }
        let progress = Progress(quiet: json)
        let notices = try next.writeWorklist(to: output) { progress.show($0.id) }
        progress.clear()
        notices.forEach(Console.note)
        if !json { Console.line("\(output): \(next.chosen.count) cases to correct; README.txt there says how") }
    }

    /// Puts the corrections of a worklist into the pack, and says of every case what became of it.
    private func take(_ path: String) throws {
        var list = try Worklist(path)
        try list.require(results: results)
        var (added, unchanged, refused) = (0, [String](), 0)
        try list.addCorrections(tell: Console.note) { id, taken in
            switch taken {
            case .added(let file, let change):
                added += 1
                Console.line("\(id): \(change.rawValue) (\(file))")
            case .unchanged: unchanged.append(id)
            case .addedBefore: Console.line("\(id): added before")
            case .refused(let error):
                refused += 1
                Console.error("\(id): \((error as? any TomosError)?.description ?? "\(error)")")
            }
        }
        if !unchanged.isEmpty {
            Console.line("unchanged and not added: \(unchanged.joined(separator: ", "))")
        }
        Console.line("\(list.pack): \(added) added; 'tomos loop \(results)' says how to go on")
        if refused > 0 { throw ExitStatusError(status: .someFailed) }
    }
}
