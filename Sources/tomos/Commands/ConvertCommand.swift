import ArgumentParser
import Foundation
import Pipelines
import Platform
import Studies
import VolumeIO
import Volumes

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Converts DICOM series or image files to NIfTI.",
        discussion: """
            A folder of several images is converted into a folder, one file for each; a series over time, echo or b-value
            becomes a 4-D file. DICOM series get a .json beside them (BIDS names, no patient), and .bval and .bvec where
            they are diffusion-weighted.
            Without --keep-going nothing is written when one of the images cannot be right.

            PLACEHOLDERS of -f
            \(ImageFileName.placeholders.map { "  %\($0.letter)  \($0.summary)\($0.isIdentity ? " (with --with-identity)" : "")" }.joined(separator: "\n"))

            --orient names the directions in which the three voxel axes grow, as tomos info prints them: R or L, A or P, \
            S or I in any order (RAS: to the right, to the front, up). Voxels are put into that order and none is \
            interpolated; every voxel stays where it is in space. Gradients (.bvec) follow.

            EXAMPLES
              tomos convert -i dicom-folder/ -o ct.nii.gz
              tomos convert -i dicom-folder/ --series 1.2.840.113619.2.5 -o ct.nii.gz
              tomos convert -i study/ -o nifti/ -f %m_%s -z n --json > report.json
              tomos convert -i labels.nii.gz --orient LPS -o labels_lps.nii.gz
              tomos convert -i ct/ --gaps resample --tilt shear -o ct.nii.gz
              tomos convert -i fmri.nii.gz --volume-index 3 -o volume3.nii.gz
              tomos convert -i ultrasound/ --colour -o rgb.nii.gz
            """)

    @Option(name: .shortAndLong, help: "An image file, a DICOM file, a DICOMDIR or a folder.")
    var input: String

    @Option(name: .shortAndLong, help: "A file (.nii.gz or .nii), or a folder.")
    var output: String

    @Option(name: .customShort("f"), help: "Names of files in the output folder (default: named like the input).")
    var pattern: String?

    @Option(name: .customShort("z"), help: "Whether files in the output folder are compressed: y or n.")
    var compress = YesNo.y

    @Option(name: .customShort("b"), help: "Whether sidecars are written: y or n.")
    var sidecars = YesNo.y

    @Option(help: "Which volume of a 4-D image, from 0; all without it.")
    var volumeIndex: Int?

    @Option(help: ArgumentHelp("The order of the voxel axes in the file, such as RAS or LPS.", valueName: "letters"))
    var orient: OrientationArgument?

    @Option(help: "Series instance UID, when the folder holds several series.")
    var series: String?

    @OptionGroup(title: "DICOM") var policies: PolicyOptions

    @Flag(help: "Convert colour images too: to RGB, which viewers show and nothing here reads.")
    var colour = false

    @Flag(help: "Convert what can be right, though other images are refused or files of a series are not there.")
    var keepGoing = false

    @Flag(help: "Allow placeholders that tell who the patient is, or hold what a person typed.")
    var withIdentity = false

    @Flag(help: "Print a report as JSON: the fate of every file, and of every image its geometry and slices.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    enum YesNo: String, ExpressibleByArgument, CaseIterable { case y, n }

    func validate() throws {
        if let volumeIndex, volumeIndex < 0 { throw ValidationError("--volume-index \(volumeIndex): count from 0") }
        if !isFileOutput { try requireFolderOutput(output, instead: "end it in .nii.gz or .nii, or name a folder") }
        if let pattern {
            do { _ = try ImageFileName(pattern, identity: withIdentity) } catch {
                throw ValidationError("-f \(pattern): \(error)")
            }
        }
    }

    func run() throws {
        var selection = policies.selection
        selection.policies.takesIncomplete = keepGoing
        let study = try StudyDiscovery.discover(input, selection: selection)
        if !quiet, let summary = study.ignored.summary {
            Console.note(summary + (study.ignored.count > 3 ? "; --json names all" : ""))
        }
        let cases = try InputImage.choose(study.cases, at: input, series: series)
        var report = ConversionReport()
        report.inputs = study.ignored.map {
            ConversionReport.Input(path: $0.path, fate: "ignored", reason: $0.reason, files: $0.files)
        }
        let failures =
            cases.count > 1
            ? try AtomicFile.together(at: output) { try convert(cases, into: &report) }
            : try convert(cases, into: &report)
        report.inputs.sort { $0.path < $1.path }
        if json { try Console.json(report) }
        if let failure = failures.first {
            if cases.count == 1 { throw failure }
            throw ExitStatusError(status: .someFailed)
        }
    }

    /// Converts the images; hands back what went wrong, told already where there are several.
    private func convert(_ cases: [StudyCase], into report: inout ConversionReport) throws -> [any Error] {
        let names = try fileNames(cases)
        var failures: [any Error] = []
        var messages = try refusals(cases)
        let stops = !keepGoing && messages.contains { $0 != nil }
        for (n, studyCase) in cases.enumerated() {
            do {
                if let message = messages[n] { throw message }
                if stops {
                    let reason = "not converted, because another image is refused (--keep-going converts it)"
                    report.inputs += Conversion.inputs(studyCase, error: reason)
                    report.outputs.append(Conversion.refused(studyCase, reason))
                    continue
                }
                try requireDifferent(input: studyCase.sourceDescription, output: names[n])
                var conversion = Conversion()
                (conversion.volumeIndex, conversion.writesSidecars) = (volumeIndex, sidecars == .y)
                (conversion.takesColour, conversion.orientation) = (colour, orient?.orientation)
                let output = try conversion.convert(studyCase, to: names[n])
                report.outputs.append(output)
                tell(output)
            } catch {
                messages[n] = error
                failures.append(error)
                if cases.count > 1 { _ = Failure.report(error) }
                report.outputs.append(Conversion.refused(studyCase, "\(error)"))
            }
            report.inputs += Conversion.inputs(studyCase, error: messages[n].map { "\($0)" })
        }
        if stops, cases.count > 1 {
            Console.note("nothing was written; --keep-going converts the others")
        }
        return failures
    }

    /// For each image why its headers alone refuse it; nil when they do not.
    private func refusals(_ cases: [StudyCase]) throws -> [(any Error)?] {
        cases.map { studyCase in
            do {
                switch studyCase.source {
                case .dicom(let series, _): try DICOM.volumes(series).requireReadable(colour: colour)
                case .file(let path): _ = try Images.info(path)
                case .broken, .ambiguous: _ = try studyCase.readVolume()
                }
                return nil
            } catch {
                return error
            }
        }
    }

    /// Whether `-o` names a file; a name that ends in a slash never does.
    private var isFileOutput: Bool { !output.hasSuffix("/") && VolumeFileName(output)?.isWholeNIfTI == true }

    /// A file for each image: the one that was named, or one in the folder that was named.
    private func fileNames(_ cases: [StudyCase]) throws -> [String] {
        if isFileOutput {
            try requireDifferent(input: input, output: output)
            try requireWritable(output)
            guard cases.count == 1 else { throw InputImageError.several(input, cases.map(InputImage.line)) }
            return [output]
        }
        try requireWritable(output + "/x")
        let folder = output.hasSuffix("/") ? output : output + "/"
        var taken = Set<String>()
        return try cases.map { studyCase in
            let name = try stem(of: studyCase)
            var (unique, copy) = (name, 2)
            while !taken.insert(unique.lowercased()).inserted {
                unique = "\(name)-\(copy)"
                copy += 1
            }
            return folder + unique + (compress == .y ? ".nii.gz" : ".nii")
        }
    }

    private func stem(of studyCase: StudyCase) throws -> String {
        guard let pattern, case .dicom(let series, _) = studyCase.source,
            let volumes = try? DICOM.volumes(series)
        else { return studyCase.id }
        return try ImageFileName(pattern, identity: withIdentity).name(for: volumes)
    }

    private func tell(_ output: ConversionReport.Output) {
        if quiet { return }
        output.notices.forEach { Console.note($0) }
        if json { return }
        let shape = (output.shape ?? []) + ((output.volumes ?? 1) > 1 ? [output.volumes ?? 1] : [])
        Console.line(
            "\(output.path ?? ""): \(shape.map(String.init).joined(separator: "x")) \(output.datatype ?? ""), from "
                + output.source)
    }
}

