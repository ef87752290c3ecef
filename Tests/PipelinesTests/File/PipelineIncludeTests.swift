import Configuration
import Foundation
import Platform
import TestSupport
import Testing
import Volumes

@testable import Pipelines

@Suite("Includes and environment variables in pipeline files")
struct PipelineIncludeTests {
    let folder = TemporaryFolder()

    /// Writes files and reads `p.yaml` among them.
    func load(
        _ files: [String: String], _ overrides: [String] = [], variables: [String: String] = [:]
    ) throws -> PipelineFile {
        for (name, text) in files {
            let url = URL(fileURLWithPath: folder.file(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return try PipelineFile.load(
            folder.file("p.yaml"), overrides: overrides, variables: PathVariables(variables))
    }

    /// The error's text with the folder taken off.
    func failure(_ files: [String: String], _ overrides: [String] = [], variables: [String: String] = [:]) -> String {
        do {
            _ = try load(files, overrides, variables: variables)
            return "no error"
        } catch let error as ConfigurationError {
            #expect(error.category == .badConfiguration)
            return error.description.replacing(folder.path + "/", with: "")
        } catch {
            return "another error: \(error)"
        }
    }

    // MARK: includes

    @Test("The including file wins, the later of several included files before the earlier, and overrides before all")
    func precedence() throws {
        let pipeline = try load(
            [
                // Last in the file, and still read first.
                "p.yaml": "segment: { support: 3 }\nclean: []\ninclude: [a.yaml, b.yaml]\n",
                "a.yaml":
                    "version: 1\ntask: packs/a\nsegment: { support: 1, ensemble: 2, fusion: 0.1 }\nclean: [keep-largest]\n",
                "b.yaml": "task: packs/b\nsegment: { support: 2, ensemble: 3 }\n",
            ], ["segment.fusion=0.3"])
        #expect(pipeline.options.support == 3)
        #expect(pipeline.options.ensemble == 3)
        #expect(pipeline.options.fusion == 0.3)
        #expect(pipeline.options.clean == [])
        #expect(pipeline.task == folder.file("packs/b"))
        #expect(pipeline.name == "p")
        #expect(pipeline.places["segment.support"] == .file(folder.file("p.yaml"), line: 1, column: 21))
        #expect(pipeline.places["segment.ensemble"] == .file(folder.file("b.yaml"), line: 2, column: 34))
        #expect(pipeline.places["segment.fusion"] == .override("segment.fusion=0.3"))
        #expect(pipeline.places["version"] == .file(folder.file("a.yaml"), line: 1, column: 10))
        #expect(pipeline.places["run.jobs"] == nil)
    }

    @Test("Paths start at the folder of the file in which they stand, through every level")
    func foldersOfFiles() throws {
        let pipeline = try load([
            "p.yaml": "include: lab/mr.yaml\n",
            "lab/mr.yaml": "include: ../site/base.yaml\nsegment: { weights: net.pt }\n",
            "site/base.yaml": "version: 1\ntask: packs/liver\nname: base\n",
        ])
        #expect(
            URL(fileURLWithPath: pipeline.task).standardizedFileURL.path
                == URL(fileURLWithPath: folder.file("site/packs/liver")).standardizedFileURL.path)
        #expect(pipeline.options.weights == .file(folder.file("lab/net.pt")))
        #expect(pipeline.name == "base")
    }

    @Test("A file may be included twice, by two files of one")
    func diamond() throws {
        let pipeline = try load([
            "p.yaml": "include: [a.yaml, b.yaml]\n", "a.yaml": "include: base.yaml\nsegment: { support: 4 }\n",
            "b.yaml": "include: base.yaml\n", "base.yaml": "version: 1\ntask: x\nsegment: { support: 5 }\n",
        ])
        // b comes after a, and what it includes with it.
        #expect(pipeline.options.support == 5)
    }

    @Test(
        "Mistakes name the file, line and column in which they stand",
        arguments: [
            (
                ["p.yaml": "include: [base.yaml]\n", "base.yaml": "version: 1\nsegment:\n  suport: 3\n"],
                "base.yaml:3:3: unknown key 'suport' in segment; did you mean 'support'?"
            ),
            (
                ["p.yaml": "include: base.yaml\n", "base.yaml": "version: 1\ntask: [x\n"],
                "base.yaml:3:1: not valid YAML: did not find expected ',' or ']'"
            ),
            (
                ["p.yaml": "version: 1\ninclude: base.yaml\n"],
                "p.yaml:2:10: cannot include base.yaml: there is no such file (a path is relative to the file that includes "
                    + "it)"
            ),
            (
                ["p.yaml": "include: [ok.yaml, lab]\n", "ok.yaml": "", "lab/x.yaml": ""],
                "p.yaml:1:20: cannot include lab: it is not a file (a path is relative to the file that includes it)"
            ),
            (
                ["p.yaml": "include: a.yaml\n", "a.yaml": "version: 1\ninclude:\n  - b.yaml\n"],
                "a.yaml:3:5: cannot include b.yaml: there is no such file (a path is relative to the file that includes it)"
            ),
            (
                ["p.yaml": "include: p.yaml\n"],
                "p.yaml:1:10: cannot include p.yaml: it includes itself: p.yaml > p.yaml; remove one of these includes"
            ),
            (
                [
                    "p.yaml": "include: a.yaml\n", "a.yaml": "include: lab/b.yaml\n",
                    "lab/b.yaml": "include: ../a.yaml\n",
                ],
                "lab/b.yaml:1:10: cannot include lab/../a.yaml: it includes itself: a.yaml > lab/b.yaml > lab/../a.yaml; "
                    + "remove one of these includes"
            ),
            (
                ["p.yaml": "include: { a: b.yaml }\n"],
                "p.yaml:1:10: include cannot be '{...}'; allowed: the path of a pipeline file, or a list of them"
            ),
            (
                ["p.yaml": "version: 1\ninclude: base.yaml\n", "base.yaml": "name: x\n"],
                "p.yaml: key 'task' is missing; add 'task: path/to/pack'"
            ),
            (
                ["p.yaml": "version: 1\ntask: x\nincldue: base.yaml\n"],
                "p.yaml:3:1: unknown key 'incldue'; did you mean 'include'?"
            ),
        ])
    func mistakes(files: [String: String], message: String) { #expect(failure(files) == message) }

    @Test("A link to an including file is the same file")
    func cycleThroughLink() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.yaml"), withDestinationPath: "p.yaml")
        #expect(failure(["p.yaml": "include: link.yaml\n"]).contains("it includes itself: p.yaml > link.yaml;"))
    }

    @Test("Depth and number of files have limits, and what is within them is read")
    func limits() throws {
        var chain = ["p.yaml": "include: f1.yaml\n"]
        for n in 1...7 { chain["f\(n).yaml"] = "include: f\(n + 1).yaml\n" }
        chain["f8.yaml"] = "version: 1\ntask: x\n"
        #expect(try load(chain).task == folder.file("x"))
        chain["f8.yaml"] = "include: f9.yaml\n"
        chain["f9.yaml"] = "version: 1\ntask: x\n"
        #expect(
            failure(chain)
                == "f8.yaml:1:10: cannot include f9.yaml: files include each other more than 8 deep; put the values into "
                + "fewer files")

        // Four files that each include the next four times: 1 + 4 + 16 + 64 readings.
        let four = { (name: String) in "include: [" + Array(repeating: name, count: 4).joined(separator: ", ") + "]\n" }
        let many = [
            "p.yaml": four("g1.yaml"), "g1.yaml": four("g2.yaml"), "g2.yaml": four("g3.yaml"),
            "g3.yaml": "version: 1\ntask: x\n",
        ]
        #expect(failure(many).hasSuffix("more than 64 files are included; put the values into fewer files"))
    }

    @Test("The limits of YAML hold in included files")
    func hostileInclude() {
        let deep = "a: " + String(repeating: "[", count: 1000)
        #expect(
            failure(["p.yaml": "include: base.yaml\n", "base.yaml": deep])
                == "base.yaml:1:1: not valid YAML: line 1: lists and mappings are nested deeper than 64 levels")
    }

