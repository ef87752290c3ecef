import CLearningKernels
import Testing
import TestSupport

@testable import Learning

/// The step of a whole matrix. With M = U S V^T the nearest orthogonal matrix is U V^T, so that X^T M is symmetric and every
/// vector keeps about its length.
@Suite struct OrthogonalTests {
    @Test(arguments: RunnableKernels.names, [(9, 16), (40, 16), (144, 32), (288, 48)])
    func singularValuesBecomeAlike(_ name: String, _ size: (rows: Int, columns: Int)) {
        let kernels = RunnableKernels.named(name)
        let (rows, columns) = size
        // Columns of very unlike lengths.
        let matrix = hashedValues(1, rows * columns).enumerated().map { $1 * (1 + Double($0 % columns)) }
        let buffer = GuardedBuffer(matrix)
        let room = GuardedBuffer(
            [Double](repeating: 0, count: kernels.orthogonal_room(Int32(rows), Int32(columns))))
        kernels.make_orthogonal(buffer.floats, Int32(rows), Int32(columns), room.floats)
        let x = (0..<rows * columns).map { Double(buffer.floats[$0]) }
        // A wide matrix keeps the lengths of what it can reach: of rows, not of columns.
        let isWide = rows < columns
        for seed in 2..<8 {
            let vector = hashedValues(seed, isWide ? rows : columns)
            var image = [Double](repeating: 0, count: isWide ? columns : rows)
            for r in 0..<rows {
                for c in 0..<columns {
                    let value = x[r * columns + c]
                    if isWide { image[c] += value * vector[r] } else { image[r] += value * vector[c] }
                }
            }
            let ratio = (length(image) / length(vector))
            #expect(ratio > 0.6 && ratio < 1.3, "\(ratio)")
        }
        var (largest, asymmetry) = (0.0, 0.0)
        func product(_ a: Int, _ b: Int) -> Double {
            (0..<rows).reduce(0) { $0 + x[$1 * columns + a] * matrix[$1 * columns + b] }
        }
        for a in 0..<columns {
            for b in 0..<a {
                largest = max(largest, abs(product(a, b)))
                asymmetry = max(asymmetry, abs(product(a, b) - product(b, a)))
            }
            #expect(product(a, a) > 0)
            largest = max(largest, product(a, a))
        }
        #expect(asymmetry < 0.02 * largest)
    }

    private func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
