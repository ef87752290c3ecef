import Export
import Foundation
import TestSupport
import Testing
import Volumes

@testable import Studies

@Suite("Label table files")
struct LabelTableFileTests {
    let folder = TemporaryFolder()

    private func read(_ text: String, as name: String = "t.txt") throws -> [LabelEntry] {
        let path = folder.file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try LabelTableFile.read(path).entries
    }

    private static func entry(_ id: UInt16, _ name: String, _ colour: Colour? = nil, _ number: Int = 0) -> LabelEntry {
        LabelEntry(id: id, name: name, colour: colour ?? LabelTable.defaultColour(number))
    }

    static let red = Colour(255, 0, 0)
    static let green = Colour(0, 255, 0)

    static let readable: [(text: String, entries: [LabelEntry])] = [
        // The field case: names with spaces.
        (
            "1 Left Thalamus\n2 Left Caudate\n3 Area 25 left\n",
            [entry(1, "Left Thalamus"), entry(2, "Left Caudate", nil, 1), entry(3, "Area 25 left", nil, 2)]
        ),
        (
            "1 Left Thalamus 255 0 0\n2 Left Caudate 0 255 0\n",
            [entry(1, "Left Thalamus", red), entry(2, "Left Caudate", green)]
        ),
        ("\u{FEFF}1 a\n2 b\n", [entry(1, "a"), entry(2, "b", nil, 1)]),
        ("1 Area 25\n2 25", [entry(1, "Area 25"), entry(2, "25", nil, 1)]),
        ("1 Area 25 255 0 0\n2 Left Caudate 0 255 0", [entry(1, "Area 25", red), entry(2, "Left Caudate", green)]),
        ("# id name R G B\n1 Area 25 255 0 0\n", [entry(1, "Area 25", red)]),
        ("1 \"Area 25\" 255 0 0\n2 255 0 0 'x'\n", [entry(1, "Area 25", red), entry(2, "'x'", red)]),
        ("1 the \"big\" one 255 0 0", [entry(1, "the \"big\" one", red)]),
        ("1 liver 255 0 0 128\n2 spleen 0 255 0 128", [entry(1, "liver", red), entry(2, "spleen", green)]),
        ("# No Name R G B A\n1 a 255 0 0 0\n2 a 0 255 0 9", [entry(1, "a", red), entry(2, "a", green)]),
        // ITK-SNAP, FreeSurfer, FSLeyes, 3D Slicer: lines as these programs write them.
        ("1 255 0 0 1 1 1 \"Left Thalamus\"\n0 0 0 0 0 0 0 \"Clear Label\"", [entry(1, "Left Thalamus", red)]),
        (
            "#No. Label Name:                            R   G   B   A\n\n0   Unknown    0   0   0   0\n"
                + "10  Left-Thalamus-Proper                    0   118 14  0\n",
            [entry(10, "Left-Thalamus-Proper", Colour(0, 118, 14))]
        ),
        ("10 0.47059 0.07059 0.52549 Left Thalamus", [entry(10, "Left Thalamus", Colour(120, 18, 134))]),
        (
            "# Color table file /tmp/x.ctbl\n# 2 values\n0 Background 0 0 0 0\n1 left_kidney 255 0 0 255\n",
            [entry(1, "left kidney", red)]
        ),
        // Titles: BIDS (as in the field case), 3D Slicer, and what spreadsheets make.
        (
            "index\tname\tcolor\n1\tLeft Thalamus\t#ff0000\n2\tLeft Caudate\tn/a\n",
            [entry(1, "Left Thalamus", red), entry(2, "Left Caudate", nil, 1)]
        ),
        (
            "index\tname\tabbreviation\tmapping\r\n0\tBackground\tBG\t0\r\n3\t\"a \"\"b\"\"\"\tx\t1\r\n",
            [entry(3, "a \"b\"")]
        ),
        (
            "LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n1,\"kidney, left\",255,0,0,255\n",
            [entry(1, "kidney, left", red)]
        ),
        (
            "1,Left Thalamus,255,0,0\n2,Left Caudate,0,255,0",
            [entry(1, "Left Thalamus", red), entry(2, "Left Caudate", green)]
        ),
        ("1\tArea 25\t255\t0\t0\n", [entry(1, "Area 25", red)]),
        ("10\tLeft-Thalamus\t\t0 118 14 0\n", [entry(10, "Left-Thalamus", Colour(0, 118, 14))]),
        // JSON: Decathlon, nnU-Net version 2, NiiVue.
        (
            "{\"name\": \"x\", \"labels\": {\"0\": \"background\", \"2\": \"left lung\", \"1\": \"liver\"}}",
            [entry(1, "liver"), entry(2, "left lung", nil, 1)]
        ),
        ("{\"labels\": {\"background\": 0, \"liver\": 1}, \"numTraining\": 3}", [entry(1, "liver")]),
        ("{\"labels\": {\"background\": \"0\", \"liver\": \"1\"}}", [entry(1, "liver")]),
        (
            "{\"R\":[0,255],\"G\":[0,0],\"B\":[0,0],\"A\":[0,255],\"I\":[0,7],\"labels\":[\"Background\",\"a b\"]}",
            [entry(7, "a b", red)]
        ),
    ]

