import TestSupport
import Testing

@testable import tomos

@Suite("Data beside the program")
struct CarriedDataTests {
    let folder = TemporaryFolder()

    @Test("A program without data beside it leaves the environment alone")
    func none() {
        #expect(CarriedData.settings(in: folder.path, environment: [:]).isEmpty)
    }

    @Test("Dictionaries and fonts that are there are named")
    func all() throws {
        try makeTree(folder, ["dicom.dic", "private.dic", "fonts/fonts.conf"])
        let path = folder.path
        #expect(
            CarriedData.settings(in: path, environment: ["HOME": "/"]) == [
                "DCMDICTPATH": "\(path)/dicom.dic:\(path)/private.dic", "FONTCONFIG_FILE": "\(path)/fonts/fonts.conf",
            ])
    }

    @Test(
        "What the user chose stays",
        arguments: zip(
            ["DCMDICTPATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH"], ["FONTCONFIG_FILE", "DCMDICTPATH", "DCMDICTPATH"]))
    func chosen(variable: String, other: String) throws {
        try makeTree(folder, ["dicom.dic", "fonts/fonts.conf"])
        let settings = CarriedData.settings(in: folder.path, environment: [variable: "own"])
        #expect(Array(settings.keys) == [other])
    }
}
