import Foundation
import Platform
import VolumeIO
import Volumes

/// Names and colours beside a label map that has none, for one viewer.
struct TableExporter: LabelExporter {
    let format: LabelTableFormat

    init(_ format: LabelTableFormat) { self.format = format }

    var name: String { format.rawValue }
    var summary: String { format.summary }
    var files: String { format.render(LabelTable([]), name: "NAME").map(\.fileName).joined(separator: ", ") }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        let tables = format.render(export.table, name: export.name)
        for table in tables { try AtomicFile.write(Array(table.text.utf8), to: folder + "/" + table.fileName) }
        return WrittenFiles(tables.map(\.fileName), notices: format.alteredNames(export.table))
    }

    /// A table holds no place: that it says every label is what can be proved.
    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        let rendered = format.render(export.table, name: export.name)
        for (file, table) in zip(files, rendered) {
            guard FileManager.default.contents(atPath: file) == Data(table.text.utf8) else {
                throw ExportError.proofFailed(file: file, reason: "the text differs")
            }
        }
        return ExportProof(
            format: name, files: rendered.map(\.fileName), readBy: "tomos",
            agrees: "\(export.table.entries.count) labels told")
    }
}
