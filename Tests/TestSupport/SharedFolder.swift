import Foundation

/// The folder of the checkout.
public let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

/// Reference data that is not part of the project: `../shared` beside the checkout, or `$TOMOS_SHARED`.
public enum SharedFolder {
    /// The folder, or nil (with the reason printed once) when it is not there.
    public static let path: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["TOMOS_SHARED"] ?? root.appendingPathComponent("shared").path
        if FileManager.default.fileExists(atPath: path + "/README.md") { return path }
        print("skipped: tests over reference data, because \(path) is absent (set TOMOS_SHARED to its place)")
        return nil
    }()

    /// Whether the folder is there: `.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared")`, so that
    /// the log says by name what was left out.
    public static var isPresent: Bool { path != nil }

    /// A file in the folder.
    public static func file(_ name: String) -> String { (path ?? "shared-folder-absent") + "/" + name }
}

/// A folder of its own for one test, removed when the value goes.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let path: String

    /// Makes the folder.
    public init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("tomos-test-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Names of everything in the folder, sorted.
    public var contents: [String] { ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// Makes files with some content at paths below a folder.
public func makeTree(_ folder: TemporaryFolder, _ files: [String]) throws {
    for file in files {
        let path = folder.file(file)
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data("some text".utf8).write(to: URL(fileURLWithPath: path))
    }
}
