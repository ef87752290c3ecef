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
    private static let reserved: Set<String> = ["cases.json", "volumes.csv"]

    /// One id each, in the order given: the shortest that no other image could be called by.
    ///
    /// A NIfTI file is called by its file name, or by its path with `_` for `/`; a series by its folder, by the folder's
    /// path, or by these and `series-<number>`.
    static func ids(_ names: [Name]) -> [String] {
        let candidates = names.map { Self.candidates($0).map(Self.safe) }
        // Compared without case, because some shared folders cannot tell `A` from `a`.
        let claims = Dictionary(
            candidates.flatMap { Set($0.map { $0.lowercased() }) }.map { ($0, 1) }, uniquingKeysWith: +)
        var taken = Set<String>()
        return candidates.map { options in
            let wanted = options.first { claims[$0.lowercased()] == 1 } ?? options[options.count - 1]
            var (id, copy) = (wanted, 2)
            while !taken.insert(id.lowercased()).inserted {
                id = "\(wanted)-\(copy)"
                copy += 1
            }
            return id
        }
    }

    private static func candidates(_ name: Name) -> [String] {
        switch name {
        case .file(let path):
            let path = stem(path)
            return [lastPart(path), joined(path)]
        case .series(let folder, let number, let part):
            let series = (number.map { "_series-\($0)" } ?? "_series") + (part.map { "_\($0)" } ?? "")
            return [lastPart(folder), joined(folder), lastPart(folder) + series, joined(folder) + series]
        }
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
