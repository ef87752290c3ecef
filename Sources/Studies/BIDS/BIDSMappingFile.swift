import Configuration

/// Reads a mapping file value by value. Keys are those of dcm2bids 3, and of 2 where it called the same thing otherwise.
struct BIDSMappingFile {
    var descriptions: [BIDSMapping.Description] = []
    var isCaseSensitive = true

    private static let topKeys = ["descriptions", "case_sensitive", "search_method", "dup_method"]
    private static let keys = [
        "id", "datatype", "suffix", "entities", "custom_entities", "criteria", "sidecar_changes",
    ]
    /// What dcm2bids 2 called them.
    private static let formerKeys = [
        "dataType": "datatype", "modalityLabel": "suffix", "customLabels": "custom_entities",
        "sidecarChanges": "sidecar_changes",
    ]
    /// Keys of dcm2bids that mean nothing here, and why.
    private static let foreign = [
        "dcm2niixOptions": "no other program is run: give its options to 'tomos convert'",
        "extractors": "write the entities into each description",
        "auto_extract_entities": "write the entities into each description; echo, part and run are found without it",
        "post_op": "run other programs on the data set afterwards",
        "compKeys": "runs are counted in the order of their series numbers",
        "intendedFor": "write 'sidecar_changes: { IntendedFor: ID }' with the id of the other description",
        "IntendedFor": "write 'sidecar_changes: { IntendedFor: ID }' with the id of the other description",
    ]

    mutating func read(_ root: ConfigurationValue) throws {
        for entry in try root.with(allowed: "a mapping with the key descriptions").entries() {
            switch entry.key {
            case "descriptions":
                let value = entry.value.with(key: "descriptions", allowed: "a list of descriptions")
                guard case .list = value.kind else { throw value.bad() }
                descriptions = try value.list().map(Self.description)
            case "case_sensitive": isCaseSensitive = try Self.truth(entry.value.with(key: entry.key))
            case "search_method":
                _ = try entry.value.with(key: entry.key).oneOf(["fnmatch"], allowed: "fnmatch (patterns with * and ?)")
            case "dup_method":
                _ = try entry.value.with(key: entry.key).oneOf(["run"], allowed: "run (one name twice is run-1, run-2)")
            default: throw Self.unknown(entry, in: "", Self.topKeys)
            }
        }
    }

    private static func unknown(
        _ entry: ConfigurationValue.Entry, in section: String, _ known: [String]
    ) -> ConfigurationError {
        foreign[entry.key].map { .unusable(entry.place, key: entry.key, reason: $0) }
            ?? entry.unknown(in: section, known: known)
    }

    private static func description(_ value: ConfigurationValue) throws -> BIDSMapping.Description {
        let value = value.with(key: "descriptions", allowed: "keys and values: \(keys.joined(separator: ", "))")
        var one = BIDSMapping.Description(datatype: "", suffix: "", place: "\(value.place)")
        for entry in try value.entries() {
            let key = formerKeys[entry.key] ?? entry.key
            let value = entry.value.with(key: key)
            switch key {
            case "id": one.id = try value.with(allowed: "a name").text()
            case "datatype": one.datatype = try value.oneOf(BIDSEntities.datatypes)
            case "suffix": one.suffix = try label(value.with(allowed: "letters and digits, such as T1w"))
            case "entities", "custom_entities": one.entities.merge(try entities(value)) { $1 }
            case "criteria":
                let value = value.with(allowed: "fields of the sidecar with what they must be")
                for field in try value.entries() {
                    one.criteria[field.key] = try criterion(field)
                }
            case "sidecar_changes":
                let value = value.with(allowed: "fields of the sidecar with their values")
                for field in try value.entries() {
                    one.changes[field.key] = try change(field.value.with(key: field.key))
                }
            default: throw unknown(entry, in: "a description", keys)
            }
        }
        try requireWhole(one, value.place)
        return one
    }

    private static func requireWhole(_ one: BIDSMapping.Description, _ place: ConfigurationPlace) throws {
        func missing(_ key: String, _ example: String) -> ConfigurationError {
            .missingKey(place, key: key, example: example)
        }
        if one.datatype.isEmpty { throw missing("datatype", "datatype: anat") }
        if one.suffix.isEmpty { throw missing("suffix", "suffix: T1w") }
        if one.criteria.isEmpty { throw missing("criteria", "criteria: { SeriesDescription: \"*T1*\" }") }
        if one.datatype == "func", one.entities["task"] == nil {
            throw missing("entities", "entities: { task: rest } (names in func say the task)")
        }
    }

