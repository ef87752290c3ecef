import Foundation
import Volumes

/// Label tables in JSON: NiiVue's label colour maps, and the `labels` of a Decathlon or nnU-Net `dataset.json`.
enum LabelJSON {
    /// What a `dataset.json` says of one label: Decathlon `"1": "liver"`, nnU-Net `"liver": 1`, or a region of several.
    enum DatasetLabel: Decodable, Equatable {
        case name(String)
        case id(Int)
        case region([Int])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let id = try? value.decode(Int.self) {
                self = .id(id)
            } else if let region = try? value.decode([Int].self) {
                self = .region(region)
            } else {
                self = .name(try value.decode(String.self))
            }
        }
    }

    private struct NiiVue: Decodable {
        var R, G, B, I: [Int]
        var labels: [String]
    }

    private struct Labels: Decodable {
        var labels: [String: DatasetLabel]
    }

    static func rows(_ text: String, path: String) throws -> [LabelRow] {
        let data = Data(text.utf8)
        if let map = try? JSONDecoder().decode(NiiVue.self, from: data) { return try rows(map, path: path) }
        do {
            return try rows(try JSONDecoder().decode(Labels.self, from: data).labels, path: path)
        } catch is DecodingError {
            throw LabelTableFileError.notATable(
                path, reason: "JSON, but neither NiiVue's (R, G, B, I, labels) nor a dataset.json with labels")
        }
    }

    private static func rows(_ map: NiiVue, path: String) throws -> [LabelRow] {
        guard Set([map.R.count, map.G.count, map.B.count, map.I.count, map.labels.count]).count == 1 else {
            throw LabelTableFileError.notATable(path, reason: "R, G, B, I and labels are not equally long")
        }
        return try map.I.indices.map { n in
            let values = [map.R[n], map.G[n], map.B[n]].compactMap { UInt8(exactly: $0) }
            guard let id = UInt16(exactly: map.I[n]), values.count == 3 else {
                throw LabelTableFileError.notATable(
                    path, reason: "entry \(n + 1) ('\(map.labels[n])') has an id or a colour out of range")
            }
            return LabelRow(
                line: n + 1, id: id, name: map.labels[n], colour: Colour(values[0], values[1], values[2]))
        }
    }

    /// Labels of a `dataset.json`, in order of id.
    static func rows(_ labels: [String: DatasetLabel], path: String) throws -> [LabelRow] {
        let rows = try labels.map { key, value in
            let (number, name): (Int?, String)
            switch value {
            case .name(let text) where Int(key) == nil && Int(text) != nil: (number, name) = (Int(text), key)
            case .name(let text): (number, name) = (Int(key), text)
            case .id(let id): (number, name) = (id, key)
            case .region(let ids):
                throw LabelTableFileError.notATable(
                    path,
                    reason: "label '\(key)' is a region of \(ids.map(String.init).joined(separator: ", ")); "
                        + "give each label one id")
            }
            guard let id = number.flatMap({ UInt16(exactly: $0) }), !name.isEmpty else {
                throw LabelTableFileError.notATable(
                    path, reason: "label '\(key)' has no id from 0 to 65535, or no name")
            }
            return LabelRow(line: 0, id: id, name: name)
        }
        let sorted = rows.sorted { ($0.id, $0.name) < ($1.id, $1.name) }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.id == b.id {
            throw LabelTableFileError.notATable(path, reason: "labels '\(a.name)' and '\(b.name)' have one id, \(a.id)")
        }
        return sorted
    }
}
