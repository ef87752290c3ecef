import ArgumentParser
import Foundation
import Inference
import Platform

struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights", abstract: "Lists, checks, imports and chooses the network's weights.",
        discussion: """
            Imported weights are kept in tomos/weights below $XDG_DATA_HOME (~/.local/share by default); a run records \
            the SHA-256 of those it took.
            """,
        subcommands: [
            WeightsListCommand.self, WeightsVerifyCommand.self, WeightsImportCommand.self, WeightsDefaultCommand.self,
        ])
}

struct WeightsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the bundled and the imported weights.")

    func run() throws {
        let store = WeightsStore.user
        let standard = store.standardName
        var table = TextTable(["name", "default", "origin", "sha256", "licence"])
        func add(_ name: String, _ origin: String, _ sha256: String, _ licence: String) {
            table.add([name, name == standard ? "yes" : "", origin, sha256, licence])
        }
        add("bundled", "bundled", Weights.bundledSHA256, "Apache-2.0")
        for name in store.names {
            let record = try store.record(name)
            add(name, record.official ? "official" : "imported", record.sha256, record.licence)
        }
        Console.result(table.text)
    }
}

struct WeightsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads weights and compares their SHA-256 with what was recorded.")

    @Argument(help: "Names; all without.")
    var names: [String] = []

    func run() throws {
        let store = WeightsStore.user
        for name in names.isEmpty ? ["bundled"] + store.names : names {
            let weights = try store.verify(name)
            Console.line("\(name): \(weights.sha256), the network this program runs; \(weights.licence)")
        }
    }
}

struct WeightsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Copies a weights file to where 'tomos' finds it by name.",
        discussion: """
            The file is read as a network first. The official UniverSeg file is known by its git blob id; its licence \
            is shown when it is imported.

            EXAMPLES
              tomos weights import universeg_v1_nf64_ss64_STA.pt --official --name official
              tomos weights import weights.safetensors --name ours
            """)

    @Argument(help: "A .safetensors or .pt file.")
    var file: String

    @Option(help: "The name it gets: letters, digits, '-' and '_'.")
    var name: String

    @Flag(help: "Refuse any file but UniverSeg's official one.")
    var official = false

    func run() throws {
        let record = try WeightsStore.user.add(file, name: name, official: official)
        if record.official { Console.note(Self.officialNotice) }
        Console.line("\(name): \(record.sha256); \(record.licence)")
    }

    private static let officialNotice = """
        these are the weights of UniverSeg's authors. Their licence, OpenRAIL++-M, allows research use only and holds \
        for what is derived from them; read it where you fetched the file before you use it. Tomos neither bundles \
        nor passes them on.
        """
}

struct WeightsDefaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "default", abstract: "Says or sets which weights are taken where none are named.",
        discussion: """
            It holds for --weights left out and for pipeline files without segment.weights.

            EXAMPLES
              tomos weights default
              tomos weights default ours
              tomos weights default bundled
            """)

    @Argument(help: "'bundled', or the name of imported weights.")
    var name: String?

    func run() throws {
        if let name { try WeightsStore.user.setStandard(name) }
        Console.line(WeightsStore.user.standardName)
    }
}
