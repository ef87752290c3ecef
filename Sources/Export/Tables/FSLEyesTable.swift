import Foundation
import Volumes

/// FSLeyes' look-up table: `value red green blue name`, colours 0 to 1, the name being the rest of the line.
enum FSLEyesTable {
    static func render(_ table: LabelTable) -> String {
        textFile(
            table.entries.map { entry in
                let colour = [entry.colour.red, entry.colour.green, entry.colour.blue]
                    .map { String(format: "%.5f", Double($0) / 255) }
                return "\(entry.id) \(colour.joined(separator: " ")) \(entry.oneLineName)"
            })
    }
}
