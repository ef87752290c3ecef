import Platform
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
        // Strings and numbers always encode.
        return (try? JSON.text(map, pretty: false)) ?? ""
    }
}
