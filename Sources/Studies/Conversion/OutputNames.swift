import Platform
import VolumeIO
import Volumes

/// Names of the files of several images, without folder and ending: no two are one, and where that took another name than
/// was asked for, a notice says which image has which and what tells them apart.
public struct OutputNames: Sendable {
    /// A name for each image, in their order.
    public let names: [String]
    /// What a person should know.
    public private(set) var notices: [String]

    /// What an image would like to be called.
    struct Wish: Sendable {
        var name: String
        /// What it is among images of its series, where a series was parted (`EchoTime 4.9`).
        var part: String?
        /// What it is to people.
        var source = ""
        /// What tells images apart, with the placeholder that says it.
        var traits: [Trait] = []
    }

    /// One thing in which images differ.
    struct Trait: Sendable {
        let name: String
        let placeholder: Character?
        let value: String
    }

    /// Names by a pattern, or by default what the cases are called.
    /// - Parameter isTaken: Whether a name cannot be had for an image, because a file is there; `-2` and so on then follow.
    /// - Throws: `DICOMError` when a file cannot be opened any more.
    public static func of(
        _ images: [ConversionImage], pattern: ImageFileName?,
        isTaken: (ConversionImage, String) -> Bool = { _, _ in false }
    ) throws -> OutputNames {
        let wishes = try images.map { try wish(of: $0, pattern) }
        var names = OutputNames(wishes, isTaken: { isTaken(images[$0], $1) })
        if pattern == nil { names.notices += twins(images, names.names) }
        return names
    }

    /// Series of one folder and one number are called by a hash, which tells nobody which is which.
    private static func twins(_ images: [ConversionImage], _ names: [String]) -> [String] {
        let groups = Dictionary(grouping: images.indices) { n in
            [
                images[n].studyCase.path, images[n].series?.seriesNumber.map { "\($0)" } ?? "",
                images[n].series?.part ?? "",
            ]
        }
        return groups.values.compactMap { group in
            let series = group.compactMap { n in
                images[n].series.map { "\(names[n]) is \($0.seriesInstanceUID)" }
            }
            guard series.count > 1, let number = images[group[0]].series?.seriesNumber else { return nil }
            return "\(series.count) series of one folder have the number \(number): \(series.joined(separator: ", "))"
        }.sorted()
    }

    init(_ wishes: [Wish], isTaken: (Int, String) -> Bool = { _, _ in false }) {
        let wanted = Self.withParts(wishes)
        var taken: [String: Int] = [:]
        var notices: [String] = []
        // Some shared folders cannot tell `A` from `a`.
        names = wanted.enumerated().map { n, name in
            var (unique, copy) = (name, 2)
            while taken[unique.lowercased()] != nil || isTaken(n, unique) {
                unique = "\(name)-\(copy)"
                copy += 1
            }
            if unique != name {
                let other = taken[name.lowercased()].map { wishes[$0] }
                notices.append(Self.notice(wishes[n], named: unique, in: name, beside: other))
            }
            taken[unique.lowercased()] = n
            return unique
        }
        self.notices = notices
    }

    /// The names, each with its part where several images would have one name.
    private static func withParts(_ wishes: [Wish]) -> [String] {
        let groups = Dictionary(grouping: wishes.indices) { wishes[$0].name.lowercased() }
        var names = wishes.map(\.name)
        for group in groups.values where group.count > 1 {
            for n in group {
                if let part = wishes[n].part { names[n] = ImageFileName.safe(names[n], suffix: "_" + part) }
            }
        }
        return names
    }

    private static func notice(_ one: Wish, named unique: String, in name: String, beside other: Wish?) -> String {
        guard let other else { return "\(one.source) is written as \(unique), because \(name) is there already" }
        let differing = one.traits.filter { trait in
            other.traits.contains { $0.name == trait.name && $0.value != trait.value }
        }
        let said = "\(one.source) is written as \(unique), because \(other.source) is \(name) already; "
        guard let first = differing.first else { return said + "nothing in their headers tells the two apart" }
        let hint = first.placeholder.map { " (%\($0) in -f tells them apart)" } ?? ""
        return said + "they differ in \(differing.map(\.name).joined(separator: ", "))\(hint)"
    }

    private static func wish(of image: ConversionImage, _ pattern: ImageFileName?) throws -> Wish {
        var wish = Wish(name: image.studyCase.id, source: image.studyCase.sourceDescription)
        guard let series = image.series else { return wish }
        if let pattern, let volumes = image.volumes { wish.name = try pattern.name(for: volumes) }
        wish.part = series.part
        wish.traits = [
            Trait(name: "series number", placeholder: "s", value: series.seriesNumber.map { "\($0)" } ?? ""),
            Trait(name: "study", placeholder: "k", value: series.studyInstanceUID),
            Trait(name: "series", placeholder: "j", value: series.seriesInstanceUID),
            Trait(name: "part of the series", placeholder: nil, value: series.part ?? ""),
        ]
        return wish
    }
}
