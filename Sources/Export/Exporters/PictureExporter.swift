import Foundation
import Platform
import Volumes

/// A picture of the labels over their image, in three planes.
struct PictureExporter: LabelExporter {
    let name = "picture"
    let summary = "PNG picture of the labels over the image, in three planes"
    let files = "NAME_overlay.png"
    let needs: String? = "the image"

    func lack(_ export: LabelExport) -> String? {
        export.image == nil
            ? "it shows the labels over their image, which is not at hand (name it with --reference)" : nil
    }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        try AtomicFile.write(try picture(export), to: folder + "/" + file(export))
        return WrittenFiles([file(export)])
    }

    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        let picture = Data(try picture(export))
        for file in files where FileManager.default.contents(atPath: file) != picture {
            throw ExportError.proofFailed(file: file, reason: "it is not the picture that was painted")
        }
        return ExportProof(
            format: name, files: [file(export)], readBy: "tomos", agrees: "the picture that was painted, byte for byte")
    }

    /// A case's picture is named after the case.
    private func file(_ export: LabelExport) -> String {
        (export.name.hasSuffix("_labels") ? String(export.name.dropLast(7)) : export.name) + "_overlay.png"
    }

    private func picture(_ export: LabelExport) throws -> [UInt8] {
        guard let image = export.image else { return [] }
        return try OverlayPicture.threePlanes(
            volume: image.volume, labels: export.labels, table: export.table, window: image.window)
    }
}