    @Test("Tables", arguments: readable.indices)
    func tables(_ number: Int) throws {
        let (text, entries) = Self.readable[number]
        #expect(try read(text) == entries)
    }

    static let unreadable: [(text: String, message: String)] = [
        (
            "1 liver 300 0 0",
            "t.txt:1: '1 liver 300 0 0': '300 0 0' is no colour: red, green and blue are whole numbers from 0 to 255 or "
                + "parts of 1 (put a name that ends in numbers in double quotes)"
        ),
        ("1 a\n2 \"b c", "t.txt:2: '2 \"b c': the quote at the name is never closed"),
        ("1 255 0 0", "t.txt:1: '1 255 0 0': no name beside the numbers"),
        ("1 \" \" 1 2 3", "t.txt:1: '1 \" \" 1 2 3': the name is empty"),
        ("1 \"a\" 1 2", "t.txt:1: '1 \"a\" 1 2': 2 numbers beside the name; expected red green blue"),
        (
            "1 Area 25 255 0 0\n2 Area 24 0 255 0",
            "t.txt:1: '1 Area 25 255 0 0': the name may end in a number or be followed by four colour columns; put names "
                + "in double quotes, or begin the table with the line '# id name R G B A'"
        ),
        ("index\tname\n1\ta\n2\tb\tc", "t.txt:3: '2 b c': 3 columns where the table has 2"),
        ("index\tname\n1.5\ta", "t.txt:2: '1.5 a': '1.5' is no label id (0 to 65535)"),
        ("index\tname\n1\t", "t.txt:2: '1': the name is empty"),
        ("index\tname\tcolor\n1\ta\tred", "t.txt:2: '1 a red': 'red' is no colour; expected #RRGGBB or n/a"),
        ("id,name\n1,\"a\n", "t.txt:2: '1,\"a': the quote at a field is never closed"),
        (
            "id,name,r,g,b\n1,a,1,2,256",
            "t.txt:2: '1 a 1 2 256': '1 2 256' is no colour: red, green and blue are whole numbers from 0 to 255"
        ),
        (
            "{\"x\": 1}",
            "t.txt: no label table: JSON, but neither NiiVue's (R, G, B, I, labels) nor a dataset.json with labels"
        ),
        (
            "{\"labels\": {\"whole\": [1, 2], \"core\": 2}}",
            "t.txt: no label table: label 'whole' is a region of 1, 2; give each label one id"
        ),
        ("{\"labels\": {\"a\": 1, \"b\": 1}}", "t.txt: no label table: labels 'a' and 'b' have one id, 1"),
    ]

    @Test("Tables that are refused", arguments: unreadable.indices)
    func refused(_ number: Int) throws {
        let (text, message) = Self.unreadable[number]
        let error = #expect(throws: LabelTableFileError.self) { try read(text) }
        #expect(error?.description.replacing(folder.path + "/", with: "") == message)
    }

