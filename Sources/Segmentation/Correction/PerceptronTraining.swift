import Volumes
import CPerceptron
import Foundation
import Platform

/// Inputs, [row][input], and whether each row is of the label.
struct TrainingRows: Sendable {
    var inputs: Int
    var values: [Float] = []
    var isLabel: [Bool] = []

    var count: Int { isLabel.count }
}

extension Perceptron {
    /// How training goes: cross entropy, AdamW (Loshchilov and Hutter, 2019), the rate rising and falling once while the
    /// momentum does the opposite (Smith and Topin, 2018), dropout after each hidden layer.
    fileprivate enum Course {
        static let (epochs, batch) = (10, 512)
        static let (rate, decay): (Float, Float) = (3e-3, 1e-3)
        static let dropout: Float = 0.2
        static let (leastMomentum, mostMomentum): (Float, Float) = (0.85, 0.95)
        static let secondMoment: Float = 0.999
        /// Share of the steps in which the rate rises.
        static let rise = 0.3
    }

    /// Trains on rows, of which there must be some. The same rows and seed give the same network on the same machine.
    init(_ rows: TrainingRows, seed: UInt64) {
        (shift, factor) = Self.standardization(rows)
        weights = []
        var values = rows.values
        standardize(&values)
        let trainer = Trainer(inputs: rows.inputs, seed: seed)
        let batches = (rows.count + Course.batch - 1) / Course.batch
        var order = Array(0..<rows.count)
        for epoch in 0..<Course.epochs {
            order.shuffle(using: &trainer.random)
            for n in 0..<batches {
                let chosen = order[n * Course.batch..<min((n + 1) * Course.batch, order.count)]
                let done = Double(epoch * batches + n) / Double(Course.epochs * batches)
                trainer.step(chosen, values, rows.isLabel, Self.pace(at: done))
            }
        }
        weights = trainer.result
    }

    /// Mean and inverse of the standard deviation of every input; 0 for one that is the same everywhere.
    private static func standardization(_ rows: TrainingRows) -> ([Float], [Float]) {
        var (sums, squares) = ([Double](repeating: 0, count: rows.inputs), [Double](repeating: 0, count: rows.inputs))
        for row in 0..<rows.count {
            for n in 0..<rows.inputs {
                let value = Double(rows.values[row * rows.inputs + n])
                sums[n] += value
                squares[n] += value * value
            }
        }
        let count = Double(rows.count)
        let factors = zip(sums, squares).map { sum, square in
            let variance = square / count - sum / count * (sum / count)
            return variance > 1e-10 ? Float(1 / variance.squareRoot()) : 0
        }
        return (sums.map { Float($0 / count) }, factors)
    }

    /// How fast weights change.
    fileprivate struct Pace {
        var rate, momentum: Float
    }

    /// The pace when a share of the steps is taken: two half cosines.
    private static func pace(at done: Double) -> Pace {
        let (low, end) = (0.04, 1e-5)
        let isRising = done < Course.rise
        let wave = (1 - cos(.pi * (isRising ? done / Course.rise : (1 - done) / (1 - Course.rise)))) / 2
        let least = isRising ? low : end
        return Pace(
            rate: Course.rate * Float(least + (1 - least) * wave),
            momentum: Course.mostMomentum - (Course.mostMomentum - Course.leastMomentum) * Float(wave))
    }
}

/// The state of training.
private final class Trainer {
    private typealias Floats = UnsafeMutablePointer<Float>

    var random: SplitMix64
    private let inputs: Int
    private let layout: Perceptron.Layout
    private let hidden = Perceptron.hidden
    private let memory: Floats
    /// One value a weight each.
    private let weights, gradient, mean, square: Floats
    /// [row][input].
    private let rows: Floats
    /// [row][64], each.
    private let first, second, firstGradient, secondGradient: Floats
    /// The second layer's weights, [output][input].
    private let turned: Floats
    private var steps = 0

    init(inputs: Int, seed: UInt64) {
        (self.inputs, random) = (inputs, SplitMix64(state: seed))
        layout = Perceptron.Layout(inputs: inputs)
        let batch = Perceptron.Course.batch
        let sizes =
            [Int](repeating: layout.count, count: 4) + [batch * inputs] + [Int](repeating: batch * hidden, count: 4)
            + [hidden * hidden]
        let total = sizes.reduce(0, +)
        memory = .allocate(capacity: total)
        memory.initialize(repeating: 0, count: total)
        var end = memory
        let starts = sizes.map { size in
            defer { end += size }
            return end
        }
        (weights, gradient, mean, square) = (starts[0], starts[1], starts[2], starts[3])
        (rows, first, second, firstGradient) = (starts[4], starts[5], starts[6], starts[7])
        (secondGradient, turned) = (starts[8], starts[9])
        let ranges = [
            (layout.first..<layout.second, inputs), (layout.second..<layout.last, hidden),
            (layout.last..<layout.count, hidden),
        ]
        for (range, inputs) in ranges {
            let reach = 1 / Float(inputs).squareRoot()
            for n in range { weights[n] = Float.random(in: -reach...reach, using: &random) }
        }
    }

