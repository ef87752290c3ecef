import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// A series of two echoes through the program: the slices of the sample's series, with an echo time each.
@Suite("Parts of a series in commands") struct SeriesPartsTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try FileManager.default.createDirectory(atPath: folder.file("study/mr"), withIntermediateDirectories: true)
        for n in 1...3 {
            let path = "sample-data/study/case-2/IM000\(n)"
            let file = try Data(contentsOf: URL(fileURLWithPath: path))
            for echo in 1...2 {
                try Self.echo(echo, file).write(to: URL(fileURLWithPath: folder.file("study/mr/\(echo)\(n)")))
            }
        }
    }

    /// The file as MR with an echo time of 5 or 10 ms and an instance UID for each.
    private static func echo(_ echo: Int, _ file: Data) throws -> Data {
        var file = file
        let modality = try #require(file.range(of: Data([8, 0, 0x60, 0] + Array("CS".utf8) + [2, 0])))
        file.replaceSubrange(modality.upperBound..<modality.upperBound + 2, with: Data("MR".utf8))
        let study = try #require(file.range(of: Data([0x20, 0, 0x0D, 0] + Array("UI".utf8))))
        let time = [0x18, 0, 0x81, 0] + Array("DS".utf8) + [2, 0] + Array(echo == 1 ? "5 ".utf8 : "10".utf8)
        file.insert(contentsOf: time, at: study.lowerBound)
        let instance = try #require(file.range(of: Data([8, 0, 0x18, 0] + Array("UI".utf8))))
        // "2.25." and digits: another of its first digits makes another UID.
        file[instance.upperBound + 7] = UInt8(ascii: "0") + UInt8(echo)
        return file
    }

    @Test("convert makes a file of each echo, and one of both where that is asked for")
    func convert() throws {
        let parts = try tomos("convert", "-i", "study/mr", "-o", "out/", "-f", "s%s")
        #expect(parts.code == 0, "\(parts.errors)")
        #expect(parts.errors.contains("echo 2 of 2 (10 ms): one of 2 unlike images of its series"))
        #expect(folder.files.filter { $0.hasSuffix(".gz") } == ["out/s2_e1.nii.gz", "out/s2_e2.nii.gz"])
        #expect(try NIfTI.info(folder.file("out/s2_e2.nii.gz")).volumeCount == 1)
        #expect(try tomos("convert", "-i", "study/mr", "-o", "packed.nii.gz", "--pack").code == 0)
        #expect(try NIfTI.info(folder.file("packed.nii.gz")).volumeCount == 2)
    }

    @Test("run takes each echo for a case, and finds it again")
    func run() throws {
        try tomos.makeBallPack()
        try folder.write("version: 1\ntask: pack\nsegment: { support: 1, side: 64, choose: position }\n", to: "p.yaml")
        let first = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(first.code == 0 && first.output.contains("2 of 2 cases done"), "\(first.output)\(first.errors)")
        let again = try tomos("run", "p.yaml", "study", "-o", "out", "--quiet")
        #expect(again.code == 0, "\(again.errors)")
        let cases = try String(contentsOfFile: folder.file("out/cases.json"), encoding: .utf8)
        #expect(cases.contains("\"mr_series-2_e1\"") && cases.contains("\"mr_series-2_e2\""), "\(cases)")
        #expect(cases.components(separatedBy: "\"kept\"").count >= 3, "\(cases)")
    }
}
