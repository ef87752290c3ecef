import Foundation
import Volumes

/// NiiVue's label colour map: arrays R G B A I of equal length and `labels` beside them; I are the label ids, and the
/// background is listed transparent.
enum NiiVueTable {
    private struct ColourMap: Encodable {
        var R, G, B, A, I: [Int]
        var labels: [String]
    }

    static func render(_ table: LabelTable) -> String {
        let entries = table.entries
        let map = ColourMap(
            R: [0] + entries.map { Int($0.colour.red) }, G: [0] + entries.map { Int($0.colour.green) },
            B: [0] + entries.map { Int($0.colour.blue) }, A: [0] + entries.map { _ in 255 },
            I: [0] + entries.map { Int($0.id) }, labels: ["Background"] + entries.map(\.oneLineName))
        return JSONText.encode(map, pretty: false)
    }
}

/// JSON with keys in order, so that equal tables give equal files.
enum JSONText {
    static func encode(_ value: some Encodable, pretty: Bool) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and dictionaries of them always encode.
        let data = (try? encoder.encode(value)) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
