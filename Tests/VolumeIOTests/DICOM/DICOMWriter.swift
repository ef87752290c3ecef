import Foundation
import TestSupport

/// Writes small DICOM files byte by byte (explicit little endian), so that a test can say exactly what stands in them.
struct DICOMWriter {
    /// Elements of the data set by tag; setting one replaces it.
    private var elements: [UInt32: (vr: String, bytes: [UInt8])] = [:]
    var transferSyntax = "1.2.840.10008.1.2.1"
    var hasMeta = true
    /// Bytes taken off the end of the file.
    var cut = 0

    subscript(_ group: UInt16, _ element: UInt16, _ vr: String) -> String {
        get { String(decoding: elements[key(group, element)]?.bytes ?? [], as: UTF8.self) }
        set { set(group, element, vr, Array(newValue.utf8)) }
    }

    private func key(_ group: UInt16, _ element: UInt16) -> UInt32 { UInt32(group) << 16 | UInt32(element) }

    mutating func set(_ group: UInt16, _ element: UInt16, _ vr: String, _ bytes: [UInt8]) {
        elements[key(group, element)] = (vr, bytes)
    }

    mutating func set(_ group: UInt16, _ element: UInt16, _ vr: String, word: Int) {
        set(group, element, vr, Self.little(UInt16(truncatingIfNeeded: word)))
    }

    /// Bytes of an element's value, as set.
    func value(_ group: UInt16, _ element: UInt16) -> [UInt8] { elements[key(group, element)]?.bytes ?? [] }

    mutating func remove(_ group: UInt16, _ element: UInt16) { elements[key(group, element)] = nil }

    /// A 4x3 signed CT slice of series 1.2.3 at a height z in mm, pixels rising from `base`.
    static func slice(_ number: Int, z: Double, base: Int = 0) -> DICOMWriter {
        var file = DICOMWriter()
        file[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\AXIAL"
        file[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.2"
        file[0x0008, 0x0018, "UI"] = "1.2.3.\(number)"
        file[0x0008, 0x0060, "CS"] = "CT"
        file[0x0010, 0x0010, "PN"] = "Doe^Jane"
        file[0x0020, 0x000D, "UI"] = "1.2"
        file[0x0020, 0x000E, "UI"] = "1.2.3"
        file[0x0020, 0x0011, "IS"] = "7"
        file[0x0020, 0x0013, "IS"] = "\(number)"
        file[0x0020, 0x0032, "DS"] = "-10\\-20\\\(z)"
        file[0x0020, 0x0037, "DS"] = "1\\0\\0\\0\\1\\0"
        file.set(0x0028, 0x0002, "US", word: 1)
        file[0x0028, 0x0004, "CS"] = "MONOCHROME2"
        file.set(0x0028, 0x0010, "US", word: 3)
        file.set(0x0028, 0x0011, "US", word: 4)
        file[0x0028, 0x0030, "DS"] = "0.5\\0.25"
        file.bits(allocated: 16, stored: 16, high: 15, signed: true)
        file.pixels((0..<12).map { UInt16(truncatingIfNeeded: base + $0) })
        return file
    }

    mutating func bits(allocated: Int, stored: Int, high: Int, signed: Bool) {
        set(0x0028, 0x0100, "US", word: allocated)
        set(0x0028, 0x0101, "US", word: stored)
        set(0x0028, 0x0102, "US", word: high)
        set(0x0028, 0x0103, "US", word: signed ? 1 : 0)
    }

    mutating func pixels<Cell: FixedWidthInteger>(_ cells: [Cell]) {
        set(0x7FE0, 0x0010, Cell.bitWidth == 8 ? "OB" : "OW", cells.flatMap { Self.little($0) })
    }

    /// One fragment of encapsulated pixel data.
    mutating func encapsulated(_ fragment: [UInt8]) { encapsulated([fragment]) }

    /// Fragments of encapsulated pixel data after an offset table.
    mutating func encapsulated(_ fragments: [[UInt8]], table: [UInt32] = []) {
        let item = Self.little(UInt16(0xFFFE)) + Self.little(UInt16(0xE000))
        var bytes: [UInt8] = []
        for content in [table.flatMap { Self.little($0) }] + fragments {
            let padded = content + (content.count % 2 == 0 ? [] : [0])
            bytes += item + Self.little(UInt32(padded.count)) + padded
        }
        bytes += Self.little(UInt16(0xFFFE)) + Self.little(UInt16(0xE0DD)) + [0, 0, 0, 0]
        elements[0x7FE0_0010] = ("encapsulated", bytes)
    }

    /// The file.
    var bytes: [UInt8] {
        var body: [UInt8] = []
        for (tag, element) in elements.sorted(by: { $0.key < $1.key }) {
            body += Self.encode(tag, element.vr, element.bytes)
        }
        guard hasMeta else { return Array(body.dropLast(cut)) }
        if transferSyntax == "1.2.840.10008.1.2.1.99" {
            // One stored block of raw deflate data.
            let count = UInt16(body.count)
            body = [1] + Self.little(count) + Self.little(~count) + body
        }
        var meta = Self.encode(0x0002_0001, "OB", [0, 1])
        meta += Self.encode(0x0002_0002, "UI", elements[0x0008_0016]?.bytes ?? [])
        meta += Self.encode(0x0002_0003, "UI", elements[0x0008_0018]?.bytes ?? [])
        meta += Self.encode(0x0002_0010, "UI", Array(transferSyntax.utf8))
        meta += Self.encode(0x0002_0012, "UI", Array("1.2.3.4".utf8))
        let length = Self.encode(0x0002_0000, "UL", Self.little(UInt32(meta.count)))
        return Array(([UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + meta + body).dropLast(cut))
    }

    func write(to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func encode(_ tag: UInt32, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        let head = little(UInt16(tag >> 16)) + little(UInt16(tag & 0xFFFF))
        if vr == "encapsulated" { return head + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + value }
        let padded = value.count % 2 == 0 ? value : value + [vr == "UI" || vr == "OB" ? 0 : 0x20]
        if ["OB", "OW", "UN", "SQ", "OF", "OD", "OV"].contains(vr) {
            return head + Array(vr.utf8) + [0, 0] + little(UInt32(padded.count)) + padded
        }
        return head + Array(vr.utf8) + little(UInt16(padded.count)) + padded
    }
}

extension DICOMWriter {
    /// Slices at these heights in mm, whose values begin at 0, 100, 200, ...
    static func stack(_ heights: [Double]) -> [DICOMWriter] {
        heights.enumerated().map { slice($0.offset, z: $0.element, base: 100 * $0.offset) }
    }
}

extension TemporaryFolder {
    /// Writes slices as files whose names do not follow the positions.
    func write(_ slices: [DICOMWriter]) throws {
        for (n, slice) in slices.enumerated() { try slice.write(to: file("IM\(n)")) }
    }
}
