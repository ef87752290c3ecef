import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Export

@Suite struct ViewerTablesTests {
    static let table = LabelTable([
        LabelEntry(id: 12, name: "Left \"big\" kidney,\n upper", colour: Colour(0, 128, 255)),
        LabelEntry(id: 3, name: "Liver", colour: Colour(230, 75, 60), snomed: "10200004"),
        LabelEntry(id: 300, name: " \t ", colour: Colour(1, 2, 3)),
    ])

    private func text(_ format: LabelTableFormat) -> String { format.render(Self.table, name: "case")[0].text }
    private func lines(_ format: LabelTableFormat) -> [String] { text(format).split(separator: "\n").map(String.init) }

    /// Spacing and header as in files that ITK-SNAP wrote.
    @Test func itkSnap() {
        #expect(
            lines(.itkSnap).filter { !$0.hasPrefix("#") } == [
                "    0     0    0    0        0  0  0    \"Clear Label\"",
                "    3   230   75   60        1  1  1    \"Liver\"",
                "   12     0  128  255        1  1  1    \"Left 'big' kidney, upper\"",
                "  300     1    2    3        1  1  1    \"label 300\"",
            ])
        #expect(lines(.itkSnap)[1] == "# ITK-SnAP Label Description File")
    }

    /// Slicer's developer guide, modules, colors: the example's header and columns.
    @Test func slicer() {
        #expect(
            lines(.slicer) == [
                "# Color table file", "# 4 values", "# name of 12: Left \"big\" kidney, upper", "0 Background 0 0 0 0",
                "3 Liver 230 75 60 255",
                "12 Left_\"big\"_kidney,_upper 0 128 255 255", "300 label_300 1 2 3 255",
            ])
    }

    @Test func slicerCSVHasAsManyFieldsAsColumns() {
        let rows = lines(.slicerCSV)
        #expect(
            rows[0].hasPrefix(
                "LabelValue,Name,Color_R,Color_G,Color_B,Color_A,Category_CodingScheme,Category_CodeValue,"
                    + "Category_CodeMeaning,Type_CodingScheme,Type_CodeValue,Type_CodeMeaning,TypeModifier_CodingScheme"
            ))
        #expect(
            rows[1] == "3,Liver,230,75,60,255,SCT,123037004,Anatomical Structure,SCT,10200004,Liver,,,,,,,,,")
        #expect(rows[2] == "12,\"Left 'big' kidney, upper\",0,128,255,255,,,,,,,,,,,,,,,")
        #expect(rows[0].filter { $0 == "," }.count == 20 && rows[1].filter { $0 == "," }.count == 20)
        #expect(rows[2].filter { $0 == "," }.count == 21 && rows[3].filter { $0 == "," }.count == 20)
    }

    /// Read as FreeSurfer's own MATLAB reader does: number, word, four integers.
    @Test func freeSurfer() {
        let rows = lines(.freeSurfer)
        #expect(rows[0].hasPrefix("#No."))
        // Names that are no single word stand in comments, which that reader passes over.
        #expect(rows[1...2] == ["# name of 12: Left \"big\" kidney, upper", "# name of 300: label 300"])
        #expect(
            rows.dropFirst(3).map { $0.split(separator: " ").joined(separator: " ") } == [
                "0 Unknown 0 0 0 0", "3 Liver 230 75 60 0", "12 Left_\"big\"_kidney,_upper 0 128 255 0",
                "300 label_300 1 2 3 0",
            ])
    }

    /// The layout of mgh-subcortical.lut, which comes with FSLeyes: `10 0.47059 0.07059 0.52549 Left Thalamus`.
    @Test func fslEyes() {
        #expect(
            lines(.fslEyes) == [
                "3 0.90196 0.29412 0.23529 Liver", "12 0.00000 0.50196 1.00000 Left \"big\" kidney, upper",
                "300 0.00392 0.00784 0.01176 label 300",
            ])
    }

    @Test func niiVue() throws {
        struct Map: Decodable {
            var R, G, B, A, I: [Int]
            var labels: [String]
        }
        let map = try JSONDecoder().decode(Map.self, from: Data(text(.niiVue).utf8))
        #expect(map.I == [0, 3, 12, 300] && map.A == [0, 255, 255, 255])
        #expect(map.R == [0, 230, 0, 1] && map.G == [0, 75, 128, 2] && map.B == [0, 60, 255, 3])
        #expect(map.labels == ["Background", "Liver", "Left \"big\" kidney, upper", "label 300"])
    }

    @Test func bids() throws {
        let files = LabelTableFormat.bids.render(Self.table, name: "sub-01_T1w")
        #expect(files.map(\.fileName) == ["sub-01_T1w_dseg.tsv", "sub-01_T1w_dseg.json"])
        #expect(
            files[0].text
                == "index\tname\tcolor\tsnomed_ct\n3\tLiver\t#E64B3C\t10200004\n"
                + "12\tLeft \"big\" kidney, upper\t#0080FF\tn/a\n300\tlabel 300\t#010203\tn/a\n")
        let json = try JSONSerialization.jsonObject(with: Data(files[1].text.utf8)) as? [String: Any]
        #expect(json?["Manual"] as? Bool == false)
        #expect(Set((json ?? [:]).keys) == ["Manual", "index", "name", "color", "snomed_ct"])
        #expect(LabelTableFormat.bids.render(Self.table, name: "sub-01_dseg")[0].fileName == "sub-01_dseg.tsv")
    }

    @Test func filesOfAllFormatsHaveDifferentNames() {
        let names = LabelTableFormat.allCases.flatMap { $0.render(Self.table, name: "case").map(\.fileName) }
        #expect(Set(names).count == names.count && names.allSatisfy { $0.hasPrefix("case") })
    }
}