/// `--orient RAS` as typed.
struct OrientationArgument: ExpressibleByArgument {
    let orientation: Orientation

    init?(argument: String) {
        guard let orientation = Orientation(argument.uppercased()) else { return nil }
        self.orientation = orientation
    }
}

extension DICOMPolicies.Tilt: ExpressibleByArgument {}
extension DICOMPolicies.Gaps: ExpressibleByArgument {}

/// How DICOM series are read that are not one even, upright volume.
struct PolicyOptions: ParsableArguments {
    @Option(help: "Slices that lean (gantry tilt): native keeps them, shear sets them upright, fail refuses.")
    var tilt = DICOMPolicies.Tilt.native

    @Option(help: "Missing slices: fail refuses, resample interpolates.")
    var gaps = DICOMPolicies.Gaps.fail

    @Option(
        help: ArgumentHelp(
            "Attributes that part a series into images: "
                + DICOMSplitKey.splittable.map(\.rawValue).joined(separator: ", ") + ".", valueName: "tag,..."))
    var splitBy: SplitKeys?

    /// Attributes as typed.
    struct SplitKeys: ExpressibleByArgument {
        let keys: [DICOMSplitKey]

        init?(argument: String) {
            let names = argument.split(separator: ",", omittingEmptySubsequences: false)
            let found = names.map { name in
                DICOMSplitKey.splittable.first { $0.rawValue.lowercased() == name.lowercased() }
            }
            guard !found.contains(where: { $0 == nil }) else { return nil }
            keys = found.compactMap { $0 }
        }
    }

    /// Everything at a path, read by these policies.
    var selection: InputSelection {
        var selection = InputSelection()
        selection.policies = DICOMPolicies(tilt: tilt, gaps: gaps, splitBy: splitBy?.keys ?? [])
        return selection
    }
}
