/// The part of Python's pickle protocol that a state dict of float32 tensors needs, and nothing else: no name is ever
/// looked up or called, so a hostile file can at worst be refused.
struct TensorUnpickler {
    /// A tensor that `_rebuild_tensor_v2` would make.
    struct View: Equatable {
        /// Name of the storage's entry under `data/`.
        var storage: String
        /// Where the view lies in it, in elements.
        var offset: Int
        var shape, stride: [Int]
    }

    /// A value on the stack.
    indirect enum Value {
        case none, mark
        case bool(Bool)
        case integer(Int)
        case string(String)
        /// The items, and how deep they are nested: 1 for those that hold none.
        case tuple([Value], depth: Int)
        case dictionary([(key: String, value: Value)], depth: Int)
        case name(String)
        case storage(String)
        case tensor(View)

        /// Tuples and dictionaries in each other.
        var depth: Int {
            switch self {
            case .tuple(_, let depth), .dictionary(_, let depth): depth
            default: 0
            }
        }
    }

    /// Deepest nesting, and most entries of a dictionary, that are read. A state dict has a depth of two or three and
    /// some hundreds of tensors; what goes far beyond would fill the stack when it is let go, or take hours.
    private static let (deepest, mostEntries) = (16, 10_000)

    private let bytes: [UInt8]
    private let path: String
    private var at = 0
    private var stack: [Value] = []
    private var memo: [Int: Value] = [:]

