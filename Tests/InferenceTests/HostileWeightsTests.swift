import Platform
import CZlib
import Foundation
import TestSupport
import Testing

@testable import Inference

/// Weights files made to break a reader: each is refused with its reason, in a moment.
@Suite struct HostileWeightsTests {
    private let folder = TemporaryFolder()

    private func refusal(_ bytes: [UInt8]) throws -> String {
        let path = folder.file("w")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: WeightsError.self) { try Weights(.file(path)) }
        return (error?.description ?? "").replacingOccurrences(of: path, with: "w")
    }

    // MARK: Pickles

    private func run(_ pickle: [UInt8]) -> String {
        var reader = TensorUnpickler(pickle, path: "w")
        do {
            _ = try reader.run()
            return "read"
        } catch {
            return "\(error)"
        }
    }

    /// ')' an empty tuple, 0x85 a tuple of the topmost, '}' a dictionary, 's' sets a key, '(' a mark, 't' a tuple from it.
    @Test func nestingIsLimited() {
        let tooDeep = "w: the weights file is malformed: its pickle is nested deeper than 16 levels"
        let million = 1_000_000
        #expect(run(Array(")".utf8) + [UInt8](repeating: 0x85, count: million) + Array(".".utf8)) == tooDeep)
        let marks = [UInt8](repeating: UInt8(ascii: "("), count: million)
        #expect(run(marks + [UInt8](repeating: UInt8(ascii: "t"), count: million) + Array(".".utf8)) == tooDeep)
        // A dictionary in a dictionary in a dictionary, built from the outside in.
        let opened = [[UInt8]](repeating: Array("}X\u{1}\0\0\0a".utf8), count: 1000).flatMap(\.self)
        let pickle = opened + Array("N".utf8) + [UInt8](repeating: UInt8(ascii: "s"), count: 1000) + Array(".".utf8)
        #expect(run(pickle) == tooDeep)
        #expect(run(Array(")".utf8) + [UInt8](repeating: 0x85, count: 10) + Array(".".utf8)) == "read")
    }

    /// Every entry set into a dictionary that the memo holds copies all the others.
    @Test func entriesAreLimited() {
        let entry = Array("X\u{1}\0\0\0aNs".utf8)
        let pickle = Array("}q\0".utf8) + [[UInt8]](repeating: entry, count: 300_000).flatMap(\.self)
        #expect(
            run(pickle) == "w: the weights file is malformed: a dictionary of its pickle has more than 10000 entries")
    }

    /// A shape whose product is 0 has strides that overflow.
    @Test(arguments: [[0, 1 << 40, 1 << 40], [1 << 40, 1 << 40], [-1, 2], [.max, .max]])
    func absurdShapesHaveNoCount(shape: [Int]) { #expect(elementCount(shape) == nil) }

    // MARK: Zip

    /// A stored zip whose central directory names one entry `times` times.
    private func zip(_ content: [UInt8], times: Int) -> [UInt8] {
        func little(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let sum = Int(content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
        let sizes = little(sum, 4) + little(content.count, 4) + little(content.count, 4) + little(1, 2) + little(0, 2)
        let local = little(0x0403_4B50, 4) + [20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + Array("a".utf8) + content
        let entry =
            little(0x0201_4B50, 4) + [20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes
            + [UInt8](repeating: 0, count: 14) + Array("a".utf8)
        let directory = [[UInt8]](repeating: entry, count: times).flatMap(\.self)
        return local + directory + little(0x0605_4B50, 4) + little(0, 4) + little(times, 2) + little(times, 2)
            + little(directory.count, 4) + little(local.count, 4) + little(0, 2)
    }

    @Test func overlappingEntriesAreRefused() throws {
        let content = [UInt8](repeating: 7, count: 1 << 20)
        #expect(
            try refusal(zip(content, times: 60_000))
                == "w: the weights file is malformed: its entries lie upon each other")
        #expect(try refusal(zip(content, times: 1)) == "w: the weights file is malformed: it has no data.pkl")
    }

    // MARK: Safetensors

    private func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
    }

    @Test(arguments: [
        (#"{"a":5}"#, "the entry of a is not understood"),
        (#"{"a":[1,2]}"#, "the entry of a is not understood"),
        (#"{"a":null}"#, "the entry of a is not understood"),
        (#"{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}"#, "its header is no JSON object"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9,-9223372036854775808]}}"#,
            "the data of a lies outside the file or does not fit its shape"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#,
            "the data of a lies outside the file or does not fit its shape"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
            "the data of a lies outside the file or does not fit its shape"
        ),
    ])
    func safetensorsHeaders(header: String, reason: String) throws {
        let text = try refusal(safetensors(header, data: [0, 0, 0, 0]))
        // A number that JSON has and Swift has not may fail as a whole or in its entry.
        let isRefused =
            text == "w: the weights file is malformed: \(reason)"
            || header.contains("1e400") && text.hasPrefix("w: the weights file is malformed: ")
        #expect(isRefused, "\(text)")
    }

    @Test func deepHeadersAreRefused() throws {
        let deep = "{\"a\":" + String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000) + "}"
        #expect(try refusal(safetensors(deep)) == "w: the weights file is malformed: its header is no JSON object")
    }

    // MARK: Numbers

    /// UniverSeg's tensors, every weight the same number.
    private func network(_ value: Float) throws -> String {
        var (entries, data): ([String], [UInt8]) = ([], [])
        for (name, shape) in Weights.shapes.sorted(by: { $0.key < $1.key }) {
            let count = shape.reduce(1, *)
            let axes = shape.map(String.init).joined(separator: ",")
            entries.append(
                "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(axes)],\"data_offsets\":[\(data.count),\(data.count + 4 * count)]}"
            )
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            data += [[UInt8]](repeating: bytes, count: count).flatMap(\.self)
        }
        let path = folder.file("n.safetensors")
        try Data(safetensors("{" + entries.joined(separator: ",") + "}", data: data)).write(
            to: URL(fileURLWithPath: path))
        return path
    }

    @Test func weightsWhoseLogitsAreNoNumbersAreRefused() throws {
        let path = try network(1e20)
        let weights = try Weights(.file(path))
        let error = #expect(throws: InferenceError.self) { try UniverSeg(weights: weights) }
        #expect(error == .notFinite(weights: path))
        #expect(
            error?.description == "\(path): these weights give logits that are not finite: no network that was trained "
                + "does so (use other weights; images must be in [0, 1])")
        _ = try UniverSeg(weights: Weights(.file(try network(1e-3))))
    }

    /// Good weights and an image that is none: no map comes of it either.
    @Test func imagesBeyondNumbersAreRefused() throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let (side, plane) = (64, 64 * 64)
        let labels = (0..<plane).map { Float($0 % 2) }
        #expect(throws: InferenceError.notFinite(weights: "bundled")) {
            try network.logits(
                query: [Float](repeating: .nan, count: plane), supportImages: labels, supportLabels: labels, side: side)
        }
    }
}