    @Test("The hash sees what is included, and the values of variables that are used")
    func hash() throws {
        let files = [
            "p.yaml": "version: 1\ntask: ${PACK:-a}\ninclude: b.yaml\n", "b.yaml": "segment: { support: 4 }\n",
        ]
        let first = try load(files).sha256
        #expect(try load(files).sha256 == first)
        #expect(try load(files, variables: ["OTHER": "1"]).sha256 == first)
        #expect(try load(files, variables: ["PACK": "b"]).sha256 != first)
        #expect(try load(files.merging(["b.yaml": "segment: { support: 5 }\n"]) { $1 }).sha256 != first)
    }

    // MARK: variables

    @Test(
        "Variables in paths",
        arguments: [
            ("${PACKS}/heart", "/data/packs/heart"), ("\"${PACKS}/${ORGAN}\"", "/data/packs/liver"),
            ("${NONE:-/packs}/heart", "/packs/heart"), ("${EMPTY:-/packs}/heart", "/packs/heart"),
            ("${PACKS:-/other}/heart", "/data/packs/heart"), ("/a/$PACKS/b", "/a/$PACKS/b"),
            ("/a/$${PACKS}", "/a/${PACKS}"),
            ("/a/$$${PACKS}", "/a/$${PACKS}"), ("/100$", "/100$"), ("/a/${ORGAN}$${", "/a/liver${"),
        ])
    func variables(written: String, path: String) throws {
        let environment = ["PACKS": "/data/packs", "ORGAN": "liver", "EMPTY": ""]
        #expect(try load(["p.yaml": "version: 1\ntask: \(written)\n"], variables: environment).task == path)
    }

