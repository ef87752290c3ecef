import Configuration

/// What a key of the pipeline file takes, so that errors, documentation and the schema for editors say the same.
public indirect enum ValueForm: Sendable {
    /// Any text.
    case text
    /// A path; the words say of what.
    case path(String)
    /// A text that a regular expression (ECMA 262) matches; the words say what it is.
    case pattern(String, words: String)
    /// One of a few words.
    case words([String])
    /// `true` or `false`.
    case truth
    /// A whole number, a multiple of `step`.
    case integer(ClosedRange<Int>, step: Int = 1)
    /// A number from one to another; without these two themselves where the range is open.
    case number(from: Double, to: Double, isOpen: Bool = false)
    /// Several values; a single one that is no mapping may stand without brackets.
    case list(ValueForm, atLeast: Int = 0, isSet: Bool = false)
    /// A mapping of one key.
    case single(String, ValueForm)
    /// A mapping of some keys, each of which may be left out.
    case optional([(key: String, form: ValueForm)])
    /// One of several forms.
    case either([ValueForm])

    /// The words of a type.
    static func words<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> ValueForm {
        .words(type.allCases.map(\.rawValue))
    }

    /// `auto`, or a whole number.
    static func automatic(or range: ClosedRange<Int>) -> ValueForm { .either([.words(["auto"]), .integer(range)]) }

    /// In words, as the error for a bad value lists it.
    var allowed: String {
        switch self {
        case .text: "a text"
        case .path(let words), .pattern(_, let words): words
        case .words(let words): words.joined(separator: ", ")
        case .truth: "true, false"
        case .integer(let range, _) where range.count == 1: "\(range.lowerBound)"
        case .integer(let range, let step):
            "a \(step == 1 ? "whole number" : "multiple of \(step)") from \(range.lowerBound) to \(range.upperBound)"
        case .number(let from, let to, let isOpen):
            isOpen
                ? "a number above \(plainNumber(from)) and below \(plainNumber(to))"
                : "a number from \(plainNumber(from)) to \(plainNumber(to))"
        case .list(let form, _, _): form.allowed
        case .single(let key, let form): "{ \(key): \(form.allowed) }"
        case .optional(let fields): "{ " + fields.map { "\($0.key): \($0.form.allowed)" }.joined(separator: ", ") + " }"
        case .either(let forms): forms.map(\.allowed).joined(separator: ", or ")
        }
    }

    // MARK: JSON Schema

    /// The schema (draft 7) of values of this form.
    var schema: WrittenValue {
        switch self {
        case .text: ["type": ["string", "number"], "minLength": 1]
        case .path: ["type": "string", "minLength": 1]
        case .pattern(let pattern, _): ["type": "string", "pattern": .text(pattern)]
        case .words(let words): ["enum": .list(words.map { .text($0) })]
        case .truth: ["type": "boolean"]
        case .integer(let range, let step): Self.schema(range, step: step)
        case .number(let from, let to, let isOpen):
            isOpen
                ? ["type": "number", "exclusiveMinimum": .number(from), "exclusiveMaximum": .number(to)]
                : ["type": "number", "minimum": .number(from), "maximum": .number(to)]
        case .list(let form, let least, let isSet): Self.schema(listOf: form, atLeast: least, isSet: isSet)
        case .single(let key, let form): Self.object([(key, form.schema)], required: [key])
        case .optional(let fields): Self.object(fields.map { ($0.key, $0.form.schema) })
        case .either(let forms): ["anyOf": .list(forms.map(\.schema))]
        }
    }

    private static func schema(_ range: ClosedRange<Int>, step: Int) -> WrittenValue {
        if range.count == 1 { return ["const": .integer(range.lowerBound)] }
        let bounds: [WrittenValue.Entry] = [
            .init("type", "integer"), .init("minimum", .integer(range.lowerBound)),
            .init("maximum", .integer(range.upperBound)),
        ]
        return .mapping(bounds + (step == 1 ? [] : [.init("multipleOf", .integer(step))]))
    }

    private static func schema(listOf form: ValueForm, atLeast least: Int, isSet: Bool) -> WrittenValue {
        var array: [WrittenValue.Entry] = [.init("type", "array"), .init("items", form.schema)]
        if least > 0 { array.append(.init("minItems", .integer(least))) }
        if isSet { array.append(.init("uniqueItems", true)) }
        return ["anyOf": .list([form.withoutMappings?.schema, .mapping(array)].compactMap(\.self))]
    }

    /// A mapping with these keys and no others; or, where it may be, nothing.
    static func object(
        _ properties: [(String, WrittenValue)], required: [String] = [], orNothing: Bool = false
    ) -> WrittenValue {
        var object: [WrittenValue.Entry] = [
            .init("type", orNothing ? ["object", "null"] : "object"), .init("additionalProperties", false),
            .init("properties", .mapping(properties.map { .init($0, $1) })),
        ]
        if !required.isEmpty { object.append(.init("required", .list(required.map { .text($0) }))) }
        return .mapping(object)
    }

    /// What of this form may stand where a list is expected, as its one item; nil for nothing.
    private var withoutMappings: ValueForm? {
        switch self {
        case .single, .optional, .list: return nil
        case .either(let forms):
            let rest = forms.compactMap(\.withoutMappings)
            return rest.count == 1 ? rest[0] : rest.isEmpty ? nil : .either(rest)
        default: return self
        }
    }
}
