import ArgumentParser
import Foundation
import Pipelines
import Platform
import Studies
import VolumeIO
import Volumes

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Says what images are at a path: shape, spacing, orientation, modality, type.",
        discussion: """
            Every file is accounted for: as an image, as ignored with the reason, or as an error.

            EXAMPLES
              tomos info t1.nii.gz
              tomos info study/
              tomos info study/ other/ --json
            """)

    @Argument(help: "Files, folders and archives.")
    var paths: [String]

    @OptionGroup(title: "DICOM") var policies: PolicyOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var images: [ImageInfo] = []
        var ignored: [IgnoredItem] = []
        for path in paths {
            let opened = try OpenedInput(path)
            defer { withExtendedLifetime(opened) {} }
            let study = try StudyDiscovery.discover(opened.path, selection: policies.selection)
            images += study.cases.map(ImageInfo.init)
            ignored += opened.passedOver + study.ignored
        }
        if json {
            try Console.json(InfoReport(images: images, ignored: ignored))
        } else {
            Console.result(images.map(\.text).joined(separator: "\n\n"))
            if !ignored.isEmpty { Console.result("\n" + Self.table(ignored)) }
        }
        if let summary = ignored.summary {
            Console.note(summary + (ignored.count > 3 && json ? "; the report names all" : ""))
        }
        let failed = images.filter { $0.error != nil }
        if failed.isEmpty { return }
        if json { failed.forEach { Console.error($0.error ?? "") } }
        if images.count == 1, let category = images[0].category {
            throw ExitStatusError(status: ExitStatus(category))
        }
        throw ExitStatusError(status: .someFailed)
    }

    private static func table(_ ignored: [IgnoredItem]) -> String {
        var table = TextTable(["ignored", ">files", "reason"])
        for item in ignored { table.add([item.path, String(item.files), item.reason]) }
        return table.text
    }
}

private struct InfoReport: Encodable {
    let images: [ImageInfo]
    let ignored: [IgnoredItem]
}

/// What is said about one image.
struct ImageInfo: Encodable {
    /// What is known once the image could be read.
    struct Details: Encodable {
        var shape: [Int]
        var spacing: [Double]
        var orientation: String
        var datatype: String
        var affine: [[Double]]
        var notices: [String]
    }

    let id: String
    let source: String
    let format: String
    var modality: String?
    var seriesInstanceUID: String?
    var details: Details?
    var error: String?
    private(set) var category: ErrorCategory?

    private enum CodingKeys: String, CodingKey {
        case id, source, format, modality, seriesInstanceUID, details, error
    }

    init(_ studyCase: StudyCase) {
        (id, source) = (studyCase.id, studyCase.sourceDescription)
        if case .dicom(let series, _) = studyCase.source {
            (format, modality, seriesInstanceUID) = ("DICOM", series.modality, series.seriesInstanceUID)
        } else if case .file(let path) = studyCase.source {
            format = ((try? Images.info(path).format) ?? .nifti).rawValue
        } else {
            format = "DICOM"
        }
        do {
            details = try Self.read(studyCase)
        } catch {
            self.error = "\((error as? any TomosError)?.description ?? "internal error: \(error)")"
            category = (error as? any TomosError)?.category
        }
    }

    private static func read(_ studyCase: StudyCase) throws -> Details {
        switch studyCase.source {
        case .file(let path):
            let info = try Images.info(path)
            return details(info.geometry, shape: info.dimensions, datatype: info.datatype, notices: info.notices)
        case .broken(let path, let reason, _): throw StudyError.brokenFile(path, reason: reason)
        case .ambiguous(let name, let paths): throw TwoFilesError(name: name, paths: paths)
        case .dicom(let series, _):
            let volumes = try DICOM.volumes(series)
            let shape = volumes.geometry.shape
            let sizes = [shape.i, shape.j, shape.k] + (volumes.count > 1 ? [volumes.count] : [])
            // A series is a volume only when every slice decodes: so it is read.
            if volumes.isColour {
                for volume in 0..<volumes.count { _ = try volumes.readColours(volume: volume) }
                let notice = "in colour: tomos convert --colour writes it for viewers, nothing else reads it"
                return details(
                    volumes.geometry, shape: sizes, datatype: "rgb24", notices: volumes.notices + [notice])
            }
            let (all, notices) = try volumes.readAll()
            return details(all.geometry, shape: sizes, datatype: all.voxels.typeName, notices: notices)
        }
    }

    private static func details(_ geometry: Geometry, shape: [Int], datatype: String, notices: [String]) -> Details {
        let rows = [geometry.affine.rowX, geometry.affine.rowY, geometry.affine.rowZ]
        let spacing = geometry.spacing
        return Details(
            shape: shape, spacing: [spacing.x, spacing.y, spacing.z], orientation: geometry.orientation.description,
            datatype: datatype, affine: rows.map { [$0.x, $0.y, $0.z, $0.w] }, notices: notices)
    }

    /// Lines for people.
    var text: String {
        var lines = [SafeText.line(source)]
        if let error { return (lines + ["  error        \(SafeText.message(error))"]).joined(separator: "\n") }
        lines.append("  format       \(format)")
        if let modality { lines.append("  modality     \(SafeText.line(modality))") }
        if let seriesInstanceUID { lines.append("  series       \(SafeText.line(seriesInstanceUID))") }
        if let details {
            lines.append("  shape        \(details.shape.map(String.init).joined(separator: "x"))")
            lines.append("  spacing      \(details.spacing.map { decimal($0, 3) }.joined(separator: " x ")) mm")
            lines.append("  orientation  \(details.orientation)")
            lines.append("  datatype     \(details.datatype)")
            lines += details.notices.map { "  notice       \(SafeText.line($0))" }
        }
        return lines.joined(separator: "\n")
    }
}
