import Foundation

/// A file pattern below a folder: `*`, `?` and `[...]` within one name, `**` for any number of folders.
package struct Glob: Sendable {
    private let parts: [String]
    /// The pattern as it was written.
    let pattern: String

    /// Compiles a pattern. One without `/` matches the file name at any depth.
    init(_ pattern: String) {
        self.pattern = pattern
        let parts = pattern.split(separator: "/").map(String.init)
        self.parts = parts.count == 1 ? ["**"] + parts : parts
    }

    /// Whether a pattern makes sense: not empty, not absolute, and not climbing out of the folder.
    package static func isValid(_ pattern: String) -> Bool {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        return !pattern.isEmpty && !parts.contains("") && !parts.contains("..") && !parts.contains(".")
    }

    /// Whether a path below the folder (`sub-01/anat/sub-01_T1w.nii.gz`) matches.
    func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/").map(String.init)
        // reached[n]: the parts so far can match exactly the first n names. Linear in both, whatever the pattern.
        var reached = [Bool](repeating: false, count: names.count + 1)
        reached[0] = true
        for part in parts {
            var next = [Bool](repeating: false, count: names.count + 1)
            if part == "**" {
                var any = false
                for n in reached.indices {
                    any = any || reached[n]
                    next[n] = any
                }
            } else {
                for n in names.indices where reached[n] { next[n + 1] = fnmatch(part, names[n], 0) == 0 }
            }
            reached = next
        }
        return reached[names.count]
    }

    /// Whether the pattern names this folder in so many letters.
    func names(folder: String) -> Bool { parts.dropLast().contains(folder) }
}
