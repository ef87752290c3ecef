/// The side that a name tells.
enum BodySide: Sendable, Hashable, CaseIterable {
    case left, right, both

    var concept: CodedConcept {
        switch self {
        case .left: .left
        case .right: .right
        case .both: .rightAndLeft
        }
    }

    /// The name of what is on this side.
    func name(of structure: String) -> String {
        switch self {
        case .left: "left \(structure)"
        case .right: "right \(structure)"
        case .both: "\(structure) (both)"
        }
    }

    /// Of a side concept, whatever its meaning says.
    init?(_ concept: CodedConcept) {
        guard
            let side = Self.allCases.first(where: {
                $0.concept.scheme == concept.scheme && $0.concept.value == concept.value
            })
        else { return nil }
        self = side
    }

    /// Words that tell a side wherever they stand.
    fileprivate static let words: [String: BodySide] = [
        "left": .left, "lh": .left, "right": .right, "rh": .right, "both": .both, "bilateral": .both,
    ]
    /// Words that tell a side at an end of the name only: elsewhere they may be part of something (`vertebra L 1`).
    fileprivate static let short: [String: BodySide] = ["l": .left, "lt": .left, "r": .right, "rt": .right]
}

/// A name in its least form: what is the same in all ways to spell it. `Left-Kidney`, `kidney_l` and `LeftKidney` are
/// (`kidney`, left).
struct StructureName: Hashable, Sendable {
    /// Lower case, American spelling, without separators except beside a digit.
    var base: String
    /// The side, where it was told.
    var side: BodySide?

    /// No name of the dictionary is longer.
    static let longest = 80

    /// What a text may mean, the likeliest first: the whole without a side, then what is left when its side word is
    /// taken away. Empty for text that is no plain name: too long, not ASCII, without a letter, or with punctuation
    /// that may join two names.
    static func readings(of text: String) -> [StructureName] {
        guard let words = words(of: text) else { return [] }
        let whole = StructureName(base: join(words), side: nil)
        var readings = [whole]
        let sides = words.indices.filter { BodySide.words[words[$0]] != nil }
        if sides.count == 1, words.count > 1 {
            readings.append(taking(sides[0], from: words, as: BodySide.words[words[sides[0]]]))
        } else if sides.isEmpty, words.count > 1 {
            let ends = [0, words.count - 1].filter { BodySide.short[words[$0]] != nil }
            if ends.count == 1 {
                readings.append(taking(ends[0], from: words, as: BodySide.short[words[ends[0]]]))
            } else if ends.isEmpty {
                readings += unseparated(whole.base)
            }
        } else if sides.isEmpty {
            readings += unseparated(whole.base)
        }
        return readings
    }

    /// The one reading under which a spelling of the dictionary is kept: the one with a side where it has one.
    static func kept(_ spelling: String) -> StructureName? {
        let readings = readings(of: spelling)
        return readings.first { $0.side != nil } ?? readings.first
    }

    /// The name of one thing for a plural in s; nil where that would leave too little to know it by.
    var singular: StructureName? {
        base.hasSuffix("s") && base.utf8.count > 3 ? StructureName(base: String(base.dropLast()), side: side) : nil
    }

    private static func taking(_ index: Int, from words: [String], as side: BodySide?) -> StructureName {
        var rest = words
        rest.remove(at: index)
        return StructureName(base: join(rest), side: side)
    }

    /// `leftkidney`, `kidneyleft`: what is left of a word that begins or ends with its side.
    private static func unseparated(_ word: String) -> [StructureName] {
        [("left", BodySide.left), ("right", .right)].flatMap { text, side in
            [
                word.hasPrefix(text) ? word.dropFirst(text.count) : "",
                word.hasSuffix(text) ? word.dropLast(text.count) : "",
            ].filter { !$0.isEmpty }.map { StructureName(base: String($0), side: side) }
        }
    }

    /// The words of a text, lower case, in American spelling.
    private static func words(of text: String) -> [String]? {
        guard text.utf8.prefix(longest + 1).count <= longest else { return nil }
        var words = [""]
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "A"..."Z", "0"..."9": words[words.count - 1] += String(character).lowercased()
            case " ", "_", "-", ".", ",", "(", ")", "/": words.append("")
            default: return nil
            }
        }
        words = words.filter { !$0.isEmpty }.map(american)
        return words.isEmpty ? nil : words
    }

    /// Oesophagus is esophagus, haemorrhage is hemorrhage and tumour is tumor. What becomes of other words does not
    /// matter: it becomes the same of them on both sides of a comparison.
    private static func american(_ word: String) -> String {
        var letters: [Character] = []
        for letter in word {
            if letter == "e", let last = letters.last, last == "a" || last == "o" {
                letters.removeLast()
            } else if letter == "r", letters.count > 2, letters.last == "u", letters.dropLast().last == "o" {
                letters.removeLast()
            }
            letters.append(letter)
        }
        return String(letters)
    }

    /// Words run together, with a space kept beside digits: `vertebra l1` is not `vertebral 1`.
    private static func join(_ words: [String]) -> String {
        words.reduce(into: "") { name, word in
            let meetsDigit = [name.last, word.first].contains { $0?.isNumber == true }
            name += !name.isEmpty && meetsDigit ? " " + word : word
        }
    }
}
