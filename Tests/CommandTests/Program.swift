import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// The built `tomos`, run as a child process.
struct Program {
    /// How a run ended.
    struct Outcome {
        let code: Int32
        let output: String
        /// What stood on standard error.
        let errors: String
    }

    /// Where the children run; relative paths in arguments start here.
    let folder: TemporaryFolder

    /// The program beside the test bundle.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("tomos").path
    }()

    /// Runs `tomos` with these arguments, under a file size limit in KiB when one is given.
    func callAsFunction(_ arguments: String..., fileSizeLimit: Int? = nil) throws -> Outcome {
        try run(arguments, fileSizeLimit: fileSizeLimit)
    }

    /// Runs `tomos` with these arguments, under limits of file size and of memory for data in KiB when they are given;
    /// `environment` stands beside what is there, and standard output goes to `output` where that is given.
    func run(
        _ arguments: [String], fileSizeLimit: Int? = nil, dataLimit: Int? = nil, environment: [String: String] = [:],
        outputTo device: String? = nil
    ) throws -> Outcome {
        let own = TemporaryFolder()
        let process = Process()
        let limits = [fileSizeLimit.map { "ulimit -f \($0)" }, dataLimit.map { "ulimit -d \($0)" }].compactMap(\.self)
        if !limits.isEmpty {
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", "\(limits.joined(separator: "; ")); exec \"$0\" \"$@\"", Self.path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: Self.path)
            process.arguments = arguments
        }
        // Not the weights of whoever runs the tests.
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_DATA_HOME": folder.file("data")]) { $1 }
            .merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // Files rather than pipes: nobody has to read while the child writes.
        let (output, errors) = (own.file("out"), own.file("err"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: device ?? output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }
}

extension Program {
    /// Makes the task pack `pack` of two labelled balls.
    func makeBallPack() throws {
        for (name, x) in [("a", 12.0), ("b", 11.0)] {
            var ball = BallPhantom()
            ball.centre.x = x
            try ball.writeImage(folder.file("labelled/\(name).nii.gz"))
            try ball.writeLabels(folder.file("truth/\(name).nii.gz"))
        }
        let made = try self(
            "task", "create", "-o", "pack", "--name", "ball", "--images", "labelled", "--labels", "truth")
        #expect(made.code == 0)
    }
}

/// A small image of a bright ball on noise-free grey, and its label map: enough for the network to have work.
struct BallPhantom {
    var shape = Shape(24, 20, 5)
    var centre = Vec3(12, 10, 2)
    var radius = 6.0
    /// Id the ball carries in the label map.
    var label: UInt16 = 1

    var geometry: Geometry {
        Geometry(shape: shape, affine: Affine(i: [2, 0, 0], j: [0, 2, 0], k: [0, 0, 3], origin: [-20, -10, 5]))
    }

    private func inside(_ index: Int) -> Bool {
        let voxel = Vec3(
            Double(index % shape.i), Double(index / shape.i % shape.j), Double(index / (shape.i * shape.j)))
        return (voxel - centre).length <= radius
    }

    /// Writes the image.
    func writeImage(_ path: String) throws {
        let voxels = (0..<shape.count).map { Int16(inside($0) ? 300 : 100 + $0 % 7) }
        try NIfTI.write(Volume(geometry: geometry, voxels: .int16(voxels)), to: path)
    }

    /// Writes the label map.
    func writeLabels(_ path: String) throws {
        let voxels = (0..<shape.count).map { inside($0) ? label : 0 }
        try NIfTI.write(LabelVolume(geometry: geometry, voxels: voxels), to: path)
    }
}

extension TemporaryFolder {
    /// Puts a text file into the folder.
    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Names of all files (no folders) in the folder.
    var files: [String] {
        contents.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: file(name), isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
