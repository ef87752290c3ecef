import Configuration
import Segmentation

extension CleanStep {
    private static let mostParts = 1000

    /// What stands in a pipeline file for one step.
    static let form: ValueForm = {
        let number = #"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"#
        return .either([
            .words(["keep-largest"]),
            .single("smooth", .pattern("^\(number) +mm$", words: "a standard deviation such as 0.8 mm")),
            .single(
                "keep-largest",
                .optional([("per", .words(["label"])), ("parts", .integer(1...mostParts))])),
            .single("remove-smaller", .pattern("^\(number) +mm[3³]$", words: "a volume such as 20 mm3")),
        ])
    }()

    /// The step as ``init(_:)`` reads it.
    var written: WrittenValue {
        switch self {
        case .keepLargest(nil): "keep-largest"
        case .keepLargest(let parts?): ["keep-largest": ["parts": .integer(parts)]]
        case .removeSmaller(let volume): ["remove-smaller": .text(plainNumber(volume) + " mm3")]
        case .smooth(let sigma): ["smooth": .text(plainNumber(sigma) + " mm")]
        }
    }

    /// Reads `{ keep-largest: { per: label } }`, `keep-largest` or `{ remove-smaller: 20 mm3 }`.
    init(_ value: ConfigurationValue) throws {
        let names = ["keep-largest", "remove-smaller", "smooth"]
        guard let entry = try value.singleEntry() else {
            guard try value.text() == "keep-largest" else { throw value.bad() }
            self = .keepLargest()
            return
        }
        switch entry.key {
        case "keep-largest":
            var parts: Int?
            for inner in try entry.value.entries() {
                switch inner.key {
                case "per": _ = try inner.value.oneOf(["label"], allowed: "label")
                case "parts": parts = try inner.value.integer(in: 1...Self.mostParts)
                default: throw inner.unknown(in: "clean keep-largest", known: ["per", "parts"])
                }
            }
            self = .keepLargest(parts: parts)
        case "remove-smaller":
            self = .removeSmaller(
                cubicMillimetres: try entry.value.size(in: ["mm3", "mm³"], allowed: "a volume such as 20 mm3"))
        case "smooth":
            let setting = SegmentSettings.smoothing
            let allowed =
                "a standard deviation up to \(SegmentSettings.mostSmoothing) mm, such as \(setting.standard) mm"
            let sigma = try entry.value.size(in: ["mm"], allowed: allowed)
            guard setting.allows(sigma) else { throw entry.value.bad(allowed: allowed) }
            self = .smooth(millimetres: sigma)
        default: throw entry.unknown(in: "clean", known: names)
        }
    }
}

extension ConfigurationValue {
    /// A positive number with one of some units.
    fileprivate func size(in units: [String], allowed: String) throws -> Double {
        let words = try text().split(separator: " ")
        guard words.count == 2, units.contains(String(words[1])), let size = Double(words[0]), size > 0, size.isFinite
        else { throw bad(allowed: allowed) }
        return size
    }
}
