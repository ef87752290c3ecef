import Volumes

/// One-dimensional resampling as a table: output n is a weighted sum of a few neighbouring inputs.
///
/// A two-dimensional resampling applies one table along the columns and one along the rows.
struct ResampleTable: Sendable, Hashable {
    /// Samples before and after.
    let inputs, outputs: Int
    /// For each output the first input it is made of.
    private(set) var first: [Int] = []
    /// For each output where its weights start; one more entry marks the end.
    private(set) var start: [Int] = [0]
    /// The weights, output after output. Inputs that are zero padding have none.
    private(set) var weights: [Float] = []

    private init(inputs: Int, outputs: Int) { (self.inputs, self.outputs) = (inputs, outputs) }

    /// Fits an axis of `inputs` pixels, lying `before` pixels from the start of a padded axis `length` pixels long
    /// (both may be fractional), to `outputs` pixels, pixel edges on pixel edges.
    ///
    /// Reducing, an output is the mean of the inputs it covers (area averaging; padding counts as 0). Enlarging, it is
    /// interpolated linearly between pixel centres; beyond the outermost centre the axis goes on with its last value,
    /// or towards 0 on a side that is padded. Equal sizes copy.
    static func fit(inputs: Int, before: Double, length: Double, outputs: Int) -> ResampleTable {
        var table = ResampleTable(inputs: inputs, outputs: outputs)
        let step = length / Double(outputs)
        let after = length - Double(inputs) - before
        for output in 0..<outputs {
            if step > 1 {
                let low = Double(output) * step - before
                table.addMean(from: low, to: low + step)
            } else {
                let centre = (Double(output) + 0.5) * step - 0.5 - before
                table.addLinear(at: centre, clampLow: before < edge, clampHigh: after < edge)
            }
        }
        return table
    }

    /// The way back: reads an axis of `inputs` pixels at the places of the `outputs` pixels that `fit` took there,
    /// linearly between pixel centres, the outermost values going on to the edge.
    static func restore(inputs: Int, before: Double, length: Double, outputs: Int) -> ResampleTable {
        var table = ResampleTable(inputs: inputs, outputs: outputs)
        let step = length / Double(inputs)
        for output in 0..<outputs {
            let centre = (Double(output) + 0.5 + before) / step - 0.5
            table.addLinear(at: centre, clampLow: true, clampHigh: true)
        }
        return table
    }

    /// Less than this many pixels of padding are rounding.
    private static let edge = 1e-6

    /// The mean over [low, high), in input pixels.
    private mutating func addMean(from low: Double, to high: Double) {
        let from = min(max(Int(known: (low + Self.edge).rounded(.down)), 0), inputs)
        let to = min(max(Int(known: (high - Self.edge).rounded(.up)), from), inputs)
        first.append(from)
        for input in from..<to {
            let overlap = min(high, Double(input + 1)) - max(low, Double(input))
            weights.append(Float(overlap / (high - low)))
        }
        start.append(weights.count)
    }

    /// The value at a position, linear between the two nearest centres.
    private mutating func addLinear(at position: Double, clampLow: Bool, clampHigh: Bool) {
        var position = position
        if clampLow { position = max(position, 0) }
        if clampHigh { position = min(position, Double(inputs - 1)) }
        let lower = Int(known: position.rounded(.down))
        var fraction = position - Double(lower)
        // Rounding must not turn a copy into a mixture.
        if fraction < 1e-9 { fraction = 0 }
        let taps = [(lower, 1 - fraction), (lower + 1, fraction)].filter {
            $0.1 > 0 && (0..<inputs).contains($0.0)
        }
        first.append(taps.first?.0 ?? 0)
        weights += taps.map { Float($0.1) }
        start.append(weights.count)
    }

    /// Resamples each of `rows` rows of `inputs` values: `rows * outputs` values.
    func alongColumns(_ values: [Float], rows: Int) -> [Float] {
        precondition(values.count == rows * inputs, "\(values.count) values for \(rows) rows of \(inputs)")
        return [Float](unsafeUninitializedCapacity: rows * outputs) { result, count in
            values.withUnsafeBufferPointer { values in
                for row in 0..<rows {
                    for output in 0..<outputs {
                        var sum: Float = 0
                        var from = row * inputs + first[output]
                        for n in start[output]..<start[output + 1] {
                            sum += weights[n] * values[from]
                            from += 1
                        }
                        result.initializeElement(at: row * outputs + output, to: sum)
                    }
                }
            }
            count = rows * outputs
        }
    }

    /// Resamples along the rows an image of `inputs` rows of `columns` values: `outputs * columns` values.
    func alongRows(_ values: [Float], columns: Int) -> [Float] {
        precondition(values.count == inputs * columns, "\(values.count) values for \(inputs) rows of \(columns)")
        var result = [Float](repeating: 0, count: outputs * columns)
        result.withUnsafeMutableBufferPointer { result in
            values.withUnsafeBufferPointer { values in
                for output in 0..<outputs {
                    for n in start[output]..<start[output + 1] {
                        let (weight, to) = (weights[n], output * columns)
                        let from = (first[output] + n - start[output]) * columns
                        for column in 0..<columns { result[to + column] += weight * values[from + column] }
                    }
                }
            }
        }
        return result
    }
}