    init(_ bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

    /// The names that a state dict uses; everything else is refused.
    private static let allowed: Set<String> = [
        "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
        "torch FloatStorage",
    ]

    /// Runs the pickle to its end and returns the object.
    mutating func run() throws(WeightsError) -> Value {
        while true {
            let code = try byte()
            if code == UInt8(ascii: ".") { return try pop() }
            try step(code)
        }
    }

    private mutating func step(_ code: UInt8) throws(WeightsError) {
        switch code {
        case 0x80: _ = try byte()  // PROTO
        case UInt8(ascii: "("): stack.append(.mark)
        case UInt8(ascii: "}"): stack.append(.dictionary([], depth: 1))
        case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "K"): stack.append(.integer(try integer(1)))
        case UInt8(ascii: "M"): stack.append(.integer(try integer(2)))
        case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try integer(4)))))
        case 0x8A: try long()
        case UInt8(ascii: "X"): stack.append(.string(try text(try integer(4))))
        case 0x8C: stack.append(.string(try text(try integer(1))))
        case UInt8(ascii: "q"): memo[try integer(1)] = try top()
        case UInt8(ascii: "r"): memo[try integer(4)] = try top()
        case UInt8(ascii: "h"): try recall(try integer(1))
        case UInt8(ascii: "j"): try recall(try integer(4))
        case UInt8(ascii: "t"): stack.append(try tuple(try popToMark()))
        case 0x85, 0x86, 0x87:
            let count = Int(code) - 0x84
            guard stack.count >= count else { throw malformed("its pickle is broken") }
            let items = Array(stack.suffix(count))
            stack.removeLast(count)
            stack.append(try tuple(items))
        case UInt8(ascii: "c"): try global()
        case UInt8(ascii: "R"): try reduce()
        case UInt8(ascii: "Q"): try persistent()
        case UInt8(ascii: "s"):
            let value = try pop()
            try setItems([try pop(), value])
        case UInt8(ascii: "u"): try setItems(try popToMark())
        case UInt8(ascii: "b"): _ = try pop()  // BUILD: an OrderedDict's _metadata, which holds versions only
        default: throw malformed("its pickle has opcode \(code), which a state dict does not need")
        }
    }

    // MARK: opcodes

    private mutating func global() throws(WeightsError) {
        let name = try line() + " " + line()
        guard Self.allowed.contains(name) else {
            throw malformed(
                "its pickle asks for \(name); only float32 tensors in a state dict are read, nothing is executed")
        }
        stack.append(.name(name))
    }

    private mutating func reduce() throws(WeightsError) {
        guard case .tuple(let arguments, _) = try pop(), case .name(let name) = try pop() else {
            throw malformed("its pickle is broken")
        }
        switch name {
        case "collections OrderedDict" where arguments.isEmpty:
            stack.append(.dictionary([], depth: 1))
        case "torch._utils _rebuild_tensor_v2": stack.append(.tensor(try tensor(arguments)))
        case "torch._utils _rebuild_parameter":
            guard case .tensor(let view)? = arguments.first else { throw malformed("a parameter without a tensor") }
            stack.append(.tensor(view))
        default: throw malformed("its pickle calls \(name) in an unexpected way")
        }
    }

    private func tensor(_ arguments: [Value]) throws(WeightsError) -> View {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let stride = integers(arguments[3])
        else { throw malformed("a tensor's record is not understood") }
        return View(storage: storage, offset: offset, shape: shape, stride: stride)
    }

    /// ('storage', torch.FloatStorage, key, location, size)
    private mutating func persistent() throws(WeightsError) {
        guard case .tuple(let id, _) = try pop(), id.count >= 3, case .string("storage") = id[0],
            case .name("torch FloatStorage") = id[1], case .string(let key) = id[2]
        else { throw malformed("a storage is not float32") }
        stack.append(.storage(key))
    }

    private mutating func setItems(_ items: [Value]) throws(WeightsError) {
        guard case .dictionary(var dictionary, var depth) = try pop(), items.count.isMultiple(of: 2) else {
            throw malformed("its pickle is broken")
        }
        guard dictionary.count + items.count / 2 <= Self.mostEntries else {
            throw malformed("a dictionary of its pickle has more than \(Self.mostEntries) entries")
        }
        for n in stride(from: 0, to: items.count, by: 2) {
            guard case .string(let key) = items[n] else { throw malformed("a key is no string") }
            dictionary.append((key, items[n + 1]))
            depth = max(depth, try deeper([items[n + 1]]))
        }
        stack.append(.dictionary(dictionary, depth: depth))
    }

    private func tuple(_ items: [Value]) throws(WeightsError) -> Value { .tuple(items, depth: try deeper(items)) }

    /// The depth of what holds these values.
    private func deeper(_ items: [Value]) throws(WeightsError) -> Int {
        let depth = 1 + (items.map(\.depth).max() ?? 0)
        guard depth <= Self.deepest else { throw malformed("its pickle is nested deeper than \(Self.deepest) levels") }
        return depth
    }

    private mutating func long() throws(WeightsError) {
        let size = try integer(1)
        guard size <= 7 else { throw malformed("an integer of \(size) bytes") }
        let value = try integer(size)
        // Two's complement of that many bytes.
        stack.append(.integer(size > 0 && value >> (8 * size - 1) == 1 ? value - 1 << (8 * size) : value))
    }

    private func integers(_ value: Value) -> [Int]? {
        guard case .tuple(let items, _) = value else { return nil }
        var result: [Int] = []
        for item in items {
            guard case .integer(let n) = item else { return nil }
            result.append(n)
        }
        return result
    }

    // MARK: bytes and stack

    private func malformed(_ reason: String) -> WeightsError { .malformed(path: path, reason: reason) }

    private mutating func byte() throws(WeightsError) -> UInt8 {
        guard at < bytes.count else { throw malformed("its pickle ends early") }
        at += 1
        return bytes[at - 1]
    }

    private mutating func integer(_ size: Int) throws(WeightsError) -> Int {
        var value = 0
        for n in 0..<size { value |= Int(try byte()) << (8 * n) }
        return value
    }

    private mutating func text(_ length: Int) throws(WeightsError) -> String {
        guard length <= bytes.count - at else { throw malformed("its pickle ends early") }
        at += length
        return String(decoding: bytes[at - length..<at], as: UTF8.self)
    }

    private mutating func line() throws(WeightsError) -> String {
        guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed("its pickle ends early")
        }
        defer { at = end + 1 }
        return String(decoding: bytes[at..<end], as: UTF8.self)
    }

    private func top() throws(WeightsError) -> Value {
        guard let value = stack.last else { throw malformed("its pickle is broken") }
        return value
    }

    private mutating func pop() throws(WeightsError) -> Value {
        guard let value = stack.popLast() else { throw malformed("its pickle is broken") }
        return value
    }

    private mutating func popToMark() throws(WeightsError) -> [Value] {
        guard let mark = stack.lastIndex(where: { if case .mark = $0 { true } else { false } }) else {
            throw malformed("its pickle is broken")
        }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[(mark + 1)...])
    }

    private mutating func recall(_ index: Int) throws(WeightsError) {
        guard let value = memo[index] else { throw malformed("its pickle is broken") }
        stack.append(value)
    }
}
