import Foundation
import Platform
import VolumeIO
import Volumes

/// What is wrong with a `.npy` file.
enum NumPyError: TomosError, Equatable {
    case missing(String, reason: String)
    case malformed(String, String)

    var category: ErrorCategory {
        switch self {
        case .missing: .missingInput
        case .malformed: .badData
        }
    }

    var description: String {
        switch self {
        case .missing(let path, let reason): "\(path): cannot be read: \(reason)"
        case .malformed(let path, let what): "\(path): \(what)"
        }
    }
}

/// An array of float32 in C order, as NumPy's `.npy` files (version 1 and 2) hold it.
///
/// Format: numpy.lib.format; `\x93NUMPY`, version, length of the header, the header as a Python dictionary, the data.
struct NumPyArray: Equatable {
    /// Length of each axis, slowest first.
    var shape: [Int]
    /// The values, last axis fastest.
    var values: [Float]

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Makes an array. The number of values must be the shape's.
    init(shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
        (self.shape, self.values) = (shape, values)
    }

    /// Reads `<f4` and `<f8` (rounded to float32) arrays in C order.
    init(path: String) throws(NumPyError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw .missing(path, reason: exists ? "it is no file that can be opened" : "there is no such file")
        }
        try self.init(data, path: path)
    }

    /// Reads the bytes of a file; `path` is for messages.
    init(_ data: Data, path: String) throws(NumPyError) {
        let bytes = [UInt8](data.prefix(12))
        guard bytes.count >= 10, bytes.starts(with: Self.magic) else {
            throw .malformed(path, "not a .npy file (save the array with numpy.save)")
        }
        guard bytes[6] == 1 || bytes[6] == 2, bytes[7] == 0 else {
            throw .malformed(path, ".npy version \(bytes[6]).\(bytes[7]) is not read, 1.0 and 2.0 are")
        }
        let start = bytes[6] == 1 ? 10 : 12
        guard bytes.count >= start else { throw .malformed(path, "the header is cut off") }
        let length =
            Int(bytes[8]) | Int(bytes[9]) << 8 | (bytes[6] == 1 ? 0 : Int(bytes[10]) << 16 | Int(bytes[11]) << 24)
        // A header is one line of some hundred bytes; NumPy refuses more than 10,000 too.
        guard length <= 10_000, data.count >= start + length else {
            throw .malformed(path, "the header states \(length) bytes, the file has \(data.count)")
        }
        let text = String(decoding: data.dropFirst(start).prefix(length), as: UTF8.self)
        let header = try NumPyHeader(text, path: path)
        let count = try header.count(path: path)
        let body = data.dropFirst(start + length)
        guard body.count == count * header.itemSize else {
            throw .malformed(
                path, "shape \(header.shape) needs \(count * header.itemSize) bytes of data, the file has \(body.count)"
            )
        }
        shape = header.shape
        values = body.withUnsafeBytes { raw in
            (0..<count).map { n in
                header.itemSize == 4
                    ? Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * n, as: UInt32.self)))
                    : Float(
                        Double(
                            bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * n, as: UInt64.self)))
                    )
            }
        }
    }

    /// The file's bytes: version 1.0, `<f4`, C order, data aligned to 64 bytes.
    var fileBytes: [UInt8] {
        let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(axes)), }"
        let unpadded = Self.magic.count + 4 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        let length = header.utf8.count
        var bytes = Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
        bytes.reserveCapacity(bytes.count + values.count * 4)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Writes the file, whole or not at all.
    func write(to path: String) throws { try AtomicFile.write(fileBytes, to: path) }
}

/// The dictionary at the head of a `.npy` file.
private struct NumPyHeader {
    let shape: [Int]
    let itemSize: Int

    init(_ text: String, path: String) throws(NumPyError) {
        guard let type = Self.value(of: "descr", in: text)?.firstMatch(of: /^'([^']*)'/)?.1,
            let order = Self.value(of: "fortran_order", in: text)?.firstMatch(of: /^(True|False)/)?.1,
            let axes = Self.value(of: "shape", in: text)?.firstMatch(of: /^\(([0-9, ]*)\)/)?.1
        else { throw .malformed(path, "the header is not a NumPy array's") }
        switch type {
        case "<f4": itemSize = 4
        case "<f8": itemSize = 8
        default: throw .malformed(path, "values of type '\(type)' are not read (use array.astype('<f4'))")
        }
        guard order == "False" else {
            throw .malformed(path, "the array is in Fortran order (use numpy.ascontiguousarray)")
        }
        var shape: [Int] = []
        for axis in axes.split(separator: ",").map({ $0.filter { $0 != " " } }) where !axis.isEmpty {
            guard let length = Int(axis) else { throw .malformed(path, "the shape (\(axes)) is not one") }
            shape.append(length)
        }
        self.shape = shape
    }

    /// What follows `'key':`.
    private static func value(of key: String, in text: String) -> Substring? {
        guard let range = text.range(of: "'\(key)':") else { return nil }
        return text[range.upperBound...].drop { $0 == " " }
    }

    /// Values in all; refuses products that no file could hold.
    func count(path: String) throws(NumPyError) -> Int {
        var count = 1
        for axis in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis)
            guard !overflow, product < 1 << 48 else { throw .malformed(path, "the shape \(shape) is too large") }
            count = product
        }
        return count
    }
}
