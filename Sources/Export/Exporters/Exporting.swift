import Foundation
import Platform
import VolumeIO
import Volumes

extension LabelExport {
    /// Writes the label map in a format, reads it again, and puts the files in place only when they show what they should.
    ///
    /// - Parameter folder: Where the files go; it is made. Files of the same names are replaced.
    /// - Returns: Their names, what a person should know, and what was found on reading them again.
    /// - Throws: ``ExportError``, `AtomicFileError` and what the writers throw; nothing of the format is left behind.
    public func write(
        _ exporter: any LabelExporter, to folder: String
    ) throws -> (files: WrittenFiles, proof: ExportProof) {
        if let lack = exporter.lack(self) { throw ExportError.cannotExport(format: exporter.name, reason: lack) }
        let folder = folder.isEmpty ? "." : folder
        // The name says nothing about the files, which may be named after a patient.
        let draft = folder + "/.tomos-export-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        Drafts.begin(draft)
        defer {
            try? FileManager.default.removeItem(atPath: draft)
            Drafts.end(draft)
        }
        do {
            try AtomicFile.makeFolder(draft)
            let files = try exporter.write(self, to: draft)
            let proof = try exporter.prove(files.names.map { draft + "/" + $0 }, of: self)
            // Before the first is put in place, so that none stays without the others.
            for name in files.names where Self.isFolder(folder + "/" + name) {
                throw AtomicFileError.cannotCreate(path: folder + "/" + name, code: EISDIR)
            }
            for name in files.names {
                guard rename(draft + "/" + name, folder + "/" + name) == 0 else {
                    throw AtomicFileError.cannotCreate(path: folder + "/" + name, code: errno)
                }
            }
            return (files, proof)
        } catch {
            // A person is told where a file was to be, and not where it was being made.
            throw Self.told(error) { $0.replacing(draft, with: folder) }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func told(_ error: any Error, _ named: (String) -> String) -> any Error {
        switch error {
        case ExportError.proofFailed(let file, let reason): ExportError.proofFailed(file: named(file), reason: reason)
        case AtomicFileError.cannotCreate(let path, let code):
            AtomicFileError.cannotCreate(path: named(path), code: code)
        case AtomicFileError.writeFailed(let path, let code): AtomicFileError.writeFailed(path: named(path), code: code)
        case DICOMError.file(let path, let reason): DICOMError.file(path: named(path), reason: reason)
        case VolumeFileError.cannotStore(let path, let what): VolumeFileError.cannotStore(path: named(path), what: what)
        default: error
        }
    }
}
