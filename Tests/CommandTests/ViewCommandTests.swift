import Foundation
import Glibc
import TestSupport
import Testing
import Volumes

/// `tomos view`: what it shows, and that it ends with whoever looks.
@Suite(.timeLimit(.minutes(10)))
struct ViewCommandTests {
    private let program = Program(folder: TemporaryFolder())

    private func writeBall() throws {
        try BallPhantom().writeImage(program.folder.file("ball.nii.gz"))
        try BallPhantom().writeLabels(program.folder.file("labels.nii.gz"))
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP] as [Int32])
    func aSignalEndsIt(_ signal: Int32) throws {
        try writeBall()
        let viewed = try ViewedProgram(["-i", "ball.nii.gz"], in: program.folder)
        #expect(viewed.gets("view.json").contains("\"name\":\"ball\""))
        kill(viewed.identifier, signal)
        #expect(viewed.end() == 0)
        #expect(viewed.gets("view.json") == "")
    }

    /// A terminal that is closed tells nothing to a program that is not its own; it is seen all the same.
    @Test func itEndsWithTheTerminal() throws {
        try writeBall()
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (Int32(0), Int32(-1))
        // TIOCSPTLCK and TIOCGPTN, as <asm-generic/ioctls.h> has them.
        #expect(ioctl(terminal, 0x4004_5431, &lock) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0)
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        #expect(isatty(other) == 1)
        let viewed = try ViewedProgram(
            ["-i", "ball.nii.gz"], in: program.folder, input: FileHandle(fileDescriptor: other, closeOnDealloc: false))
        #expect(viewed.gets("view.json").contains("\"name\":\"ball\""))
        close(other)
        close(terminal)
        #expect(viewed.end() == 0)
    }

    @Test func itEndsWithWhoStartedIt() throws {
        try writeBall()
        let folder = program.folder
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        // Deaf to the end of a terminal, as with nohup.
        shell.arguments = [
            "-c",
            "trap '' HUP; \"$0\" view -i ball.nii.gz > address 2> errors & while ! grep -q http address; do :; done",
            Program.path,
        ]
        shell.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        shell.standardInput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        let address = try String(contentsOfFile: folder.file("address"), encoding: .utf8).trimmingCharacters(
            in: .newlines)
        #expect(address.hasPrefix("http://127.0.0.1:"))
        // Ends when nobody answers any more.
        while ViewedProgram.content(of: address + "view.json") != "" { usleep(50000) }
    }

    @Test func labelsAndNamesAreShown() throws {
        try writeBall()
        try program.folder.write("1 <b>ball</b> 10 20 30\n", to: "names.txt")
        let viewed = try ViewedProgram(
            ["labels.nii.gz", "-i", "ball.nii.gz", "--table", "names.txt", "--window", "range(50, 350)"],
            in: program.folder)
        let told = viewed.gets("view.json")
        #expect(told.contains(##""colour":"#0a141e","id":1,"name":"<b>ball</b>""##))
        #expect(told.contains(#""windows":[{"lower":100,"name":"as asked","upper":300}"#))
        #expect(viewed.gets("labels.bin").utf8.count == BallPhantom().shape.count)
        kill(viewed.identifier, SIGINT)
        #expect(viewed.end() == 0)
    }

    /// A case is found by its folder: its image through the plan, its labels beside, their names in the pack.
    @Test func aCaseOfAResultsFolderIsShown() throws {
        try program.makeBallPack()
        try BallPhantom().writeImage(program.folder.file("study/ball.nii.gz"))
        try program.folder.write(
            "version: 1\nname: ball\ntask: pack\nsegment: { support: 2 }\noutputs: [nifti]\n", to: "ball.yaml")
        #expect(try program("run", "ball.yaml", "study", "-o", "results").code == 0)
        let viewed = try ViewedProgram(["results/ball/"], in: program.folder)
        let told = viewed.gets("view.json")
        #expect(told.contains("\"name\":\"ball\"") && told.contains("\"labels\":{\"table\":["))
        kill(viewed.identifier, SIGINT)
        #expect(viewed.end() == 0)

        let whole = try program("view", "results")
        #expect(
            whole.code == 64 && whole.errors.contains("results: a results folder; name one of its cases: results/ball"))
        let unknown = try program("view", "results/other")
        #expect(unknown.code == 66 && unknown.errors.contains("no case other; there are ball"))
        try BallPhantom(radius: 4).writeImage(program.folder.file("study/ball.nii.gz"))
        let changed = try program("view", "results/ball")
        #expect(changed.code == 65 && changed.errors.contains("changed since the plan was made"))
    }

    @Test func whatCannotBeShownIsSaid() throws {
        try writeBall()
        try BallPhantom(shape: Shape(20, 20, 5)).writeLabels(program.folder.file("other.nii.gz"))
        for (arguments, code, text) in [
            ([], 64, "name a case of a results folder"),
            (["labels.nii.gz"], 64, "name the image of a label map with -i"),
            (["nothing"], 66, "nothing: there is no such file or folder"),
            (["-i", "nothing"], 66, "nothing"),
            (["other.nii.gz", "-i", "ball.nii.gz"], 65, "does not lie on the image's grid of 24x20x5"),
            (["-i", "ball.nii.gz", "--port", "70000"], 64, "--port 70000: use 1 to 65535"),
        ] {
            let told = try program.run(["view"] + arguments)
            #expect(told.code == code && told.errors.contains(text), "\(arguments): \(told.errors)")
            #expect(told.output == "")
        }
    }
}

/// A `tomos view` that goes on while a test looks at it.
private final class ViewedProgram {
    private let process = Process()
    private let output: String

    init(_ arguments: [String], in folder: TemporaryFolder, input: FileHandle = .nullDevice) throws {
        output = folder.file("address-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["view"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = input
        try process.run()
        while !told.contains("\n"), process.isRunning { usleep(5000) }
    }

    deinit { if process.isRunning { kill(identifier, SIGKILL) } }

    private var told: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    var identifier: pid_t { process.processIdentifier }

    /// What a page of the site holds; nothing where nobody answers.
    func gets(_ name: String) -> String { Self.content(of: told.trimmingCharacters(in: .newlines) + name) }

    static func content(of address: String) -> String {
        guard let url = URL(string: address), let port = url.port, let client = Client(port) else { return "" }
        client.send("GET \(url.path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        let parts = String(decoding: client.read(), as: UTF8.self).components(separatedBy: "\r\n\r\n")
        return parts.dropFirst().joined(separator: "\r\n\r\n")
    }

    /// Waits for its end: the exit code, or the number of the signal that ended it with a minus sign.
    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
