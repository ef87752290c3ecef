import Volumes
import Foundation

/// How far each of the pack's stacks is shifted against a query's along the slice axis.
///
/// Two fields of view rarely begin and end at the same anatomy, so the same relative position is a slice or two off.
/// The shift is the one at which the query's slices look most like the stack's, over all slices at once: a single
/// slice's likeness says little, since neighbours look alike.
struct StackAlignment: Sendable {
    /// Side of the thumbnails that are compared.
    private static let side = 32
    /// Largest shift, as a share of the stack's slices.
    private static let reach = 0.1
    /// What a shift of one slice must gain in mean correlation to be believed.
    private static let doubt: Float = 0.002

    /// For each stack: [slice][32 * 32], mean 0 and length 1.
    private let stacks: [[[Float]]]

    /// Takes stacks of square slices of `side` x `side`, a multiple of 32.
    init(_ stacks: [[some Collection<Float>]], side: Int) {
        self.stacks = stacks.map { $0.map { Self.thumbnail(Array($0), side: side) } }
    }

    /// Shift of every stack, in its slices, against a query of some slices: query slice n of N looks like slice
    /// `n / (N - 1) * (count - 1) + shift`.
    func shifts(of query: some Sequence<[Float]>, side: Int) -> [Double] {
        let slices = query.map { Self.thumbnail($0, side: side) }
        return stacks.map { shift(slices, $0) }
    }

    private func shift(_ query: [[Float]], _ stack: [[Float]]) -> Double {
        guard query.count > 1, stack.count > 1 else { return 0 }
        let furthest = Int(known: Self.reach * Double(stack.count) * 2)
        var best = (score: -Float.infinity, shift: 0.0)
        // Nearest to no shift first, so that equals stay put.
        for half in (-furthest...furthest).sorted(by: { (abs($0), $0) < (abs($1), $1) }) {
            let shift = Double(half) / 2
            var (sum, count): (Float, Int) = (0, 0)
            for n in query.indices {
                let place = Double(n) / Double(query.count - 1) * Double(stack.count - 1) + shift
                let slice = Int(known: place.rounded(.toNearestOrEven))
                guard stack.indices.contains(slice) else { continue }
                sum += zip(query[n], stack[slice]).reduce(0) { $0 + $1.0 * $1.1 }
                count += 1
            }
            let score = count > 0 ? sum / Float(count) - Self.doubt * Float(abs(shift)) : -.infinity
            if score > best.score { best = (score, shift) }
        }
        return best.shift
    }

    private static func thumbnail(_ slice: [Float], side: Int) -> [Float] {
        let block = side / Self.side
        var values = [Float](repeating: 0, count: Self.side * Self.side)
        for y in 0..<side {
            for x in 0..<side { values[y / block * Self.side + x / block] += slice[y * side + x] }
        }
        let mean = values.reduce(0, +) / Float(values.count)
        for n in values.indices { values[n] -= mean }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? values.map { $0 / length } : values
    }
}