    /// `{ task: rest }`, `task-rest_acq-mb` or a list of such.
    private static func entities(_ value: ConfigurationValue) throws -> [String: String] {
        let value = value.with(allowed: "keys and values such as { task: rest }, or a text such as task-rest_acq-mb")
        var found: [String: String] = [:]
        func take(_ key: String, _ label: String, _ value: ConfigurationValue) throws {
            let known = BIDSEntities.order.filter { !["sub", "ses"].contains($0) }
            guard known.contains(key) else {
                throw ConfigurationError.unknownKey(
                    value.place, key: key, section: "entities", nearest: nearest(to: key, among: known), known: known)
            }
            guard BIDSEntities.isLabel(label) else { throw value.bad(label, allowed: "letters and digits") }
            found[key] = label
        }
        if case .mapping = value.kind {
            for entry in try value.entries() { try take(entry.key, try entry.value.text(), entry.value) }
            return found
        }
        for item in try value.list() {
            for part in try item.text().split(separator: "_") {
                let halves = part.split(separator: "-", maxSplits: 1).map(String.init)
                guard halves.count == 2 else { throw item.bad() }
                try take(halves[0], halves[1], item)
            }
        }
        return found
    }

    private static func label(_ value: ConfigurationValue) throws -> String {
        let text = try value.text()
        guard BIDSEntities.isLabel(text) else { throw value.bad() }
        return text
    }

    private static func truth(_ value: ConfigurationValue) throws -> Bool {
        try value.oneOf(["true", "false"]) == "true"
    }
}

// MARK: criteria and changes

extension BIDSMappingFile {
    private static func criterion(_ field: ConfigurationValue.Entry) throws -> BIDSCriterion {
        if field.key == "SidecarFilename" {
            throw ConfigurationError.unusable(
                field.place, key: field.key,
                reason: "there is no file of dcm2niix to go by; use fields of the sidecar, such as SeriesNumber")
        }
        let value = field.value.with(
            key: "criteria.\(field.key)",
            allowed: "a pattern, a number, a list, or { any: [...] } or { lt, le, gt, ge: ... }")
        return try criterion(value)
    }

    private static func criterion(_ value: ConfigurationValue) throws -> BIDSCriterion {
        switch value.kind {
        case .list: return .list(try value.list().map(criterion))
        case .scalar(let isQuoted):
            let text = try value.text()
            if !isQuoted, let number = Double(text), number.isFinite { return .number(number) }
            return .pattern(text)
        case .mapping:
            guard let entry = try value.singleEntry() else { throw value.bad() }
            let inner = entry.value.with(key: value.key, allowed: value.allowed)
            switch entry.key {
            case "any": return .any(try inner.list().map(criterion))
            case "lt": return .range(-.infinity, try inner.number(), includesBounds: false)
            case "le": return .range(-.infinity, try inner.number(), includesBounds: true)
            case "gt": return .range(try inner.number(), .infinity, includesBounds: false)
            case "ge": return .range(try inner.number(), .infinity, includesBounds: true)
            case "btw", "btwe":
                let bounds = try inner.with(allowed: "two numbers").list().map { try $0.number() }
                guard bounds.count == 2 else { throw inner.bad(allowed: "two numbers") }
                return .range(bounds[0], bounds[1], includesBounds: entry.key == "btwe")
            default: throw entry.unknown(in: value.key, known: ["any", "lt", "le", "gt", "ge", "btw", "btwe"])
            }
        }
    }

    private static func change(_ value: ConfigurationValue) throws -> SidecarChange {
        let value = value.with(allowed: "a text, a number, true or false, or a list of these")
        switch value.kind {
        case .mapping: throw value.bad()
        case .list: return .list(try value.list().map(change))
        case .scalar(let isQuoted):
            let text = try value.text()
            if !isQuoted, ["true", "false"].contains(text) { return .truth(text == "true") }
            if !isQuoted, let number = Double(text), number.isFinite { return .number(number) }
            return .text(text)
        }
    }
}
