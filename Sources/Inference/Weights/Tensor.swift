/// Named float32 arrays, as a state dict holds them.
typealias StateDict = [String: Tensor]

/// A float32 array, last dimension fastest.
struct Tensor: Equatable {
    /// Elements along each dimension.
    var shape: [Int]
    /// The elements.
    var values: [Float]

    /// Reads little-endian float32.
    static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }
}