    deinit { memory.deallocate() }

    /// The weights so far.
    var result: [Float] { Array(UnsafeBufferPointer(start: weights, count: layout.count)) }

    /// One step on the chosen rows.
    func step(_ chosen: ArraySlice<Int>, _ values: [Float], _ isLabel: [Bool], _ pace: Perceptron.Pace) {
        values.withUnsafeBufferPointer { values in
            for (row, at) in chosen.enumerated() {
                (rows + row * inputs).update(from: values.baseAddress! + at * inputs, count: inputs)
            }
        }
        gradient.update(repeating: 0, count: layout.count)
        forward(chosen.count)
        backward(chosen.map { isLabel[$0] })
        update(pace)
    }

    private func forward(_ count: Int) {
        Perceptron.layer(rows, inputs, weights, weights + layout.firstBias, first, count)
        drop(first, count)
        Perceptron.layer(first, hidden, weights + layout.second, weights + layout.secondBias, second, count)
        drop(second, count)
    }

    /// What a value that was not dropped is multiplied by.
    private let rest = 1 / (1 - Perceptron.Course.dropout)

    /// Sets a share of the values to 0 and makes up for it with the others.
    private func drop(_ values: Floats, _ count: Int) {
        let limit = UInt64(Int(known: Perceptron.Course.dropout * 65536))
        for at in stride(from: 0, to: count * hidden, by: 4) {
            var bits = random.next()
            for n in at..<at + 4 {
                values[n] = bits & 0xFFFF < limit ? 0 : values[n] * rest
                bits >>= 16
            }
        }
    }

    private func backward(_ isLabel: [Bool]) {
        let count = isLabel.count
        for row in 0..<count { leave(second + row * hidden, secondGradient + row * hidden, isLabel[row], count) }
        for n in 0..<hidden {
            for m in 0..<hidden { turned[m * hidden + n] = weights[layout.second + n * hidden + m] }
        }
        firstGradient.update(repeating: 0, count: count * hidden)
        tomos_multiply64(secondGradient, hidden, 1, turned, firstGradient, count, hidden)
        for n in 0..<count * hidden { firstGradient[n] = first[n] > 0 ? firstGradient[n] * rest : 0 }
        tomos_multiply64(first, 1, hidden, secondGradient, gradient + layout.second, hidden, count)
        tomos_multiply64(rows, 1, inputs, firstGradient, gradient + layout.first, inputs, count)
        for row in 0..<count {
            for n in 0..<hidden {
                gradient[layout.firstBias + n] += firstGradient[row * hidden + n]
                gradient[layout.secondBias + n] += secondGradient[row * hidden + n]
            }
        }
    }

    /// The last layer, forward and backward, for one row of what the second gave.
    private func leave(_ values: Floats, _ gradients: Floats, _ isLabel: Bool, _ count: Int) {
        let last = weights + layout.last
        var sum = weights[layout.lastBias]
        for n in 0..<hidden { sum += values[n] * last[n] }
        let slope = (1 / (1 + exp(-sum)) - (isLabel ? 1 : 0)) / Float(count)
        gradient[layout.lastBias] += slope
        for n in 0..<hidden {
            gradient[layout.last + n] += slope * values[n]
            // A value of 0 was dropped or not reached: nothing goes through it.
            gradients[n] = values[n] > 0 ? slope * last[n] * rest : 0
        }
    }

    private func update(_ pace: Perceptron.Pace) {
        typealias Course = Perceptron.Course
        steps += 1
        let (b1, b2) = (pace.momentum, Course.secondMoment)
        let (c1, c2) = (1 / (1 - pow(b1, Float(steps))), 1 / (1 - pow(b2, Float(steps))))
        for n in 0..<layout.count {
            mean[n] += (1 - b1) * (gradient[n] - mean[n])
            square[n] += (1 - b2) * (gradient[n] * gradient[n] - square[n])
            let change = mean[n] * c1 / ((square[n] * c2).squareRoot() + 1e-8)
            weights[n] -= pace.rate * (change + Course.decay * weights[n])
        }
    }
}
