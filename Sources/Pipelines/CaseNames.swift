/// Names for cases: unique in a study, safe as file names, and taken only from file and folder names as the user gave
/// them and from series numbers; never from a name, an identifier or a description in a header.
enum CaseNames {
    /// What a name is made from.
    enum Name {
        /// A NIfTI file's path below the study.
        case nifti(path: String)
        /// A series: its folder below the study and (0020,0011).
        case series(folder: String, number: Int?)
    }

    /// Names that a results folder holds beside the cases.
    private static let reserved: Set<String> = ["cases.json", "volumes.csv"]

    /// One id each, in the order given.
    static func ids(_ names: [Name]) -> [String] {
        let short = names.map { safe(shortName($0)) }
        let long = names.map { safe(longName($0)) }
        let uses = Dictionary(short.map { ($0.lowercased(), 1) }, uniquingKeysWith: +)
        var taken = Set<String>()
        return names.indices.map { n in
            let wanted = uses[short[n].lowercased()] == 1 ? short[n] : long[n]
            // Compared without case, because some shared folders cannot tell `A` from `a`.
            var (id, copy) = (wanted, 2)
            while !taken.insert(id.lowercased()).inserted {
                id = "\(wanted)-\(copy)"
                copy += 1
            }
            return id
        }
    }

    private static func shortName(_ name: Name) -> String {
        switch name {
        case .nifti(let path): stem(path.split(separator: "/").last.map(String.init) ?? path)
        case .series(let folder, let number):
            "\(folder.split(separator: "/").last ?? "dicom")_\(seriesName(number))"
        }
    }

    private static func longName(_ name: Name) -> String {
        switch name {
        case .nifti(let path): stem(path).replacing("/", with: "_")
        case .series(let folder, let number): "\(folder.replacing("/", with: "_"))_\(seriesName(number))"
        }
    }

    private static func seriesName(_ number: Int?) -> String { number.map { "series-\($0)" } ?? "series" }

    private static func stem(_ name: String) -> String {
        let lower = name.lowercased()
        let suffix = [".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img"].first { lower.hasSuffix($0) }
        return String(name.dropLast(suffix?.count ?? 0))
    }

    /// Letters and digits of any script, `.`, `_` and `-`; at most 100 bytes; not starting with `.` or `-`.
    private static func safe(_ name: String) -> String {
        var text = ""
        for character in name {
            let letter = character.isLetter || character.isNumber || "._-".contains(character) ? character : "_"
            guard text.utf8.count + letter.utf8.count <= 100 else { break }
            text.append(letter)
        }
        if text.isEmpty || text.hasPrefix(".") || text.hasPrefix("-") || reserved.contains(text.lowercased()) {
            text = "_" + text
        }
        return text
    }
}
