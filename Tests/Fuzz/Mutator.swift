import Platform

/// Numbers that depend on the run and the input alone.
struct FuzzRandom: RandomNumberGenerator {
    private var generator: SplitMix64

    init(run: UInt64, input: Int) {
        generator = SplitMix64(
            state: run &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: input) &* 0xD1B5_4A32_D192_ED03)
        _ = next()
    }

    mutating func next() -> UInt64 { generator.next() }

    /// A number from 0 up to, not including, `limit`.
    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &self) }
}

/// Damages files: in single bits, in numbers, in lengths, in order and in size.
struct Mutator {
    var random: FuzzRandom

    /// `bytes` with one to five changes. `words` are byte strings that carry meaning in the format; `other` lends
    /// parts.
    mutating func change(_ bytes: [UInt8], splicing other: [UInt8], words: Words) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(5) where !bytes.isEmpty { changeOnce(&bytes, other, words) }
        return bytes
    }

    private mutating func changeOnce(_ bytes: inout [UInt8], _ other: [UInt8], _ words: Words) {
        let at = place(in: bytes, words)
        switch random.below(16) {
        case 0, 1: bytes[at] ^= 1 << UInt8(random.below(8))
        case 2: bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &random)!
        case 3, 4, 5: overwriteNumber(&bytes, at)
        case 6, 7, 8: overwriteLength(&bytes, words)
        case 9, 10: overwrite(&bytes, at, with: words.values.randomElement(using: &random)!)
        case 11: bytes.insert(contentsOf: words.values.randomElement(using: &random)!, at: at)
        case 12: bytes.removeSubrange(span(at, of: bytes))
        case 13: bytes.insert(contentsOf: bytes[span(at, of: bytes)], at: place(in: bytes, words))
        case 14: splice(&bytes, at, other)
        default: bytes.removeLast(random.below(3) == 0 ? random.below(bytes.count) : random.below(64) % bytes.count)
        }
    }

    /// Mostly where meaning lies: near a known word or in the head.
    private mutating func place(in bytes: [UInt8], _ words: Words) -> Int {
        switch random.below(3) {
        case 0: random.below(bytes.count)
        case 1: random.below(min(bytes.count, words.headSize))
        default: min(bytes.count - 1, (find(words, in: bytes) ?? 0) + random.below(24))
        }
    }

    /// Where one of the tags stands, searching on from anywhere in the file.
    private mutating func find(_ words: Words, in bytes: [UInt8]) -> Int? {
        guard let tag = words.tags.randomElement(using: &random), bytes.count > tag.count else { return nil }
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.indices.dropLast(tag.count).first { n in
                buffer[n] == tag[0] && buffer[n + 1] == tag[1] && buffer[n..<n + tag.count].elementsEqual(tag)
            }
        }
    }

    private mutating func overwriteNumber(_ bytes: inout [UInt8], _ at: Int) {
        let width = [1, 2, 4, 8].randomElement(using: &random)!
        let edges: [UInt64] = [
            0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE,
            0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max, UInt64(bytes.count),
        ]
        let value = random.below(4) == 0 ? random.next() : edges.randomElement(using: &random)!
        var stored = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        if random.below(3) == 0 { stored.reverse() }
        overwrite(&bytes, at, with: stored)
    }

    /// The length of a data element stands 4 (implicit), 6 (explicit) or 8 (explicit, long) bytes after its tag.
    private mutating func overwriteLength(_ bytes: inout [UInt8], _ words: Words) {
        guard let tag = find(words, in: bytes) else { return overwriteNumber(&bytes, place(in: bytes, words)) }
        overwriteNumber(&bytes, min(bytes.count - 1, tag + [4, 6, 8].randomElement(using: &random)!))
    }

    private func overwrite(_ bytes: inout [UInt8], _ at: Int, with value: [UInt8]) {
        for (n, byte) in value.enumerated() where at + n < bytes.count { bytes[at + n] = byte }
    }

    private mutating func span(_ at: Int, of bytes: [UInt8]) -> Range<Int> {
        at..<min(bytes.count, at + 1 + random.below(random.below(4) == 0 ? 4096 : 32))
    }

    private mutating func splice(_ bytes: inout [UInt8], _ at: Int, _ other: [UInt8]) {
        guard !other.isEmpty else { return }
        let part = other[span(random.below(other.count), of: other)]
        if random.below(2) == 0 {
            bytes.insert(contentsOf: part, at: at)
        } else {
            overwrite(&bytes, at, with: Array(part))
        }
    }

    /// What carries meaning in a format.
    struct Words {
        /// Byte strings to look for.
        let tags: [[UInt8]]
        /// Byte strings to put in.
        let values: [[UInt8]]
        /// How far the head of a file reaches.
        let headSize: Int
    }
}
