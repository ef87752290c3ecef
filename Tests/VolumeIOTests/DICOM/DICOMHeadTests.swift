import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// The header's elements found without a parser: the same values as DCMTK's, of what is asked for alone. What is expected
/// is what was written, and what DCMTK reads of the same file.
struct DICOMHeadTests {
    let folder = TemporaryFolder()

    private var path: String { folder.file("IM0") }

    private func search() -> DICOMHead? { DICOMFileWindows(path).flatMap { DICOMHead($0) } }

    private func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    /// A private sequence as a vendor writes it: items of short elements, with delimiters or with lengths.
    private static func privateSequence(_ element: UInt8, items: Int, isUndefined: Bool) -> [UInt8] {
        var content = DICOMWriter()
        content[0x2005, 0x0014, "LO"] = "Philips MR Imaging DD 005"
        content[0x2005, 0x1481, "LO"] = "nobody reads this"
        let data = content.dataSet
        let undefined: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let head: [UInt8] = [0x05, 0x20, element, 0x14] + Array("SQ".utf8) + [0, 0]
        guard isUndefined else {
            let value = DICOMWriter.sequence(Array(repeating: data, count: items))
            return head + DICOMWriter.little(UInt32(value.count)) + value
        }
        let item = [0xFE, 0xFF, 0, 0xE0] + undefined + data + [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
        return head + undefined + (0..<items).flatMap { _ in item } + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
    }

    /// A slice with private sequences before its group 0020... and a place behind them.
    private func philips(items: Int) -> [UInt8] {
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x2005, 0x0014, "LO"] = "Philips MR Imaging DD 005"
        slice[0x2005, 0x1590, "LO"] = "behind"
        let bytes = slice.bytes
        // Behind (2005,0014), before (2005,1590).
        let mark: [UInt8] = [0x05, 0x20, 0x90, 0x15]
        let place = bytes.indices.first { bytes[$0...].starts(with: mark) } ?? bytes.count
        return bytes[..<place] + Self.privateSequence(0x80, items: items, isUndefined: true)
            + Self.privateSequence(0x81, items: items, isUndefined: false) + bytes[place...]
    }

    @Test("private sequences are passed over, and read when they are asked for", arguments: [1, 40, 2000])
    func privateSequences(_ items: Int) throws {
        // 2,000 items are longer than what is read at first, and than its double.
        try write(philips(items: items))
        let head = try #require(search())
        #expect(head.text(DICOMTag(0x2005, 0x1590)) == "behind")
        #expect(head.list.elements.count { $0.kind == .passed } == 2)
        #expect(head.list.elements.count == 30, "nothing of the private sequences is listed")
        for element in [UInt16(0x1480), 0x1481] {
            let found = head.items(DICOMTag(0x2005, element))
            #expect(found.count == items)
            #expect(found.last?.text(DICOMTag(0x2005, 0x1481)) == "nobody reads this")
        }
        let pixels = try #require(head.pixels)
        #expect(pixels.length == 24 && pixels.start == head.stamp.size - 24)
        #expect(try readOnlySeries(folder.path).voxels == .int16((0..<12).map { Int16($0) }))
    }

