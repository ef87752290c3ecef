import Foundation

/// A `.npy` file of little-endian float32 or float64 in C order, as the reference tensors are.
public struct NumPyArray: Sendable {
    /// Elements along each dimension.
    public var shape: [Int]
    /// The elements.
    public var values: [Double]

    /// The elements as float32.
    public var floats: [Float] { values.map { Float($0) } }

    /// Reads a file; traps on anything unexpected, because the file is a fixture.
    public init(_ path: String) throws {
        let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let length = Int(data[8]) | Int(data[9]) << 8
        let header = String(decoding: data[10..<10 + length], as: UTF8.self)
        precondition(data[6] == 1 && header.contains("'fortran_order': False"), "\(path): \(header)")
        let tuple = header.split(separator: "(")[1].split(separator: ")")[0]
        shape = tuple.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        let count = shape.reduce(1, *)
        let start = 10 + length
        let wide = header.contains("<f8")
        precondition(wide || header.contains("<f4"), header)
        values = data.withUnsafeBytes { raw in
            (0..<count).map {
                wide
                    ? raw.loadUnaligned(fromByteOffset: start + 8 * $0, as: Double.self)
                    : Double(raw.loadUnaligned(fromByteOffset: start + 4 * $0, as: Float.self))
            }
        }
    }
}
