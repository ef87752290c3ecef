import ArgumentParser
import Pipelines
import Platform

struct PipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "Checks pipeline files, and tells editors what may stand in them.",
        subcommands: [PipelineCheckCommand.self, PipelineSchemaCommand.self, PipelineDocsCommand.self])
}

struct PipelineCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reads a pipeline file and what it names, and shows every value that holds.",
        discussion: """
            Task pack and weights are read, the pack's volumes only looked for. Exit code 78 and file, line and column say \
            what is wrong. 'tomos run --help' lists the keys.

            EXAMPLES
              tomos pipeline check pipelines/phantom.yaml
              tomos pipeline check pipelines/phantom.yaml --set segment.support=32
              tomos pipeline check pipelines/phantom.yaml --json > resolved.yaml
            """)

    @Argument(help: "The pipeline file (YAML).")
    var pipeline: String

    @Option(name: .customLong("set"), help: "Overrides a value of the pipeline: key=value. May be repeated.")
    var overrides: [String] = []

    @Flag(help: "Print the resolved pipeline (JSON, which is YAML too) in place of the table.")
    var json = false

    func run() throws {
        let file = try PipelineFile.load(pipeline, overrides: overrides)
        let check = try PipelineCheck(file)
        let resolved = try file.resolvedText()
        if json {
            Console.result(String(resolved.dropLast()))
        } else {
            Console.result(Self.table(file))
            Console.result("\n" + Self.lines(check).joined(separator: "\n"))
        }
    }

    private static func table(_ file: PipelineFile) -> String {
        var table = TextTable(["key", "value", "from"])
        for key in PipelineSchema.keys where key.path != PipelineSchema.include.path {
            let value = key.shown(in: file) ?? key.fallback ?? ""
            table.add([key.path, value, file.places[key.path]?.description ?? "default"])
        }
        return table.text
    }

    private static func lines(_ check: PipelineCheck) -> [String] {
        let (task, weights) = (check.task, check.weights)
        let labels = task.labels.entries.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
        let volumes = "\(task.examples.count) volume\(task.examples.count == 1 ? "" : "s")"
        return [
            SafeText.line("task: \(task.name), \(volumes), labels \(labels)"),
            SafeText.line("weights: \(weights.name), \(weights.licence)"),
        ]
    }
}

struct PipelineSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of pipeline files, for editors.",
        discussion: """
            EXAMPLES
              tomos pipeline schema > pipeline.schema.json

            Then, as the first line of a pipeline file:
              # yaml-language-server: $schema=pipeline.schema.json
            """)

    func run() { Console.result(String(PipelineSchema.jsonSchema.dropLast())) }
}

struct PipelineDocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Prints the page about pipeline files (docs/pipeline.md).", shouldDisplay: false)

    func run() { Console.result(String(PipelinePage.text.dropLast())) }
}
