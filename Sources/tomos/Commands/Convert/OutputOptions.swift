import ArgumentParser
import Foundation
import Studies
import VolumeIO

/// Where converted images go and what they are called, in the letters of dcm2niix.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "A file (.nii.gz or .nii), or a folder (default: the folder that is converted, or that of the file).")
    var output: String?

    @Option(
        name: .customShort("f"),
        help: ArgumentHelp("Names of files in the output folder (default: named like the input).", valueName: "pattern")
    )
    var pattern: String?

    @Option(
        name: .customShort("z"),
        help: "Whether files in the output folder are compressed: y or n (i and o are y).")
    var compress = Compression.y

    @Flag(help: "How much: 1 is fastest, 9 smallest (default: as small as zlib's 6 and far sooner).")
    var level: CompressionLevel?

    @Option(name: .customShort("b"), help: "Whether sidecars are written: y, n, or o for sidecars alone.")
    var sidecars = Sidecars.y

    @Flag(help: "Replace files that are there.")
    var overwrite = false

    @Option(
        name: .customShort("w"),
        help: ArgumentHelp(
            "Where files are there already: 0 passes the image over, 1 is --overwrite, 2 numbers the new names (default: nothing is written).",
            valueName: "0|1|2"))
    var conflicts: Conflicts?

    @Option(
        name: .customShort("v"),
        help: ArgumentHelp("What is told: 0, 1 all that is passed over, 2 all files.", valueName: "0|1|2"))
    var verbosity = Verbosity.n

    @Option(
        name: .customShort("d"),
        help: ArgumentHelp("Folders in folders that are searched, 0 to 99 (default: all).", valueName: "depth"))
    var depth: Int?

    @Flag(help: "Allow placeholders that tell who the patient is, or hold what a person typed.")
    var withIdentity = false

    enum Compression: String, ExpressibleByArgument, CaseIterable {
        case y, n, i, o
    }

    enum Sidecars: String, ExpressibleByArgument, CaseIterable {
        case y, n, o
    }

    enum Conflicts: String, ExpressibleByArgument, CaseIterable {
        case skip = "0"
        case replace = "1"
        case rename = "2"
    }

    enum Verbosity: String, ExpressibleByArgument, CaseIterable {
        case n, y
        case none = "0"
        case ignored = "1"
        case files = "2"

        var tellsIgnored: Bool { ![.n, .none].contains(self) }
        var tellsFiles: Bool { self == .files }
    }

    /// `-1` to `-9`.
    enum CompressionLevel: Int, EnumerableFlag {
        case one = 1
        case two, three, four, five, six, seven, eight, nine

        static func name(for value: Self) -> NameSpecification {
            .customShort(Character("\(value.rawValue)"))
        }
    }

    /// Whether `-o` names a file; a name that ends in a slash never does.
    var isFile: Bool {
        guard let output else { return false }
        return !output.hasSuffix("/") && VolumeFileName(output)?.isWholeNIfTI == true
    }

    /// The ending of files in a folder.
    var ending: String { compress == .n ? ".nii" : ".nii.gz" }

    /// What is done where a file is there.
    var existing: ExistingOutput {
        switch conflicts {
        case nil: overwrite ? .replace : .refuse
        case .skip: .skip
        case .replace: .replace
        case .rename: .rename
        }
    }

    func validate() throws {
        if let output, !isFile {
            try requireFolderOutput(output, instead: "end it in .nii.gz or .nii, or name a folder")
        }
        if let pattern { _ = try name(pattern) }
        if let depth, !(0...99).contains(depth) { throw ValidationError("-d \(depth): use 0 to 99") }
        if overwrite, let conflicts, conflicts != .replace {
            throw ValidationError(
                "--overwrite replaces files, -w \(conflicts.rawValue) keeps them: give one of the two")
        }
        if isFile, conflicts == .rename {
            throw ValidationError("-w 2 gives files other names, and -o says the name: name a folder")
        }
    }

    /// The pattern of `-f`.
    func name(_ pattern: String) throws -> ImageFileName {
        do { return try ImageFileName(pattern, identity: withIdentity) } catch {
            throw ValidationError("-f \(pattern): \(error)")
        }
    }

    /// The folder that is written to, with a slash at its end: by default that of the input, as dcm2niix has it.
    func folder(for input: String) -> String {
        let folder = output ?? Self.folder(of: input)
        return folder.hasSuffix("/") ? folder : folder + "/"
    }

    private static func folder(of input: String) -> String {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: input, isDirectory: &isFolder), isFolder.boolValue { return input }
        guard let slash = input.lastIndex(of: "/") else { return "." }
        return slash == input.startIndex ? "/" : String(input[..<slash])
    }
}