    @Test("a long private value is passed over, and read when it is asked for")
    func longValue() throws {
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x0029, 0x0010, "LO"] = "SIEMENS CSA HEADER"
        let blob = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        slice.set(0x0029, 0x1020, "OB", blob)
        slice[0x0051, 0x0010, "LO"] = "SIEMENS MR HEADER"
        try slice.write(to: path)
        let head = try #require(search())
        #expect(head.text(DICOMTag(0x0051, 0x0010)) == "SIEMENS MR HEADER")
        #expect(head.bytes(DICOMTag(0x0029, 0x1020)) == blob)
    }

    @Test(
        "which files are DCMTK's from the beginning: those that are not plain, or not as they say",
        arguments: [
            ("explicit", true), ("implicit", true), ("RLE", true), ("implicit, stated explicit", false),
            ("explicit, stated implicit", false), ("big endian", false), ("deflated", false), ("no meta", false),
            ("unknown syntax", false), ("cut in the header", false), ("cut in the pixels", true),
            ("tags fall", false), ("length beyond the file", false),
        ])
    func plain(_ kind: String, _ isFound: Bool) throws {
        try write(try bytes(kind))
        #expect((search() != nil) == isFound)
        if isFound, kind != "cut in the pixels" {
            #expect(search()?.text(.rows) == "3" && search()?.text(.series) == "1.2.3")
        }
        if kind == "cut in the pixels" { #expect(search()?.pixels == nil) }
    }

    private func bytes(_ kind: String) throws -> [UInt8] {
        var slice = DICOMWriter.slice(1, z: 0)
        let plain = slice.bytes
        let syntaxes = [
            "big endian": "1.2.840.10008.1.2.2", "deflated": "1.2.840.10008.1.2.1.99", "unknown syntax": "1.2.3",
            "RLE": "1.2.840.10008.1.2.5", "explicit, stated implicit": "1.2.840.10008.1.2",
        ]
        if let syntax = syntaxes[kind] { slice.transferSyntax = syntax }
        switch kind {
        case "no meta": slice.hasMeta = false
        case "RLE": slice.encapsulated([1, 2])
        case "implicit": return Self.implicit(plain, stated: "1.2.840.10008.1.2")
        case "implicit, stated explicit": return Self.implicit(plain, stated: "1.2.840.10008.1.2.1")
        case "cut in the header": return Array(plain.dropLast(100))
        case "cut in the pixels": return Array(plain.dropLast(4))
        case "tags fall": return plain.dropLast(36) + [0x08, 0, 0x18, 0, 0x55, 0x49, 2, 0, 0x31, 0] + plain.suffix(36)
        case "length beyond the file":
            let mark = try #require(plain.indices.first { plain[$0...].starts(with: [0x10, 0, 0x10, 0, 0x50, 0x4E]) })
            return Array(plain[..<(mark + 6)]) + [0xFF, 0xFF] + plain[(mark + 8)...]
        default: break
        }
        return slice.bytes
    }

    /// The data set of an explicit file without its value representations.
    private static func implicit(_ file: [UInt8], stated syntax: String) -> [UInt8] {
        var empty = DICOMWriter.slice(1, z: 0)
        empty.transferSyntax = syntax
        let body = DICOMWriter.slice(1, z: 0).dataSet
        var (at, result) = (0, Array(empty.bytes.dropLast(body.count)))
        while at < body.count {
            let isLong = ["OW", "OB", "SQ"].contains(String(decoding: body[at + 4..<at + 6], as: UTF8.self))
            let start = at + (isLong ? 12 : 8)
            let bytes = body[(isLong ? at + 8 : at + 6)..<start]
            let length = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
            result += body[at..<at + 4] + DICOMWriter.little(UInt32(length)) + body[start..<start + length]
            at = start + length
        }
        return result
    }

    @Test("a header cut anywhere is read, or refused in DCMTK's words")
    func cut() throws {
        let good = philips(items: 2)
        for length in stride(from: 100, to: good.count, by: 7) {
            try write(Array(good.prefix(length)))
            let (ours, theirs) = (
                Self.outcome { try DCMTKFile(path, .header) }, Self.outcome { try DCMTKFile(parsing: path, .header) }
            )
            #expect(ours == theirs, "\(length) bytes")
        }
    }

    private static func outcome(_ open: () throws -> DCMTKFile) -> [String?] {
        do {
            let file = try open()
            return [file.text(.rows), file.text(.series), file.text(DICOMTag(0x2005, 0x1590)), file.transferSyntax]
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "a file that is written anew between its header and its pixels is refused",
        arguments: ["other pixels", "another length", "another file", "gone"])
    func changed(_ kind: String) throws {
        try folder.write(DICOMWriter.stack([0, 2]))
        let series = try #require(try DICOM.scan([folder.path]).series.first)
        #expect(series.images.allSatisfy { $0.pixels != nil })
        let other = DICOMWriter.slice(1, z: 2, base: 7)
        switch kind {
        case "other pixels":
            try other.write(to: folder.file("IM1"))
            // A clock of coarse steps must not hide it.
            let later = Date(timeIntervalSinceNow: 5)
            try FileManager.default.setAttributes([.modificationDate: later], ofItemAtPath: folder.file("IM1"))
        case "another length": try Data(other.bytes + [0, 0]).write(to: URL(fileURLWithPath: folder.file("IM1")))
        case "another file":
            try other.write(to: folder.file("new"))
            try FileManager.default.removeItem(atPath: folder.file("IM1"))
            try FileManager.default.moveItem(atPath: folder.file("new"), toPath: folder.file("IM1"))
        default: try FileManager.default.removeItem(atPath: folder.file("IM1"))
        }
        let expected =
            kind == "gone" ? "IM1: cannot be opened: No such file or directory" : "IM1: has changed while it was read"
        #expect { try DICOM.readVolume(series) } throws: { "\($0)".hasSuffix(expected) }
    }

    @Test("a series is sorted once, and anew when something of it changes")
    func judgement() throws {
        try folder.write(DICOMWriter.stack([0, 2, 6]))
        var series = try #require(try DICOM.scan([folder.path]).series.first)
        #expect(throws: DICOMError.self) { try DICOM.volumes(series) }
        series.policies.gaps = .resample
        #expect(try DICOM.volumes(series).geometry.shape.k == 4)
        series.images.removeLast()
        #expect(try DICOM.volumes(series).geometry.shape.k == 2)
    }

    // A fixed generator: every run sees the same broken files.
    @Test("nested headers with bytes changed end in a volume or an error", arguments: 0..<4)
    func fuzz(_ seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let good = seed % 2 == 0 ? DICOMWriter.enhanced(["0\\0\\0", "0\\0\\1"]).bytes : philips(items: 3)
        for _ in 0..<150 {
            var bytes = good
            for _ in 0...random(4) { bytes[128 + random(bytes.count - 128)] = UInt8(random(256)) }
            try write(bytes)
            let scan = try DICOM.scan([path])
            let fates = scan.series.map { $0.files.count + $0.unreadable.count }.reduce(0, +) + scan.ignored.count
            #expect(fates + scan.unreadable.count + scan.notDICOM.count == 1)
            for series in scan.series {
                do { #expect(try DICOM.readVolume(series).voxels.count > 0) } catch { #expect(error is DICOMError) }
            }
            // What nobody has asked for yet.
            for element in search()?.list.elements ?? [] {
                let tag = DICOMTag(UInt16(element.tag >> 16), UInt16(truncatingIfNeeded: element.tag))
                _ = (search()?.text(tag), search()?.bytes(tag), search()?.items(tag).count)
            }
        }
    }
}

/// Values that are read without DCMTK. The texts are those that DCMTK gives (see the property below).
struct DICOMPlainValueTests {
    @Test(
        "plain text and whole numbers are read; what takes a parser is left to it",
        arguments: [
            ("CS", Array("ORIGINAL\\PRIMARY ".utf8), DICOMPlainValue.text("ORIGINAL\\PRIMARY")),
            ("UI", Array("1.2.3\0".utf8), .text("1.2.3")), ("LO", Array("  ".utf8), .text(nil)), ("LO", [], .text(nil)),
            ("DS", Array("1.5\\ 2".utf8), .other), ("LO", Array("M\u{FC}ller".utf8), .other),
            ("LO", [0x1B, 0x24], .other), ("LT", Array("a\nb".utf8), .other), ("SH", [0x41, 0, 0x42], .other),
            ("US", [1, 2, 0xFF, 0xFF], .text("513\\65535")), ("SS", [0xFF, 0xFF], .text("-1")), ("US", [1], .other),
            ("UL", [0, 0, 0, 0x80], .text("2147483648")), ("SL", [0, 0, 0, 0x80], .text("-2147483648")),
            ("FD", [0, 0, 0, 0, 0, 0, 0x3E, 0x40], .text("30")), ("FL", [0, 0, 0x80, 0x3F], .text("1")),
            ("FD", [0, 0, 0, 0, 0, 0, 0xF8, 0x7F], .other), ("FL", [0xCD, 0xCC, 0xCC, 0x3D], .other),
            ("OB", [1, 2], .other), ("AT", [8, 0, 0x18, 0], .other),
        ] as [(String, [UInt8], DICOMPlainValue)])
    func values(_ representation: String, _ bytes: [UInt8], _ expected: DICOMPlainValue) {
        let letters = Array(representation.utf8)
        let code = UInt16(letters[0]) << 8 | UInt16(letters[1])
        #expect(bytes.withUnsafeBytes { DICOMPlainValue($0, code) } == expected)
    }
}

/// All values of all reference files, as they are found and as DCMTK parses the whole header.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct DICOMHeadConformanceTests {
    @Test("every element of every plain file is the same by both ways", arguments: ["dicom", "field"])
    func same(_ set: String) throws {
        let root = SharedFolder.file("conformance/\(set)")
        var (files, values) = (0, 0)
        let paths = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
        for name in paths.sorted() {
            let path = root + "/" + name
            guard let head = DICOMFileWindows(path).flatMap({ DICOMHead($0) }),
                let parsed = try? DCMTKFile(parsing: path, .header)
            else { continue }
            files += 1
            #expect(head.transferSyntax == parsed.transferSyntax, "\(name)")
            head.list.forEach(in: 0..<head.list.elements.count) { _, element in
                let tag = DICOMTag(UInt16(element.tag >> 16), UInt16(truncatingIfNeeded: element.tag))
                values += 1
                if element.kind == .value {
                    #expect(head.text(tag) == parsed.text(tag), "\(name) \(tag)")
                    #expect(head.bytes(tag) == parsed.bytes(tag), "\(name) \(tag)")
                }
                values += Self.compare(head.items(tag), parsed.items(tag), head, "\(name) \(tag)")
            }
        }
        #expect(files > (set == "dicom" ? 450 : 100), "\(files) files")
        #expect(values > 40 * files)
    }

    /// Compares items and what is in them; returns the number of values.
    private static func compare(
        _ ours: [DICOMItem], _ theirs: [DICOMItem], _ head: DICOMHead, _ name: String
    ) -> Int {
        #expect(ours.count == theirs.count, "\(name)")
        var values = 0
        for (a, b) in zip(ours, theirs) {
            for tag in a.tags {
                values += 1
                let (left, right) = (a.items(tag), b.items(tag))
                values += compare(left, right, head, "\(name) \(tag)")
                guard left.isEmpty else { continue }
                #expect(a.text(tag) == b.text(tag), "\(name) \(tag)")
            }
        }
        return values
    }
}
