import CCairo
import Platform

/// Text of one size, measured and ready to be drawn.
struct LetteredText {
    /// Glyphs of one font each, in order; the first begins at x = 0.
    let runs: [(font: CairoFont, glyphs: [cairo_glyph_t])]
    /// How far the text reaches to the right, in pixels.
    let width: Double
}

/// Letters of one size: DejaVu Sans, or what the machine has in its place. A character that this font lacks comes from one
/// that has it; where none has, a question mark stands in its place, and `unknown` names it.
final class Lettering {
    let size: Double
    /// The characters that no font has, of all texts so far.
    private(set) var unknown: Set<Character> = []
    private let isBold: Bool
    private var fonts: [CairoFont] = []
    /// Which of the fonts has a character; nil where none has.
    private var places: [Character: Int?] = [:]

    /// Where a font lacks a character, these are asked in turn; fontconfig gives its best match for a name it does not know.
    private static let families = [
        "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Droid Sans Fallback",
        "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Symbols",
    ]
    /// No name on a picture is longer; this bounds the work.
    private static let mostCharacters = 200

    init(size: Double, isBold: Bool = false) {
        (self.size, self.isBold) = (size, isBold)
    }

    /// A text on one line, ended by an ellipsis where it would be wider than `widest` pixels. Empty where not even that
    /// fits.
    func text(_ text: String, widest: Double = .infinity) throws -> LetteredText {
        let all = Array(SafeText.words(String(text.prefix(Self.mostCharacters))))
        let isWhole = text.dropFirst(Self.mostCharacters).isEmpty
        if isWhole {
            let whole = try set(all)
            if whole.width <= widest { return whole }
        }
        // The most characters that fit, found by halving: more are never narrower.
        var (fits, tooMany) = (0, all.count + 1)
        while tooMany - fits > 1 {
            let middle = (fits + tooMany) / 2
            if try set(Self.shortened(all, to: middle)).width <= widest { fits = middle } else { tooMany = middle }
        }
        if fits > 0 { return try set(Self.shortened(all, to: fits)) }
        let ellipsis = try set(["…"])
        return ellipsis.width <= widest ? ellipsis : LetteredText(runs: [], width: 0)
    }

    /// Whether some font has a letter or digit of a text.
    func shows(_ text: String) throws -> Bool {
        try text.prefix(Self.mostCharacters).contains { character in
            character.isLetter || character.isNumber ? try font(for: character) != nil : false
        }
    }

    private static func shortened(_ characters: [Character], to count: Int) -> [Character] {
        var kept = characters.prefix(count)
        while kept.last == " " { kept.removeLast() }
        return kept + ["…"]
    }

    private func set(_ characters: [Character]) throws -> LetteredText {
        var runs: [(font: CairoFont, text: String)] = []
        for character in characters {
            var (shown, font) = (character, try font(for: character))
            if font == nil {
                unknown.insert(character)
                (shown, font) = ("?", try self.font(0))
            }
            guard let font else { continue }
            if runs.last?.font === font {
                runs[runs.count - 1].text.append(shown)
            } else {
                runs.append((font, String(shown)))
            }
        }
        var (width, result): (Double, [(CairoFont, [cairo_glyph_t])]) = (0, [])
        for run in runs {
            var glyphs = try run.font.glyphs(run.text)
            let advance = try run.font.advance(glyphs)
            for n in glyphs.indices { glyphs[n].x += width }
            result.append((run.font, glyphs))
            width += advance
        }
        return LetteredText(runs: result, width: width)
    }

    /// The first font that has all of a character.
    private func font(for character: Character) throws -> CairoFont? {
        if let place = places[character] { return try place.map(font) }
        let place = try Self.families.indices.first { n in
            try font(n).glyphs(String(character)).allSatisfy { $0.index != 0 }
        }
        places[character] = .some(place)
        return try place.map(font)
    }

    private func font(_ n: Int) throws -> CairoFont {
        while fonts.count <= n {
            fonts.append(try CairoFont(family: Self.families[fonts.count], size: size, isBold: isBold))
        }
        return fonts[n]
    }
}
