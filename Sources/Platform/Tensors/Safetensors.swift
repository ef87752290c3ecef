import Foundation

/// The safetensors format: u64 little-endian header length, JSON header, data.
package enum Safetensors {
    /// Why a file is none.
    package struct Malformed: Error {
        package let reason: String
    }

    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// The names of a JSON object, whatever they are.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The JSON object at the head of a file. What is no entry is kept as nil, so that the error can name it.
    private struct Header: Decodable {
        var entries: [String: Entry?] = [:]
        var metadata: [String: String] = [:]

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: Name.self)
            for key in object.allKeys {
                if key.stringValue == "__metadata__" {
                    metadata = (try? object.decode([String: String].self, forKey: key)) ?? [:]
                } else {
                    entries[key.stringValue] = .some(try? object.decode(Entry.self, forKey: key))
                }
            }
        }
    }

    /// Whether the bytes begin as such a file does.
    package static func recognises(_ bytes: [UInt8]) -> Bool { bytes.count > 9 && bytes[8] == UInt8(ascii: "{") }

    /// Reads every tensor; float32 only. The bytes must be recognised as such a file.
    package static func read(_ bytes: [UInt8]) throws(Malformed) -> (tensors: StateDict, metadata: [String: String]) {
        func malformed(_ reason: String) -> Malformed { Malformed(reason: reason) }
        let declared = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard let length = Int(exactly: declared), length <= bytes.count - 8 else {
            throw malformed("its header claims \(declared) bytes, the file has \(bytes.count)")
        }
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[8..<8 + length])) else {
            throw malformed("its header is no JSON object")
        }
        let body = 8 + length
        var tensors: StateDict = [:]
        for (name, entry) in header.entries.sorted(by: { $0.key < $1.key }) {
            guard let entry else { throw malformed("the entry of \(name) is not understood") }
            guard entry.dtype == "F32" else { throw malformed("\(name) is \(entry.dtype), expected F32") }
            guard let count = elementCount(entry.shape), entry.data_offsets.count == 2,
                let (begin, end) = span(entry.data_offsets, in: bytes.count - body), end - begin == count * 4
            else { throw malformed("the data of \(name) lies outside the file or does not fit its shape") }
            tensors[name] = Tensor(shape: entry.shape, values: Tensor.floats(bytes[body + begin..<body + end]))
        }
        return (tensors, header.metadata)
    }

    /// The bytes of such a file: tensors in the order of their names, the data on a multiple of 64 bytes.
    package static func encode(_ tensors: StateDict, metadata: [String: String]) throws -> [UInt8] {
        let names = tensors.keys.sorted()
        var (header, end): ([String: Any], Int) = (["__metadata__": metadata], 0)
        for name in names {
            guard let tensor = tensors[name] else { continue }
            let size = tensor.values.count * 4
            header[name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [end, end + size]]
            end += size
        }
        var json = [UInt8](try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys]))
        json += [UInt8](repeating: UInt8(ascii: " "), count: (64 - (json.count + 8) % 64) % 64)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + json.count + end)
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes += $0 }
        bytes += json
        for name in names {
            for value in tensors[name]?.values ?? [] {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
            }
        }
        return bytes
    }

    /// Two offsets in order and within so many bytes; nil when they are not.
    private static func span(_ offsets: [Int], in size: Int) -> (Int, Int)? {
        0 <= offsets[0] && offsets[0] <= offsets[1] && offsets[1] <= size ? (offsets[0], offsets[1]) : nil
    }
}

/// Product of a shape, nil when an axis is empty or negative or the product absurd.
package func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size > 0, !overflow, product < 1 << 32 else { return nil }
        count = product
    }
    return count
}
