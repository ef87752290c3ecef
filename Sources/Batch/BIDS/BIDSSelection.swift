import Foundation
import Studies

/// Which participants and sessions of a BIDS data set are looked at.
public struct BIDSSelection: Sendable, Equatable {
    /// Folders below the data set, `sub-01` or `sub-01/ses-2`; nil for all of it.
    public let folders: [String]?

    /// All participants.
    public static let all = BIDSSelection(folders: nil)

    init(folders: [String]?) { self.folders = folders }

    /// Whether a path below the data set (or below its derivative, whose folders are the same) is among them.
    public func contains(_ path: String) -> Bool {
        folders.map { $0.contains { path.hasPrefix($0 + "/") } } ?? true
    }

    /// A pipeline's selection of images, kept to these folders and to what a BIDS data set has: no DICOM, no masks that were
    /// used to remove faces.
    public func restrict(_ input: InputSelection) -> InputSelection {
        var input = input
        input.includesDICOM = false
        input.exclude.append("*_defacemask.*")
        guard let folders else { return input }
        let globs = input.include.map { glob in
            let parts = glob.split(separator: "/").map(String.init)
            return parts.count == 1 ? ["**"] + parts : parts
        }
        var seen: Set<String> = []
        input.include = folders.flatMap { folder in
            let names = folder.split(separator: "/").map(String.init)
            return globs.flatMap { Self.within(names[...], $0[...]).map { $0.joined(separator: "/") } }
        }.filter { seen.insert($0).inserted }
        return input
    }

    /// Patterns that match what the glob matches below the named folders, and nothing else.
    private static func within(_ names: ArraySlice<String>, _ glob: ArraySlice<String>) -> [[String]] {
        guard let part = glob.first else { return [] }
        guard let name = names.first else { return [Array(glob)] }
        if part == "**" {
            return within(names.dropFirst(), glob).map { [name] + $0 } + within(names, glob.dropFirst())
        }
        guard fnmatch(part, name, 0) == 0 else { return [] }
        return within(names.dropFirst(), glob.dropFirst()).map { [name] + $0 }
    }
}
