import Platform
import VolumeIO

/// Names for cases: unique in a study, safe as file names, and taken only from file and folder names as the user gave
/// them and from series numbers and kinds of image; never from a name, an identifier or a description in a header.
package enum CaseNames {
    /// What a name is made from.
    enum Name {
        /// A file's path below the study.
        case file(path: String)
        /// A series: its folder below the study and (0020,0011), and what it is where one series holds several images.
        case series(folder: String, number: Int?, part: String? = nil)
    }

    /// Names that a results folder holds beside the cases.
    private static let reserved = ResultNames.files.union(ResultNames.folders)

    /// One id each, in the order given, by the image's own place in the study.
    ///
    /// A file of a volume is called by its path, with `_` for `/`; one of a BIDS data set, whose name says the subject, by
    /// its name. A series is called by its folder's path, and `series-<number>` where the folder holds several. Where that
    /// is no name of one image alone, six digits of the hash of `key` follow: others may come and go, and it stays.
    ///
    /// - Parameters:
    ///   - keys: What tells each image from all others.
    ///   - known: Ids by key that were given before, and are kept.
    static func ids(_ names: [Name], keys: [String], known: [String: String] = [:]) -> [String] {
        let candidates = names.map { Self.candidates($0).map(Self.safe) }
        // Compared without case, because some shared folders cannot tell `A` from `a`.
        let claims = Dictionary(
            candidates.flatMap { Set($0.map { $0.lowercased() }) }.map { ($0, 1) }, uniquingKeysWith: +)
        // An id of an image that is gone is not given again: its results may be there still.
        let old = Set(known.values.map { $0.lowercased() })
        var taken = old
        return zip(candidates, keys).map { options, key in
            if let id = known[key] { return id }
            let free = options.first { claims[$0.lowercased()] == 1 && !old.contains($0.lowercased()) }
            let wanted = free ?? safe(String(options[options.count - 1].prefix(90)) + "-" + Self.hash(key))
            var (id, copy) = (wanted, 2)
            while !taken.insert(id.lowercased()).inserted {
                id = "\(wanted)-\(copy)"
                copy += 1
            }
            return id
        }
    }

    private static func hash(_ key: String) -> String { String(Digest.sha256(Array(key.utf8)).prefix(6)) }

    private static func candidates(_ name: Name) -> [String] {
        switch name {
        case .file(let path):
            let stem = stem(path)
            return [tellsItsPlace(stem) ? lastPart(stem) : joined(stem)]
        case .series(let folder, let number, let part):
            let series = (number.map { "_series-\($0)" } ?? "_series") + (part.map { "_\($0)" } ?? "")
            return [joined(folder), joined(folder) + series]
        }
    }

    /// Whether the name of a BIDS file says the subject, and the session, in whose folder it lies.
    private static func tellsItsPlace(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, parts.count > 1, parts[0].hasPrefix("sub-") else { return false }
        let session = parts.dropFirst().dropLast().first { $0.hasPrefix("ses-") }
        return name.hasPrefix(([parts[0]] + [session].compactMap(\.self)).joined(separator: "_") + "_")
    }

    private static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func joined(_ path: String) -> String { path.replacing("/", with: "_") }

    private static func stem(_ path: String) -> String { VolumeFileName(path).map { $0.folder + $0.stem } ?? path }

    /// Letters and digits of any script, `.`, `_` and `-`; at most 100 bytes; not starting with `.` or `-`.
    package static func safe(_ name: String) -> String {
        let letters = SafeText.fileNamePart(name).map { $0 == "=" ? "_" : $0 }
        let text = SafeText.fileName(String(letters), longest: 101)
        return reserved.contains(text.lowercased()) ? "_" + text : text
    }
}
