import ArgumentParser
import Foundation
import Pipelines
import VolumeIO
import Volumes

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Converts DICOM series or NIfTI files to NIfTI.",
        discussion: """
            Without --series, a folder of several series can be converted into a folder: one file for each.

            EXAMPLES
              tomos convert -i dicom-folder/ -o ct.nii.gz
              tomos convert -i dicom-folder/ --series 1.2.840.113619.2.5 -o ct.nii.gz
              tomos convert -i study/ -o nifti/
              tomos convert -i fmri.nii.gz --volume-index 3 -o volume3.nii.gz
            """)

    @Option(name: .shortAndLong, help: "A NIfTI file, a DICOM file or a folder.")
    var input: String

    @Option(name: .shortAndLong, help: "A file (.nii.gz or .nii), or a folder.")
    var output: String

    @Option(help: "Which volume of a 4-D file, from 0.")
    var volumeIndex: Int?

    @Option(help: "Series instance UID, when the folder holds several series.")
    var series: String?

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        if let volumeIndex, volumeIndex < 0 { throw ValidationError("--volume-index \(volumeIndex): count from 0") }
    }

    func run() throws {
        let lower = output.lowercased()
        if lower.hasSuffix(".nii") || lower.hasSuffix(".nii.gz") {
            try requireDifferent(input: input, output: output)
            try requireWritable(output)
            try convert(InputImage(input, series: series).studyCase, to: output)
        } else {
            try requireWritable(output + "/x")
            try convertAll()
        }
    }

    private func convertAll() throws {
        let cases = try InputImage.find(input, series: series)
        var failures: [any Error] = []
        for studyCase in cases {
            let path = (output.hasSuffix("/") ? output : output + "/") + studyCase.id + ".nii.gz"
            do {
                try requireDifferent(input: studyCase.sourceDescription, output: path)
                try convert(studyCase, to: path)
            } catch {
                failures.append(error)
                if cases.count > 1 { _ = Failure.report(error) }
            }
        }
        if let failure = failures.first {
            if cases.count == 1 { throw failure }
            throw ExitStatusError(status: .someFailed)
        }
    }

    private func convert(_ studyCase: StudyCase, to path: String) throws {
        let volume = try studyCase.readVolume(volumeIndex: volumeIndex)
        try NIfTI.write(volume, to: path)
        if quiet { return }
        volume.notices.forEach { Console.note($0) }
        Console.result(
            "\(path): \(volume.geometry.shape) \(volume.voxels.typeName), from \(studyCase.sourceDescription)")
    }
}
