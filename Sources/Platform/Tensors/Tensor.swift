/// Named float32 arrays, as a state dict holds them.
package typealias StateDict = [String: Tensor]

/// A float32 array, last dimension fastest.
package struct Tensor: Equatable, Sendable {
    /// Elements along each dimension.
    package var shape: [Int]
    /// The elements.
    package var values: [Float]

    package init(shape: [Int], values: [Float]) { (self.shape, self.values) = (shape, values) }

    /// Reads little-endian float32.
    package static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }
}
