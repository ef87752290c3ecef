import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Viewing

/// The same, asked by a program that others wrote.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "needs curl"))
struct CurlTests {
    /// Status and number of bytes, and the bytes in a file.
    private static func curl(_ arguments: [String], to file: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments =
            ["-s", "-q", "--noproxy", "*", "-o", file, "-w", "%{http_code} %{size_download}"] + arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let told = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return told
    }

    @Test func curlGetsWhatTheFileHolds() throws {
        let folder = TemporaryFolder()
        let path = folder.file("image.nii.gz")
        try NIfTI.write(image("RAS", { .int16($0.map { Int16($0) }) }), to: path)
        let volume = try Images.readVolume(path)
        let server = try ViewServer(ViewContent(name: "case", volume: volume))
        defer { server.close() }
        let file = folder.file("got")
        for options in [[], ["--compressed"], ["--http2"], ["--http1.0"]] {
            #expect(try Self.curl(options + [server.address + "image.bin"], to: file) == "200 210")
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            guard case .int16(let stored) = volume.voxels else { return #expect(Bool(false)) }
            #expect(numbers(bytes, "int16") == stored.map(Double.init))
        }
    }

    @Test func curlGetsNothingElse() throws {
        let folder = TemporaryFolder()
        let server = try ViewServer(ViewContent(name: "case", volume: image("RAS", { .float64($0) })))
        defer { server.close() }
        let root = "http://127.0.0.1:\(server.port)/"
        for arguments in [
            [root], [root + "view.json"], ["-H", "Host: evil.example", server.address],
            ["--path-as-is", server.address + "../../etc/passwd"],
            ["--path-as-is", server.address + "%2e%2e/etc/passwd"],
            ["-d", "a=b", server.address], ["-X", "PUT", server.address], ["-X", "OPTIONS", server.address],
            ["--request-target", server.address, server.address],
            ["--resolve", "evil.example:\(server.port):127.0.0.1", "http://evil.example:\(server.port)\(server.path)"],
        ] {
            #expect(try Self.curl(arguments, to: folder.file("got")) == "404 0", "\(arguments)")
        }
        #expect(try Self.curl([server.address], to: folder.file("got")).hasPrefix("200 "))
    }
}
