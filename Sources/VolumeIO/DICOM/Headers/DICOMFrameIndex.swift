/// Which fragments of encapsulated pixel data make up each frame. (PS3.5 A.4)
///
/// Offset tables are written wrong as often as not, so one counts only where it agrees with the fragments. Without one,
/// a frame is a fragment where there are as many of both, and else begins where a codestream begins.
struct DICOMFrameIndex: Sendable, Equatable {
    /// For each frame its fragments, from 0.
    let fragments: [Range<Int>]

    /// What the index is made from.
    struct Evidence {
        /// Bytes of each fragment.
        var lengths: [Int]
        var frames: Int
        /// Offset tables, the better first; a table counts each fragment with its 8 bytes of header.
        var tables: [[UInt64]]
        /// Whether fragments begin as a codestream does; empty when beginnings cannot be told.
        var begins: [Bool]
    }

    /// Finds the frames; the reason when they cannot be told apart.
    init(_ evidence: Evidence) throws(CodestreamFault) {
        let frames = evidence.frames
        // Empty fragments behind the last frame are padding.
        var count = evidence.lengths.count
        while count > frames, evidence.lengths[count - 1] == 0 { count -= 1 }
        guard count > 0 else { throw CodestreamFault("has no pixel data") }
        let starts = evidence.begins.indices.filter { evidence.begins[$0] }
        if frames == 1 {
            guard starts.count <= 1 else {
                throw CodestreamFault("holds \(starts.count) compressed images, NumberOfFrames says 1")
            }
            fragments = [0..<count]
            return
        }
        let agreed = evidence.tables.lazy.compactMap { Self.starts(table: $0, evidence) }.first
        if let agreed {
            fragments = Self.ranges(agreed, count)
        } else if count == frames {
            fragments = (0..<count).map { $0..<$0 + 1 }
        } else if starts.count == frames, starts.first == 0 {
            fragments = Self.ranges(starts, count)
        } else {
            throw CodestreamFault(
                "\(count) fragments hold \(frames) frames, and no offset table tells which belong together "
                    + "(export the file again)")
        }
    }

    private static func ranges(_ starts: [Int], _ count: Int) -> [Range<Int>] {
        starts.indices.map { starts[$0]..<($0 + 1 < starts.count ? starts[$0 + 1] : count) }
    }

    /// First fragment of each frame by an offset table; nil when the table contradicts the fragments.
    private static func starts(table: [UInt64], _ evidence: Evidence) -> [Int]? {
        guard table.count == evidence.frames, table.first == 0 else { return nil }
        var (offset, next) = (UInt64(0), 0)
        var starts: [Int] = []
        for (n, length) in evidence.lengths.enumerated() {
            if next < table.count, table[next] == offset {
                if !evidence.begins.isEmpty, !evidence.begins[n] { return nil }
                starts.append(n)
                next += 1
            }
            offset += UInt64(length) + 8
        }
        return next == table.count ? starts : nil
    }
}

/// Why compressed pixel data cannot be decoded, without the file's name.
struct CodestreamFault: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
