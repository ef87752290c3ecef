import Foundation

/// The safetensors format: u64 little-endian header length, JSON header, data.
enum Safetensors {
    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// Whether the bytes begin as such a file does.
    static func recognises(_ bytes: [UInt8]) -> Bool { bytes.count > 9 && bytes[8] == UInt8(ascii: "{") }

    /// Reads every tensor; float32 only.
    static func read(_ bytes: [UInt8], path: String) throws(WeightsError) -> (
        tensors: StateDict, metadata: [String: String]
    ) {
        func malformed(_ reason: String) -> WeightsError { .malformed(path: path, reason: reason) }
        let declared = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard let length = Int(exactly: declared), length <= bytes.count - 8 else {
            throw malformed("its header claims \(declared) bytes, the file has \(bytes.count)")
        }
        let header = Data(bytes[8..<8 + length])
        guard let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
            throw malformed("its header is no JSON object")
        }
        let metadata = object["__metadata__"] as? [String: String] ?? [:]
        let body = 8 + length
        var tensors: StateDict = [:]
        for (name, value) in object where name != "__metadata__" {
            guard let json = try? JSONSerialization.data(withJSONObject: value),
                let entry = try? JSONDecoder().decode(Entry.self, from: json)
            else { throw malformed("the entry of \(name) is not understood") }
            guard entry.dtype == "F32" else { throw malformed("\(name) is \(entry.dtype), expected F32") }
            guard let count = elementCount(entry.shape), entry.data_offsets.count == 2,
                entry.data_offsets[0] >= 0, entry.data_offsets[1] - entry.data_offsets[0] == count * 4,
                entry.data_offsets[1] <= bytes.count - body
            else { throw malformed("the data of \(name) lies outside the file or does not fit its shape") }
            let range = body + entry.data_offsets[0]..<body + entry.data_offsets[1]
            tensors[name] = Tensor(shape: entry.shape, values: Tensor.floats(bytes[range]))
        }
        return (tensors, metadata)
    }
}

/// Product of a shape, nil when it is negative or absurd.
func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow, product < 1 << 32 else { return nil }
        count = product
    }
    return count
}
