import Foundation
import Rounds
import TestSupport
import Testing
import VolumeIO
import Volumes

/// The loop as a person walks it, with truth in place of what a person corrects.
@Suite("tomos next and tomos loop")
struct LoopTests {
    let folder = TemporaryFolder()
    let tomos: Program

    /// Three kinds of cases, of which the pack knows the first only: bright balls, dark ones, and grey ones beside a bright
    /// wall. Three of each.
    static let kinds = ["bright", "dark", "grey"]

    init() throws {
        tomos = Program(folder: folder)
        try tomos.makeBallPack()
        try folder.write("version: 1\ntask: pack\nsegment: { support: 4, side: 64 }\n", to: "p.yaml")
    }

    private func makeStudy(kinds: [String] = Self.kinds, each: Int = 3, truth radius: Double = 6) throws {
        for kind in kinds {
            for n in 0..<each {
                var ball = BallPhantom()
                ball.centre.x = 10.5 + Double(n) / 2
                try ball.writeImage(folder.file("study/\(kind)\(n).nii.gz"), of: kind)
                ball.radius = radius
                try ball.writeLabels(folder.file("true/\(kind)\(n).nii.gz"))
            }
        }
    }

    private func run(_ more: String...) throws -> Program.Outcome {
        try tomos.run(["run", "p.yaml", "study", "-o", "out", "--quiet"] + more)
    }

    private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    private func state() throws -> LoopState {
        let told = try tomos("loop", "out", "--json")
        #expect(told.code == 0, "\(told.errors)")
        return try JSONDecoder().decode(LoopState.self, from: Data(told.output.utf8))
    }

