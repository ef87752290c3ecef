import Platform
import Volumes

/// The cases of a study that networks have learned from, so that none is segmented by a network that has seen it.
///
/// A study is dealt into two halves. Networks at even places have learned from the cases of the second half, those at odd
/// places from the cases of the first: each case has seen half of the networks, and is segmented by the others.
package struct TaughtCases: Sendable, Hashable, Codable {
    /// The half that a case is in, 0 or 1, by ``digest(of:)``.
    private var halves: [String: Int] = [:]

    package init() {}

    /// How many cases there are.
    package var count: Int { halves.count }

    /// What a file says may be anything.
    var isWhole: Bool { halves.values.allSatisfy { $0 == 0 || $0 == 1 } }

    /// Takes a case in and returns its half. The same image again is in the same one.
    package mutating func insert(_ volume: Volume) -> Int {
        let digest = Self.digest(of: volume)
        let half = halves[digest] ?? halves.count % 2
        halves[digest] = half
        return half
    }

    /// Whether the network at a place has learned from the cases of a half.
    package static func learns(member: Int, from half: Int) -> Bool { member % 2 != half }

    /// The places of the networks, of so many, that have not seen a volume.
    package func members(unseeing volume: Volume, of count: Int) -> [Int] {
        guard !halves.isEmpty, let half = halves[Self.digest(of: volume)] else { return Array(0..<count) }
        return (0..<count).filter { !Self.learns(member: $0, from: half) }
    }

    /// SHA-256 of a volume's shape and values, whatever kind of file it came in.
    static func digest(of volume: Volume) -> String {
        let shape = volume.geometry.shape
        let layout = SliceLayout(volume.geometry, plane: .native)
        var digests = "\(shape.i) \(shape.j) \(shape.k)"
        for index in 0..<layout.slices {
            let bytes = volume.slice(index, in: layout).values.withUnsafeBytes { Array($0) }
            digests += " " + Digest.sha256(bytes)
        }
        return Digest.sha256(Array(digests.utf8))
    }
}
