import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Preparation
import Segmentation
import Studies
import Viewing
import VolumeIO
import Volumes

struct ViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view",
        abstract: "Shows an image and its labels in the browser, in three planes and full resolution.",
        discussion: """
            Prints the address of a page that only this machine can open, and only with the address as it is printed; it \
            ends with Ctrl-C or with the terminal. Nothing is written. docs/view.md says what keys do, and how to look from \
            another machine.

            EXAMPLES
              tomos view results/sub-01
              tomos view sub-01_labels.nii.gz -i sub-01.nii.gz --task packs/hippocampus --open
              tomos view -i dicom-folder/
            """)

    @Argument(help: "A case's folder in a results folder; or, with -i, the label map: \(LabelMaps.formats).")
    var shown: String?

    @Option(
        name: .shortAndLong,
        help: "The image: NIfTI, NRRD, MetaImage, MGH, a DICOM file or a folder with one DICOM series.")
    var input: String?

    @Option(help: "The task pack whose names and colours are used.")
    var task: String?

    @Option(help: ArgumentHelp("Or a table of them, as 'tomos export' takes it.", valueName: "file"))
    var table: String?

    @Option(
        help: "Values shown black and white at first: auto, none, ct, mr, range(-160, 240) or percentile(0.5, 99.5).")
    var window: WindowArgument?

    @Option(help: "Of several DICOM series the one with this series instance UID.")
    var series: String?

    @Option(help: "Which volume of a 4-D image, from 0.")
    var volumeIndex: Int?

    @Option(help: "The port to listen on, 1 to 65535 (default: one that is free).")
    var port: Int?

    @Flag(help: "Open the page in the browser (xdg-open).")
    var open = false

    @Flag(name: .shortAndLong, help: "Print the address and errors only.")
    var quiet = false

    func validate() throws {
        if shown == nil, input == nil {
            throw ValidationError("name a case of a results folder (results/sub-01), or an image with -i")
        }
        if let port, !(1...65535).contains(port) { throw ValidationError("--port \(port): use 1 to 65535") }
        if task != nil, table != nil { throw ValidationError("give either --task or --table") }
    }

    func run() throws {
        let watch = TerminalWatch()
        let content = try content()
        let server = try ViewServer(content, port: port)
        // Ctrl-C is how it is to end, and no failure.
        Drafts.beforeEnd {
            Drafts.removeAll()
            Foundation.exit(ExitStatus.done.rawValue)
        }
        Console.line(server.address)
        if !quiet { Console.note("Ctrl-C ends it; whoever has the address can look, on this machine only") }
        if open { BrowserStart.open(server.address) }
        watch.wait()
        Drafts.removeAll()
        server.close()
    }

    /// Reads what is to be shown. All but what is shown is let go.
    private func content() throws -> ViewContent {
        let subject = try subject()
        let volume = try subject.image.readVolume(volumeIndex: volumeIndex)
        if !quiet { volume.notices.forEach(Console.note) }
        guard let path = subject.labels else {
            return try ViewContent(name: subject.name, volume: volume, window: window?.window)
        }
        let map = try LabelMaps.read(path, on: volume.geometry)
        guard let labels = map.labels else { throw LabelMapError(overlapIn: map, path: path) }
        if !quiet { map.notices.forEach(Console.note) }
        return try ViewContent(
            name: subject.name, volume: volume, labels: labels, table: try names() ?? map.table ?? subject.table(),
            window: window?.window)
    }

    private func subject() throws -> ViewSubject {
        guard let input else { return try ViewSubject(caseAt: shown ?? "") }
        let image = try InputImage(input, series: series, selection: InputSelection())
        if !quiet, let summary = image.ignored.summary { Console.note(summary) }
        return ViewSubject(image: image.studyCase, labels: shown)
    }

    private func names() throws -> LabelTable? {
        if let task { return try TaskPack.load(task).labels }
        return try table.map { try LabelTableFile.read($0) }
    }
}

/// An image, its labels, and where their names are found.
private struct ViewSubject {
    let name: String
    let image: StudyCase
    /// The label map's file.
    let labels: String?
    /// Names and colours, when they are asked for.
    let table: () -> LabelTable

    init(image: StudyCase, labels: String?) {
        (self.image, self.labels, name) = (image, labels, image.id)
        table = { LabelTable([]) }
    }

    /// A case's folder in a results folder. One that failed has none and is shown without labels.
    init(caseAt path: String) throws {
        let folder = URL(fileURLWithPath: path).standardizedFileURL
        let id = folder.lastPathComponent
        let results = BatchFolder(folder.deletingLastPathComponent().path)
        let isHere = { (path: String) in FileManager.default.fileExists(atPath: path) }
        guard isHere(results.path + "/plan.json") else {
            if isHere(folder.path + "/plan.json") {
                let cases = try BatchFolder(folder.path).plan().cases.map(\.id)
                throw UsageError(
                    "\(path): a results folder; name one of its cases: "
                        + cases.prefix(3).map { "\(path.hasSuffix("/") ? path : path + "/")\($0)" }.joined(
                            separator: ", "))
            }
            guard isHere(folder.path) else { throw StudyError.missing(path) }
            throw UsageError(
                "\(path): not a case of a results folder (name the image of a label map with -i: tomos view \(path) -i "
                    + "IMAGE; or an image alone: tomos view -i \(path))")
        }
        let plan = try results.plan()
        image = try plan.image(of: id)
        name = id
        let file = "\(results.path)/\(id)/\(id)_labels.nii.gz"
        labels = isHere(file) ? file : nil
        if labels == nil { Console.note("\(id): has no label map yet; the image is shown alone") }
        table = {
            // The pack may be gone or changed since; the case's record has the names.
            if let task = try? PipelineFile.load(resolvedText: plan.pipeline).task,
                let table = try? TaskPack.load(task).labels
            {
                return table
            }
            let structures = results.record(of: id)?.outcome.structures ?? []
            return LabelTable(
                structures.enumerated().map { n, structure in
                    LabelEntry(id: structure.id, name: structure.name, colour: LabelTable.defaultColour(n))
                })
        }
    }
}