    private func chosen(_ worklist: String) throws -> [(id: String, folder: String)] {
        let file = try json(String(contentsOfFile: folder.file("\(worklist)/worklist.json"), encoding: .utf8))
        let cases = try #require((file as? [String: Any])?["cases"] as? [[String: Any]])
        return try cases.map {
            let id = try #require(($0["chosen"] as? [String: Any])?["id"] as? String)
            return (id, try #require($0["folder"] as? String))
        }
    }

    /// Puts truth in place of a case's label map.
    private func correct(_ one: (id: String, folder: String), in worklist: String) throws {
        let file = folder.file("\(worklist)/\(one.folder)/\(one.id)_labels.nii.gz")
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.copyItem(atPath: folder.file("true/\(one.id).nii.gz"), toPath: file)
    }

    /// Mean Dice of the cases that were never corrected.
    private func dice(without corrected: Set<String>) throws -> Double {
        let told = try tomos("evaluate", "out", "true", "--json")
        let rows = try #require((json(told.output) as? [String: Any])?["rows"] as? [[String: Any]])
        let values = rows.filter { !corrected.contains($0["id"] as? String ?? "") }.compactMap { $0["dice"] as? Double }
        #expect(values.count == 9 - corrected.count)
        return values.reduce(0, +) / Double(values.count)
    }

    @Test("Round by round the cases that nobody has corrected get better, and each step says what is next")
    func walk() throws {
        try makeStudy()
        #expect(try run().code == 0)
        var corrected: Set<String> = []
        let start = try state()
        #expect(start.study.done == 9 && start.pack.volumes == 2 && !start.pack.checked && start.worklists.isEmpty)
        #expect(start.next.command == "tomos next out --count 10 -o out-worklist-1")

        // The first round: what the pack has never seen, and not a bright ball.
        let next = try tomos("next", "out", "--count", "1", "-o", "first")
        #expect(next.code == 0, "\(next.errors)")
        #expect(next.errors.contains("the pack was not checked"), "\(next.errors)")
        let first = try chosen("first")
        try #require(first.count == 1 && !first[0].id.hasPrefix("bright"), "\(first)")
        #expect(try state().next.command?.hasSuffix("open-in-slicer.sh") == true)
        try correct(first[0], in: "first")
        let between = try state()
        #expect(between.worklists.map(\.corrected) == [1] && between.worklists.map(\.added) == [0])
        #expect(between.next.command.map { $0.hasPrefix("tomos next out --add ") && $0.hasSuffix("/first") } == true)
        let added = try tomos("next", "out", "--add", "first")
        #expect(added.code == 0 && added.output.contains("\(first[0].id): added"), "\(added.output)\(added.errors)")
        corrected.insert(first[0].id)
        let stale = try state()
        #expect(stale.study.stale == 9 && stale.study.done == 0 && stale.pack.volumes == 3)
        #expect(stale.worklists.map(\.added) == [1])
        #expect(stale.next.command == "tomos run p.yaml study -o out --quiet --redo stale")
        let before = try dice(without: corrected)
        #expect(try run("--redo", "stale").code == 0)
        let after = try dice(without: corrected)
        #expect(after > before + 0.1, "\(before) -> \(after)")

        // The second: what a person wants corrected comes first, whatever the choice would be.
        let kind = first[0].id.hasPrefix("dark") ? "grey" : "dark"
        let (wanted, other) = (kind + "1", kind + "2")
        try folder.write(
            "case\tlabel\trating\tnote\ttime\n\(wanted)\tn/a\tfix\tleaks into the wall\t2026-11-29T10:00:00Z\n"
                + "\(other)\t1\tfix\tn/a\t2026-11-29T10:00:00Z\n",
            to: "out/reviews.tsv")
        #expect(try tomos("next", "out", "--count", "2", "-o", "second").code == 0)
        let second = try chosen("second")
        #expect(Set(second.map(\.id)) == [wanted, other], "\(second)")
        let table = try String(contentsOfFile: folder.file("second/worklist.tsv"), encoding: .utf8)
        #expect(table.contains("rated 'fix': leaks into the wall"), "\(table)")
        try correct(try #require(second.first { $0.id == wanted }), in: "second")
        let again = try tomos("next", "out", "--add", "second")
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output.contains("unchanged and not added: \(other)"), "\(again.output)")
        corrected.insert(wanted)
        let middle = try dice(without: corrected)
        #expect(try run("--redo", "stale").code == 0)
        let end = try dice(without: corrected)
        #expect(end > middle, "\(middle) -> \(end)")
        #expect(try state().pack.volumes == 4)
    }

    @Test("A check after additions says what they brought to the volumes that were there")
    func progress() throws {
        try makeStudy(kinds: ["dark"], each: 1)
        let check = ["task", "check", "pack", "--no-learn", "--support", "1", "--side", "64", "--choose", "position"]
        #expect(try tomos.run(check).code == 0)
        #expect(try run().code == 0)
        #expect(try tomos("next", "out", "--count", "1", "-o", "list").code == 0)
        let one = try #require(try chosen("list").first)
        try correct(one, in: "list")
        #expect(try tomos("next", "out", "--add", "list").code == 0)
        let state = try state()
        #expect(!state.pack.checked && state.pack.checkedBefore && state.pack.checks.map(\.volumes) == [2])
        #expect(state.next.command?.hasPrefix("tomos task check ") == true, "\(state.next)")
        let told = try tomos.run(check)
        #expect(told.code == 0)
        let line = told.output.split(separator: "\n").first { $0.hasPrefix("since the check before: ") }
        let text = String(try #require(line))
        #expect(text.contains("1 added (\(one.id))"), "\(text)")
        #expect(
            text.contains(/mean Dice of the 2 that both have [01]\.\d{4} -> [01]\.\d{4} \([+-]0\.\d{4}\)$/), "\(text)")
        #expect(try self.state().pack.checks.map(\.volumes) == [2, 3])
    }

    @Test("Names that no shell should read leave the scripts harmless, and the viewers get the files they name")
    func hostileNames() throws {
        let name = "it's $(touch gotcha) \"<script>\" `id`; a  b"
        try BallPhantom().writeImage(folder.file("study/\(name).nii.gz"), of: "dark")
        #expect(try run().code == 0)
        #expect(try tomos("next", "out", "-o", "list of $HOME").code == 0)
        let one = try #require(try chosen("list of $HOME").first)
        let inside = folder.file("list of $HOME/\(one.folder)")
        for (script, variable) in [("open-in-slicer.sh", "SLICER"), ("open-in-itksnap.sh", "ITKSNAP")] {
            // A viewer that says what it was told to open.
            try folder.write(
                "#!/bin/sh\nprintf '%s\\n' \"$@\" \"$TOMOS_IMAGE\" \"$TOMOS_LABELS\"\n", to: "viewer")
            chmod(folder.file("viewer"), 0o755)
            let table = try String(contentsOfFile: folder.file("list of $HOME/worklist.tsv"), encoding: .utf8)
            let line = try #require(table.split(separator: "\n").dropFirst().first)
            let command = line.split(separator: "\t", omittingEmptySubsequences: false)[variable == "SLICER" ? 5 : 6]
            let told = try shell(String(command), [variable: folder.file("viewer")])
            #expect(told.contains("\(one.id).nii.gz"), "\(script): \(told)")
            for file in told.split(separator: "\n") where file.contains(".nii.gz") || file.contains(".nrrd") {
                let path = file.hasPrefix("/") ? String(file) : inside + "/" + file
                #expect(FileManager.default.fileExists(atPath: path), "\(file)")
            }
        }
        #expect(!folder.contents.contains { $0.split(separator: "/").last == "gotcha" })
        // The command that adds it is pasted as it stands, the program's own name aside.
        let table = try String(contentsOfFile: folder.file("list of $HOME/worklist.tsv"), encoding: .utf8)
        let add = try #require(table.split(separator: "\n").dropFirst().first?.split(separator: "\t").last)
        #expect(add.hasPrefix("tomos task add "))
        let said = try shell(ShellWord.quoted(Program.path) + add.dropFirst("tomos".count), [:])
        #expect(said.contains("added; 3 labelled volumes"), "\(said)")
    }

    private func shell(_ command: String, _ environment: [String: String]) throws -> String {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test("What was excluded, is in the pack, or has no label map is not named; work is never written over")
    func refusals() throws {
        // What a person makes of them is not what was found.
        try makeStudy(kinds: ["bright"], truth: 5)
        #expect(try run().code == 0)
        try folder.write(
            "case\tlabel\trating\tnote\ttime\nbright0\tn/a\texclude\tn/a\t2026-11-29T10:00:00Z\n", to: "out/reviews.tsv"
        )
        // The image of another case is in the pack, under another name.
        #expect(
            try tomos(
                "task", "add", "pack", "--image", "study/bright1.nii.gz", "--labels", "true/bright1.nii.gz", "--name",
                "x"
            ).code == 0)
        let told = try tomos("next", "out", "-o", "list")
        #expect(told.code == 0 && told.errors.contains("were segmented by the pack as it was before"), "\(told.errors)")
        #expect(try chosen("list").map(\.id) == ["bright2"])
        // Untouched it is made anew; with work in it, it stays.
        #expect(try tomos("next", "out", "-o", "list").code == 0)
        try correct(try chosen("list")[0], in: "list")
        let kept = try tomos("next", "out", "-o", "list")
        #expect(kept.code == 73 && kept.errors.contains("bright2"), "\(kept.errors)")
        try folder.write("notes", to: "other/mine.txt")
        #expect(try tomos("next", "out", "-o", "other").code == 66)
        #expect(folder.contents.contains("other/mine.txt"))
        // Two that may be meant are refused by name, and the pack stays as it is.
        let inside = "list/\(try chosen("list")[0].folder)"
        try FileManager.default.copyItem(
            atPath: folder.file("true/bright2.nii.gz"), toPath: folder.file("\(inside)/mine.nii.gz"))
        let two = try tomos("next", "out", "--add", "list")
        #expect(two.code == 1 && two.errors.contains("mine.nii.gz"), "\(two.errors)")
        try FileManager.default.removeItem(atPath: folder.file("\(inside)/mine.nii.gz"))
        #expect(try tomos("next", "elsewhere", "--add", "list").code == 78)
        #expect(try tomos("next", "out", "--add", "list").output.contains("bright2: added"))
        let none = try tomos("next", "out")
        #expect(none.code == 66 && none.errors.contains("the pack holds it"), "\(none.errors)")
        #expect(!folder.contents.contains { $0.contains(".tomos-worklist") || $0.contains(".tomos-add") })
    }
}

extension BallPhantom {
    /// Writes the image of a kind: a bright ball, a dark one, or a grey one beside a bright wall.
    func writeImage(_ path: String, of kind: String) throws {
        let voxels = (0..<shape.count).map { index -> Int16 in
            let (i, j, k) = (index % shape.i, index / shape.i % shape.j, index / (shape.i * shape.j))
            let isInside = (Vec3(Double(i), Double(j), Double(k)) - centre).length <= radius
            if kind == "grey", j < 4 { return 300 }
            return isInside ? ["bright": 300, "dark": 20, "grey": 170][kind] ?? 300 : Int16(100 + index % 7)
        }
        try NIfTI.write(Volume(geometry: geometry, voxels: .int16(voxels)), to: path)
    }
}
