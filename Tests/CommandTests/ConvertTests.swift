import Foundation
import TestSupport
import Testing
import VolumeIO

@Suite("Converting a DICOM series")
struct ConvertTests {
    let folder = TemporaryFolder()
    let tomos: Program
    let series = repository + "/sample-data/study/case-2"

    init() { tomos = Program(folder: folder) }

    @Test("The report says the fate of every file and the origin of every slice; equal input gives equal bytes")
    func report() throws {
        let outcome = try tomos("convert", "-i", series, "-o", "out", "-f", "%M_%s", "-z", "n", "--json")
        #expect(outcome.code == 0)
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let inputs = try #require(report["inputs"] as? [[String: Any]])
        let files = try FileManager.default.contentsOfDirectory(atPath: series)
        #expect(inputs.compactMap { $0["path"] as? String }.sorted() == files.map { series + "/" + $0 }.sorted())
        #expect(inputs.allSatisfy { $0["fate"] as? String == "used" })
        let output = try #require((report["outputs"] as? [[String: Any]])?.first)
        let path = try #require(output["path"] as? String)
        let slices = try #require((output["slices"] as? [[[String: Any]]])?.first)
        #expect(slices.count == (output["shape"] as? [Int])?.last)
        #expect(Set(slices.compactMap { $0["sopInstanceUID"] as? String }).count == slices.count)
        #expect(output["sidecars"] as? [String] == [path.replacingOccurrences(of: ".nii", with: ".json")])
        _ = try tomos("convert", "-i", series, "-o", "again", "-f", "%M_%s", "-z", "n", "-q")
        for name in [path, path.replacingOccurrences(of: ".nii", with: ".json")] {
            let again = name.replacingOccurrences(of: "out/", with: "again/")
            let isEqual =
                try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
                == Data(contentsOf: URL(fileURLWithPath: folder.file(again)))
            #expect(isEqual)
        }
    }

    @Test(
        "Colour is refused, and converted on request",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func colour() throws {
        let source = SharedFolder.file("conformance/dicom/dicom2nifti/generic/rgb/001")
        let refused = try tomos("convert", "-i", source, "-o", "out.nii")
        #expect(refused.code == 65 && refused.errors.contains("tomos convert --colour"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out.nii")))
        #expect(try tomos("convert", "-i", source, "--colour", "-o", "out.nii").output.contains("rgb24"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("out.nii")))
        #expect(Array(bytes[70..<74]) == [128, 0, 24, 0])
        #expect(try tomos("info", source).output.contains("rgb24"))
    }

    @Test(
        "Images that a vendor keeps in one series are files of their own, called by what they are",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: [
            ("ge_fieldmap_and_magnitude", ["fieldmaphz", "magnitude"]),
            ("ge_epi_pepolar", ["PhaseEncoding_forward", "PhaseEncoding_reversed"]),
        ])
    func variants(_ name: String, _ parts: [String]) throws {
        let source = SharedFolder.file("conformance/field/\(name)/in")
        #expect(try tomos("convert", "-i", source, "-o", "out", "-z", "n", "-q").code == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == parts.flatMap { ["in_series-6_\($0).json", "in_series-6_\($0).nii"] })
        #expect(try tomos("convert", "-i", source, "-o", "named", "-f", "%M_%s", "-z", "n", "-q").code == 0)
        let named = try FileManager.default.contentsOfDirectory(atPath: folder.file("named")).sorted()
        let endings = parts.map { ["magnitude", "PhaseEncoding_forward"].contains($0) ? "" : "_\($0)" }
        #expect(named == endings.flatMap { ["MR_6\($0).json", "MR_6\($0).nii"] }.sorted())
    }

    @Test(
        "A trace volume is a file of its own, and packed stands in .bvec as 0 0 0",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func trace() throws {
        let source = SharedFolder.file("conformance/field/philips_dti_with_trace_no_bvec/in")
        #expect(try tomos("convert", "-i", source, "-o", "two.nii", "-q").code == 0)
        let two = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("two") }
        let expected = ["nii", "json", "bval", "bvec"].flatMap { ["two.\($0)", "two_Trace.\($0)"] }
        #expect(two.sorted() == expected.sorted())
        #expect(try tomos("convert", "-i", source, "--pack", "-o", "dwi.nii").errors.contains("0 0 0 in .bvec"))
        func lines(_ name: String) throws -> [[String]] {
            try String(contentsOfFile: folder.file(name), encoding: .utf8).split(separator: "\n")
                .map { $0.split(separator: " ").map(String.init) }
        }
        #expect(try lines("dwi.bval") == [["0"] + Array(repeating: "2000", count: 16)])
        let vectors = try lines("dwi.bvec")
        #expect(vectors.map(\.count) == [17, 17, 17])
        #expect(vectors.map { $0[0] + $0[16] } == ["00", "00", "00"] && vectors.map { $0[1] } == ["1", "0", "0"])
    }

    @Test("Names that tell who the patient is need to be allowed; unknown placeholders are refused")
    func names() throws {
        let refused = try tomos("convert", "-i", series, "-o", "out", "-f", "%n_%s")
        #expect(refused.code == 64 && refused.errors.contains("%n (patient name) can tell who the patient is"))
        let unknown = try tomos("convert", "-i", series, "-o", "out", "-f", "%w")
        #expect(unknown.code == 64 && unknown.errors.contains("%w is no placeholder"))
        #expect(try tomos("convert", "-i", series, "-o", "out", "-f", "%i_%s", "--with-identity", "-q").code == 0)
    }

    /// Writes a DICOMDIR that lists `names` in its folder A: as little of one as a reader needs.
    private func writeIndex(_ names: [String]) throws {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }
        func element(_ group: Int, _ element: Int, _ kind: String, _ text: String) -> [UInt8] {
            let value = Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [kind == "UI" ? 0 : 0x20])
            return number(group, 2) + number(element, 2) + Array(kind.utf8) + number(value.count, 2) + value
        }
        let records = names.flatMap { name in
            let record = element(4, 0x1500, "CS", "A\\\(name)")
            return [0xFE, 0xFF, 0, 0xE0] + number(record.count, 4) + record
        }
        var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        bytes += element(2, 2, "UI", "1.2.840.10008.1.3.10") + element(2, 3, "UI", "1.2.3")
        bytes += element(2, 0x10, "UI", "1.2.840.10008.1.2.1")
        bytes += number(4, 2) + number(0x1220, 2) + Array("SQ".utf8) + [0, 0] + number(records.count, 4) + records
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("disc/DICOMDIR")))
    }

    @Test(
        "A disc that lacks a file of its DICOMDIR: what is there is read with --keep-going, or where the folder is named"
    )
    func incompleteDisc() throws {
        try FileManager.default.createDirectory(atPath: folder.file("disc"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: series, toPath: folder.file("disc/A"))
        try writeIndex(try FileManager.default.contentsOfDirectory(atPath: series).sorted() + ["GONE"])
        let missing = "that are not there, first A/GONE"
        let refused = try tomos("convert", "-i", "disc/DICOMDIR", "-o", "refused")
        #expect(refused.code != 0 && refused.errors.contains(missing) && refused.errors.contains("--keep-going"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("refused")))
        let kept = try tomos("convert", "-i", "disc/DICOMDIR", "-o", "kept", "--keep-going")
        #expect(kept.code != 0 && kept.errors.contains(missing))
        let named = try tomos("convert", "-i", "disc", "-o", "named")
        #expect(named.code == 0 && named.errors.contains(missing))
        for output in ["kept", "named"] {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.file(output))
            #expect(files.filter { $0.hasSuffix(".nii.gz") }.count == 1)
        }
    }
}
