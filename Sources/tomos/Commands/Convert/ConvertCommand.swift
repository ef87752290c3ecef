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
            A folder of several images is converted into a folder, one file for each; a series over time or b-value becomes
            a 4-D file. Unlike images of a series (echoes, magnitude and phase, maps) are files of their own, which end
            as dcm2niix ends them: _e2, _ph, _real, _imaginary, _fieldmaphz; --pack keeps them in one. DICOM series get a .json beside them (BIDS names, no patient), and .bval and .bvec where
            they are diffusion-weighted. Archives (.zip, .tar, .tar.gz, .dcm.gz) are read as the folders that they hold.
            Nothing is written when one of the images cannot be right (--keep-going converts the others), or when a file
            is there already (--overwrite replaces it).
            Options of dcm2niix mean what they mean there, or say what to use: docs/convert.md has the table.

            PLACEHOLDERS of -f (%4s: four digits)
            \(ImageFileName.placeholders.map { "  %\($0.letter)  \($0.summary)\($0.isIdentity ? " (with --with-identity)" : "")" }.joined(separator: "\n"))

            --orient names the directions in which the three voxel axes grow, as tomos info prints them: R or L, A or P, \
            S or I in any order (RAS: to the right, to the front, up). Voxels are put into that order and none is \
            interpolated; every voxel stays where it is in space. Gradients (.bvec) follow.

            EXAMPLES
              tomos convert dicom-folder/ -o ct.nii.gz
              tomos convert -i dicom-folder/ --series 1.2.840.113619.2.5 -o ct.nii.gz
              tomos convert study.zip -o nifti/ -f %M_%4s -z n --json > report.json
              tomos convert study/ --bids mapping.yaml --subject 01 -o dataset/
              tomos convert labels.nii.gz --orient LPS -o labels_lps.nii.gz
              tomos convert ct/ --gaps resample --tilt shear -o ct.nii.gz
              tomos convert fmri.nii.gz --volume-index 3 -o volume3.nii.gz
              tomos convert ultrasound/ --colour -o rgb.nii.gz
            """)

    @Argument(
        help: ArgumentHelp(
            "A folder, a DICOM file, a DICOMDIR, an archive or an image file.", valueName: "input"))
    var inputs: [String] = []

    @Option(name: .shortAndLong, help: "The input, when it is not given as an argument.")
    var input: String?

    @OptionGroup(title: "OUTPUT") var output: OutputOptions
    @OptionGroup(title: "BIDS") var bids: BIDSOptions

    @Option(help: "Which volume of a 4-D image, from 0; all without it.")
    var volumeIndex: Int?

    @Option(help: ArgumentHelp("The order of the voxel axes in the file, such as RAS or LPS.", valueName: "letters"))
    var orient: OrientationArgument?

    @Option(help: "Series instance UID, when the folder holds several series.")
    var series: String?

    @OptionGroup(title: "DICOM") var policies: PolicyOptions

    @Flag(
        help: ArgumentHelp(
            "Make one 4-D image of series that follow each other in a study, of one grid, protocol and description, told "
                + "apart by time, echo or b-value."))
    var join = false
    @OptionGroup(visibility: .hidden) var foreign: DCM2NIIXOptions

    @Flag(help: "Convert colour images too: to RGB, which viewers show and nothing here reads.")
    var colour = false

    @Flag(help: "Convert what can be right, though other images are refused or files of a series are not there.")
    var keepGoing = false

    @Flag(help: "Print a report as JSON: the fate of every file, and of every image its geometry and slices.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        _ = try source()
        if let volumeIndex, volumeIndex < 0 { throw ValidationError("--volume-index \(volumeIndex): count from 0") }
        if output.sidecars == .o, volumeIndex != nil || output.isFile {
            throw ValidationError(
                "-b o writes the sidecars of all volumes into a folder: leave out --volume-index, name a folder")
        }
        guard bids.bids != nil else { return }
        guard output.output != nil, !output.isFile else {
            throw ValidationError("--bids: name the data set's folder with -o")
        }
        if output.pattern != nil { throw ValidationError("--bids: the mapping says the names: leave out -f") }
        if output.conflicts == .rename { throw ValidationError("--bids: names are those of BIDS: leave out -w 2") }
    }

    /// The one input, as typed.
    private func source() throws -> String {
        let typed = inputs + [input].compactMap(\.self)
        if typed.count == 1 { return typed[0] }
        guard let first = typed.first else { throw ValidationError("Missing expected argument '<input>'") }
        // A person who comes from dcm2niix: there, -i and -q take a letter.
        if typed.contains(where: { ["y", "n", "l", "o"].contains($0) }) {
            throw ValidationError(
                "-i names the input and -q is --quiet here; of dcm2niix's '-i y' and '-q' there is no other: choose a series "
                    + "with --series, and list them with 'tomos info FOLDER'")
        }
        throw ValidationError("\(first) and \(typed[1]): give one input; a folder may hold several")
    }

    func run() throws {
        let source = try source()
        let opened = try OpenedInput(source)
        defer { withExtendedLifetime(opened) {} }
        let study = try discover(opened, source)
        let ignored = opened.passedOver + study.ignored
        tell(ignored)
        let cases = try InputImage.choose(study.cases, at: source, series: series)
        var conversion = Conversion()
        (conversion.volumeIndex, conversion.compression) = (volumeIndex, output.level?.rawValue)
        (conversion.writesSidecars, conversion.writesImage) = (output.sidecars != .n, output.sidecars != .o)
        (conversion.takesColour, conversion.orientation) = (colour, orient?.orientation)
        var plan = try plan(cases, from: source, conversion)
        try plan.judge(output.existing, conversion)
        if !quiet { plan.notices.forEach { Console.note($0) } }
        var run = ConversionRun(conversion, keepGoing: keepGoing, output.verbosity, quiet: quiet, json: json)
        run.pass(over: ignored)
        if plan.items.count > 1 {
            try AtomicFile.together(at: output.folder(for: source)) { run.convert(plan) }
        } else {
            run.convert(plan)
        }
        if bids.bids != nil, run.report.outputs.contains(where: { $0.error == nil }) {
            _ = try BIDSRawDataset.describe(output.folder(for: source))
        }
        if json { try Console.json(run.report) }
        guard let failure = run.failures.first else { return }
        if cases.count == 1 { throw failure }
        throw ExitStatusError(status: .someFailed)
    }

    /// What is there. Where the input's own folder is written to, image files in it may be what was written before: then
    /// DICOM alone is looked for, so that names are the same as before, too.
    private func discover(_ opened: OpenedInput, _ source: String) throws -> Study {
        var selection = policies.selection
        (selection.policies.takesIncomplete, selection.policies.joins) = (keepGoing, join)
        selection.depth = output.depth
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: opened.path, isDirectory: &isFolder)
        guard output.output == nil, !opened.isArchive, isThere, isFolder.boolValue else {
            return try StudyDiscovery.discover(opened.path, selection: selection)
        }
        var only = selection
        only.include = []
        do {
            var study = try StudyDiscovery.discover(opened.path, selection: only)
            for n in study.ignored.indices where study.ignored[n].reason == InputSelection.notIncluded {
                study.ignored[n].reason = "an image file in the folder that is written to; name -o to convert it"
            }
            return study
        } catch StudyError.noImages {
            // Says what is wrong where there are no images at all.
            _ = try StudyDiscovery.discover(opened.path, selection: selection)
            throw UsageError(
                "\(source): no DICOM series here, and image files are not written beside themselves; name -o")
        }
    }

    private func tell(_ ignored: [IgnoredItem]) {
        if quiet { return }
        if output.verbosity.tellsIgnored {
            ignored.filter(\.isPassedOver).forEach { Console.note("\($0.path): ignored, \($0.reason)") }
        } else if let summary = ignored.summary {
            Console.note(summary + (ignored.count > 3 ? "; --json names all" : ""))
        }
    }

    /// Which file each image goes to: the one that was named, one in the folder that was named, or in a data set.
    private func plan(_ cases: [StudyCase], from source: String, _ conversion: Conversion) throws -> ConversionPlan {
        if output.isFile, let path = output.output {
            try requireDifferent(input: source, output: path)
            try requireWritable(path)
            let images = cases.map { ConversionImage($0, colour: colour) }
            if images.count == 1 { return ConversionPlan(images[0], to: path) }
            guard let plan = ConversionPlan(parts: images, to: path) else {
                throw InputImageError.several(source, cases.map(InputImage.line))
            }
            return plan
        }
        let folder = output.folder(for: source)
        try requireWritable(folder + "x")
        let images = cases.map { ConversionImage($0, colour: colour) }
        if bids.bids != nil { return try ConversionPlan(images, into: folder, bids, ending: output.ending) }
        return try ConversionPlan(
            images, into: folder, pattern: try output.pattern.map(output.name), ending: output.ending, output.existing,
            conversion)
    }
}
