import CZlib

/// The measurement protocol of a Siemens scanner, `name = value` lines between `### ASCCONV BEGIN` and `END` in the
/// series' CSA header (0029,xx20), or of XA software in (0021,xx19).
struct SiemensProtocol {
    private var values: [String: String] = [:]

    /// Longest text read, in bytes; protocols have up to a few hundred thousand.
    static let limit = 8 << 20

    /// Reads a protocol; nil when the text holds none.
    init?(_ text: String) {
        guard text.utf8.count <= Self.limit else { return nil }
        var isInside = false
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            if line.starts(with: "### ASCCONV BEGIN".utf8) {
                isInside = true
            } else if line.starts(with: "### ASCCONV END".utf8) {
                break
            } else if isInside, let equals = line.firstIndex(of: 0x3D) {
                let isFiller: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x22 || $0 == 0 }
                func trimmed(_ part: Substring.UTF8View) -> String {
                    let tail = part.drop(while: isFiller)
                    let end = tail.lastIndex { !isFiller($0) }.map { tail.index(after: $0) } ?? tail.startIndex
                    return String(decoding: tail[..<end], as: UTF8.self)
                }
                values[trimmed(line[..<equals])] = trimmed(line[line.index(after: equals)...])
            }
        }
        if values.isEmpty { return nil }
    }

    /// A value as it stands, without quotes.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A number, decimal or hexadecimal (`0x10`).
    func number(_ name: String) -> Double? {
        guard let text = self[name] else { return nil }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map { Double($0) } }
        return finiteNumber(text)
    }
}

/// The scan protocol of a GE scanner, `NAME "value"` lines deflated in (0025,xx1B).
struct GEProtocol {
    private var values: [String: String] = [:]

    /// Longest protocol read, in bytes; they have a few thousand.
    static let limit = 1 << 20

    /// Reads a protocol: four bytes of length, then a gzip stream. Nil when the bytes are none.
    init?(_ bytes: [UInt8]) {
        let signature: [UInt8] = [0x1F, 0x8B, 0x08]
        guard let start = bytes.indices.prefix(64).first(where: { bytes[$0...].starts(with: signature) }),
            let text = Self.inflated(bytes[start...])
        else { return nil }
        for line in text.split(separator: 0x0A) {
            guard let blank = line.firstIndex(of: 0x20) else { continue }
            let value = line[line.index(after: blank)...].filter { $0 != 0x22 && $0 != 0x0D }
            values[String(decoding: line[..<blank], as: UTF8.self)] = String(decoding: value, as: UTF8.self)
        }
        // Newer software writes XML here, which is not read.
        if values["TR"] == nil, values["NOSLC"] == nil, values["PSEQ"] == nil { return nil }
    }

    /// A value as it stands.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A number.
    func number(_ name: String) -> Double? { self[name].flatMap { finiteNumber($0) } }

    private static func inflated(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var stream = z_stream()
        // 16 above the window bits asks for the header of gzip.
        guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var input = Array(bytes)
        var output = [UInt8](repeating: 0, count: limit)
        let made = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target -> Int in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                let status = inflate(&stream, Z_FINISH)
                return status == Z_STREAM_END || status == Z_BUF_ERROR ? target.count - Int(stream.avail_out) : 0
            }
        }
        return made > 0 ? Array(output[..<made]) : nil
    }
}
