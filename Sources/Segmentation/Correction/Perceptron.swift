import CPerceptron
import Foundation

/// A network of two hidden layers that gives one probability: inputs -> 64 -> 64 -> 1, with ReLU between them.
struct Perceptron: Sendable, Hashable, Codable {
    /// Units of a hidden layer.
    static let hidden = 64

    /// What is subtracted from every input, and what it is multiplied by then.
    var shift, factor: [Float]
    /// [inputs][64], [64], [64][64], [64], [64], [1], one after the other.
    var weights: [Float]

    /// Number of inputs.
    var inputs: Int { shift.count }

    /// Where the weights of each layer begin.
    struct Layout {
        let (first, firstBias, second, secondBias, last, lastBias, count): (Int, Int, Int, Int, Int, Int, Int)

        init(inputs: Int) {
            first = 0
            firstBias = inputs * Perceptron.hidden
            second = firstBias + Perceptron.hidden
            secondBias = second + Perceptron.hidden * Perceptron.hidden
            last = secondBias + Perceptron.hidden
            lastBias = last + Perceptron.hidden
            count = lastBias + 1
        }
    }

    /// Beyond any weight that training gives, and small enough that no sum of the three layers' products leaves float32.
    private static let largest: Float = 1e6

    /// Whether there are as many weights as its inputs need, all of them numbers to calculate with.
    var isWhole: Bool {
        !shift.isEmpty && factor.count == inputs && weights.count == Layout(inputs: inputs).count
            && (shift + factor + weights).allSatisfy { abs($0) <= Self.largest }
    }

    /// Shifts and scales rows of inputs, [row][input], in place.
    func standardize(_ rows: inout [Float]) {
        var at = 0
        while at < rows.count {
            for n in 0..<inputs { rows[at + n] = (rows[at + n] - shift[n]) * factor[n] }
            at += inputs
        }
    }

    /// The probability of each of `count` rows of standardized inputs.
    func probabilities(_ rows: [Float], count: Int) -> [Float] {
        let layout = Layout(inputs: inputs)
        var first = [Float](repeating: 0, count: count * Self.hidden)
        var second = first
        return weights.withUnsafeBufferPointer { weights in
            let weights = weights.baseAddress!
            rows.withUnsafeBufferPointer {
                Self.layer($0.baseAddress!, inputs, weights, weights + layout.firstBias, &first, count)
            }
            first.withUnsafeBufferPointer {
                Self.layer(
                    $0.baseAddress!, Self.hidden, weights + layout.second, weights + layout.secondBias, &second, count)
            }
            return (0..<count).map { row in
                var sum = weights[layout.lastBias]
                for n in 0..<Self.hidden { sum += second[row * Self.hidden + n] * weights[layout.last + n] }
                return 1 / (1 + exp(-sum))
            }
        }
    }

    /// output = max(0, rows * weights + bias).
    static func layer(
        _ rows: UnsafePointer<Float>, _ inputs: Int, _ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        for row in 0..<count { (output + row * hidden).update(from: bias, count: hidden) }
        tomos_multiply64(rows, inputs, 1, weights, output, count, inputs)
        for n in 0..<count * hidden { output[n] = max(0, output[n]) }
    }

    private enum CodingKeys: CodingKey { case shift, factor, weights }

    /// Reads what ``encode(to:)`` writes.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func floats(_ key: CodingKeys) throws -> [Float] {
            let data = try values.decode(Data.self, forKey: key)
            return stride(from: 0, to: data.count - data.count % 4, by: 4).map { at in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[data.startIndex + at + $1]) << (8 * $1) }
                return Float(bitPattern: bits)
            }
        }
        (shift, factor, weights) = (try floats(.shift), try floats(.factor), try floats(.weights))
    }

    /// Numbers as float32, least significant byte first, in Base64.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        for (key, floats) in [(CodingKeys.shift, shift), (.factor, factor), (.weights, weights)] {
            let bytes = floats.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            try values.encode(Data(bytes), forKey: key)
        }
    }

    init(shift: [Float], factor: [Float], weights: [Float]) {
        (self.shift, self.factor, self.weights) = (shift, factor, weights)
    }
}