    @Test("A relative path may begin with a variable, weights and includes have variables, and overrides too")
    func variablesElsewhere() throws {
        let files = [
            "p.yaml":
                "version: 1\ntask: ${ORGAN}\nsegment: { weights: \"${NETS}/a.pt\" }\ninclude: ${SITE:-lab}/base.yaml\n",
            "lab/base.yaml": "segment: { support: 7 }\n",
        ]
        let environment = ["ORGAN": "liver", "NETS": "nets"]
        let pipeline = try load(files, variables: environment)
        #expect(pipeline.task == folder.file("liver"))
        #expect(pipeline.options.weights == .file(folder.file("nets/a.pt")))
        #expect(pipeline.options.support == 7)
        #expect(try load(files, ["task=/x/${ORGAN}"], variables: environment).task == "/x/liver")
        #expect(
            try load(files, ["segment.weights=${NET:-bundled}"], variables: environment).options.weights == .bundled)
    }

    @Test("What is no path keeps its text")
    func onlyInPaths() throws {
        let files = ["p.yaml": "version: 1\ntask: x\nname: ${USER}\ninput: { exclude: \"${USER}.nii\" }\n"]
        let pipeline = try load(files, variables: ["USER": "someone"])
        #expect(pipeline.name == "${USER}")
        #expect(pipeline.input.exclude == ["${USER}.nii"])
    }

    @Test(
        "Variables that are not there",
        arguments: [
            (
                "task: ${PACKS}/heart",
                "p.yaml:2:7: task: the environment variable PACKS is not set; set it (export PACKS=...), or write "
                    + "${PACKS:-...} with what holds without it"
            ),
            (
                "task: ${EMPTY}/heart",
                "p.yaml:2:7: task: the environment variable EMPTY is not set; set it (export EMPTY=...), or write "
                    + "${EMPTY:-...} with what holds without it"
            ),
            (
                "task: ${PACKS/heart",
                "p.yaml:2:7: task cannot be '${PACKS/heart'; allowed: ${NAME} or ${NAME:-default} (and $${ where ${ itself "
                    + "is meant)"
            ),
            (
                "task: ${1}",
                "p.yaml:2:7: task cannot be '${1}'; allowed: ${NAME} or ${NAME:-default} (and $${ where ${ itself is meant)"
            ),
            ("task: ${EMPTY:-}", "p.yaml:2:7: task cannot be '${EMPTY:-}'; allowed: a folder"),
            (
                "task: x\nsegment: { weights: ${NETS}/a.pt }",
                "p.yaml:3:22: not valid YAML: did not find expected ',' or '}' (inside { } or [ ] a value with ${...} must "
                    + "stand in quotes)"
            ),
            (
                "include: ${SITE}.yaml",
                "p.yaml:2:10: include: the environment variable SITE is not set; set it (export SITE=...), or write "
                    + "${SITE:-...} with what holds without it"
            ),
        ])
    func badVariables(line: String, message: String) {
        #expect(failure(["p.yaml": "version: 1\n\(line)\n"], variables: ["EMPTY": ""]) == message)
    }

    @Test("The program's own environment is what a pipeline sees")
    func realEnvironment() throws {
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])
        try "version: 1\ntask: \"/x/${PATH}\"\n".write(
            toFile: folder.file("p.yaml"), atomically: true, encoding: .utf8)
        #expect(try PipelineFile.load(folder.file("p.yaml")).task == "/x/" + path)
    }
}