    @Test("Text that is not UTF-8")
    func encodings() throws {
        let path = folder.file("t.txt")
        try Data([0x31, 0x20, 0x61, 0x0A, 0x32, 0x20, 0xE9, 0x0A]).write(to: URL(fileURLWithPath: path))
        let latin = #expect(throws: LabelTableFileError.self) { try LabelTableFile.read(path) }
        #expect(latin?.description == "\(path):2: '2 \u{FFFD}': not UTF-8; save the table as UTF-8")
        try Data([0xFF, 0xFE, 0x31, 0x00, 0x20, 0x00, 0x61, 0x00]).write(to: URL(fileURLWithPath: path))
        let wide = #expect(throws: LabelTableFileError.self) { try LabelTableFile.read(path) }
        #expect(wide?.description == "\(path): no label table: its text is UTF-16; save it as UTF-8")
    }

    static let everyKind = LabelTable([
        LabelEntry(id: 1, name: "Left Thalamus", colour: Colour(255, 0, 0)),
        LabelEntry(id: 2, name: "Area 25", colour: Colour(0, 255, 0)),
        LabelEntry(id: 3, name: "Area_25 left", colour: Colour(1, 2, 3)),
        LabelEntry(id: 4, name: "the \"big\" one, upper", colour: Colour(254, 127, 128)),
        LabelEntry(id: 5, name: "\"quoted\"", colour: Colour(10, 20, 30)),
        LabelEntry(id: 6, name: "25", colour: Colour(10, 20, 30)),
        LabelEntry(id: 7, name: "foie #2: droit é 肝", colour: Colour(0, 0, 0)),
        LabelEntry(id: 300, name: "1 2 3", colour: Colour(9, 9, 9)),
    ])

    @Test("Names and colours come back from every format that is written", arguments: LabelTableFormat.allCases)
    func roundTrip(_ format: LabelTableFormat) throws {
        let file = format.render(Self.everyKind, name: "map")[0]
        var expected = Self.everyKind.entries
        if format == .slicerCSV {
            // The format's names hold no double quote; that is told.
            for n in [3, 4] { expected[n].name = expected[n].name.replacing("\"", with: "'") }
            #expect(format.alteredNames(Self.everyKind).count == 2)
        } else {
            #expect(format.alteredNames(Self.everyKind).isEmpty)
        }
        let entries = try read(file.text, as: file.fileName)
        #expect(entries.map(\.id) == expected.map(\.id) && entries.map(\.name) == expected.map(\.name))
        #expect(entries.map(\.colour) == expected.map(\.colour))
        // The formats that hold codes have those of the names that are known.
        let coded: [String?] = [.slicerCSV, .bids].contains(format) ? ["42695009"] : [nil]
        #expect(entries.map(\.snomed) == coded + [String?](repeating: nil, count: expected.count - 1))
        // And again, from what was read.
        let again = format.render(LabelTable(try read(file.text, as: file.fileName)), name: "map")[0]
        #expect(again.text == file.text)
    }

    @Test("SNOMED CT codes come back from the formats that hold them", arguments: [LabelTableFormat.bids, .slicerCSV])
    func codes(_ format: LabelTableFormat) throws {
        let table = LabelTable([
            LabelEntry(id: 1, name: "liver", colour: Self.red, snomed: "10200004"), Self.entry(2, "other", Self.green),
        ])
        let file = format.render(table, name: "map")[0]
        #expect(try read(file.text, as: file.fileName) == table.entries)
    }

    @Test("A name that a person changed in the line is not changed back by the comment")
    func changedLine() throws {
        let text = LabelTableFormat.freeSurfer.render(Self.everyKind, name: "map")[0].text
        let changed = text.replacing("Left_Thalamus", with: "Right_Thalamus")
        #expect(try read(changed).first?.name == "Right_Thalamus")
    }

    @Test("The field case", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func fieldCase() throws {
        let names = { (file: String) in
            try LabelTableFile.read(SharedFolder.file("conformance/field/table-names-with-spaces/" + file)).entries
        }
        #expect(try names("table.txt").map(\.name) == ["Left Thalamus", "Left Caudate", "Area 25 left"])
        #expect(try names("table-rgb.txt").map(\.colour) == [Self.red, Self.green])
        #expect(try names("table-bom.txt").map(\.name) == ["a", "b"])
        #expect(
            try names("atlas_dseg_in.tsv") == [
                Self.entry(1, "Left Thalamus", Self.red), Self.entry(2, "Left Caudate", Self.green),
                Self.entry(3, "x", Colour(0, 0, 255)),
            ])
    }
}
