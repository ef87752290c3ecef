import Foundation
import TestSupport
import Testing

@testable import tomos

@Suite("tomos convert takes the habits of dcm2niix")
struct ConvertHabitsTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try folder.copySeries(to: "in")
    }

    @Test("The input is an argument, and the output by default its folder, where nothing but DICOM is read again")
    func plain() throws {
        #expect(try tomos("convert", "in", "-q").code == 0)
        #expect(folder.list("in").filter { $0.hasPrefix("in") } == ["in.json", "in.nii.gz"])
        let again = try tomos("convert", "in")
        #expect(again.code == 73 && again.errors.contains("in/in.nii.gz: is there already, and 1 more"))
        let replaced = try tomos("convert", "in", "--overwrite")
        #expect(replaced.code == 0 && replaced.errors.contains("an image file in the folder that is written to"))
        #expect(folder.list("in").filter { $0.hasPrefix("in") } == ["in.json", "in.nii.gz"])
        let file = try tomos("convert", "in/in.nii.gz")
        #expect(file.code != 0 && !file.errors.contains("internal"))
    }

    @Test(
        "Options with the meaning that they have there",
        arguments: [
            (["-z", "n"], ["in.json", "in.nii"]), (["-z", "i", "-b", "y", "-ba", "y"], ["in.json", "in.nii.gz"]),
            (["-z", "o", "-9", "-x", "n"], ["in.json", "in.nii.gz"]), (["-b", "n", "-x", "i"], ["in.nii.gz"]),
            (["-b", "o", "-m", "2", "-l", "o", "-p", "n"], ["in.json"]),
            (["-f", "%f_%s_%b_%m", "-b", "n", "-a", "y"], ["in_2_IM0001_NA.nii.gz"]),
            (["-f", "%4s_%v_%u_%3r", "-b", "n", "-z", "n", "-e", "n"], ["0002_Tomos_sample_data_1_001.nii"]),
            (["-d", "0", "-w", "1", "-v", "y", "-b", "n", "-g", "n"], ["in.nii.gz"]),
        ])
    func taken(_ options: [String], _ files: [String]) throws {
        let outcome = try tomos.run(["convert"] + options + ["-o", "out", "in"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(folder.list("out") == files)
    }

    @Test("What does not hold here is refused with what to do", arguments: DCM2NIIXOptions.habits.map(\.option))
    func refused(_ option: String) throws {
        let habit = try #require(DCM2NIIXOptions.habits.first { $0.option == option })
        let flags = ["-u", "--ignore_trigger_times", "--terse", "--xml"]
        let outcome = try tomos.run(["convert", option] + (flags.contains(option) ? [] : ["z"]) + ["-o", "out", "in"])
        #expect(outcome.code == 64 && outcome.output.isEmpty)
        let message = "an option of dcm2niix that does not hold here: \(habit.way)"
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(folder.list("out").isEmpty)
        for value in habit.taken {
            #expect(try tomos("convert", option, value, "-b", "o", "-o", "taken", "--overwrite", "in", "-q").code == 0)
        }
    }

    @Test("The manual has a row for every option") func manual() throws {
        let text = try String(contentsOfFile: repository + "/docs/convert.md", encoding: .utf8)
        for habit in DCM2NIIXOptions.habits { #expect(text.contains("| `\(habit.option)"), "\(habit.option)") }
        for option in ["-1", "-b", "-d", "-f", "-i", "-o", "-q", "-v", "-w", "-z", "-h"] {
            #expect(text.contains("| `\(option)"), "\(option)")
        }
    }

    @Test(
        "Letters of -i and -q are no inputs", arguments: [["-i", "y", "in"], ["-q", "y", "in"]])
    func letters(_ arguments: [String]) throws {
        let outcome = try tomos.run(["convert"] + arguments)
        #expect(outcome.code == 64 && outcome.errors.contains("-i names the input and -q is --quiet here"))
    }

    @Test("Two inputs, or none") func inputs() throws {
        #expect(try tomos("convert", "-o", "out").errors.contains("Missing expected argument '<input>'"))
        let two = try tomos("convert", "in", "other", "-o", "out")
        #expect(two.code == 64 && two.errors.contains("in and other: give one input"))
    }

    @Test("Folders deeper than -d are passed over, and said to be") func depth() throws {
        try folder.copySeries(to: "tree/a/b", files: 31)
        try folder.copySeries(to: "tree/c", number: 3)
        let outcome = try tomos("convert", "tree", "-d", "1", "-o", "out", "-z", "n", "-b", "n", "-v", "1")
        #expect(outcome.code == 0 && folder.list("out") == ["c.nii"])
        #expect(outcome.errors.contains("tree/a/b: ignored, deeper than is looked at"))
    }

    @Test("A smaller file by -9 than by -1, of the same voxels") func levels() throws {
        var sizes: [Int] = []
        for level in ["-1", "-9"] {
            #expect(try tomos("convert", "in", level, "-o", "out\(level).nii.gz", "-b", "n", "-q").code == 0)
            sizes.append(try Data(contentsOf: URL(fileURLWithPath: folder.file("out\(level).nii.gz"))).count)
        }
        #expect(sizes[1] < sizes[0])
        #expect(try tomos("convert", "in", "-1", "-9", "-o", "x.nii.gz").code == 64)
    }
}
