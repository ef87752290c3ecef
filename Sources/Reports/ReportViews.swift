import Export
import Foundation
import Glibc
import Pipelines
import Platform

/// Brings the pictures of cases into a report: those that were made when the case was done, those of the report before,
/// and those that are made now.
struct ReportViews {
    /// The results folder.
    let results: String
    /// The report before this one.
    let earlier: String
    /// Names of pages beside which no folder of the same name can lie.
    let pages: Set<String>
    /// Makes the view of a case in a folder.
    let make: StudyReport.ViewMaker?

    /// What a case has.
    enum Found {
        /// Its files are there; width and height of `planes.webp` where they can be told.
        case there((width: Int, height: Int)?)
        /// They are not: why, where there is something to say.
        case absent(String?)
    }

    /// Puts the view of a case into a folder, which is made; where there is none, no folder is left.
    func bring(_ outcome: CaseOutcome, to folder: String) throws -> Found {
        guard outcome.isDone else { return .absent(nil) }
        if pages.contains(outcome.id) { return .absent("another case's page has the name of its folder") }
        let made = "\(results)/\(outcome.id)/report"
        let before = "\(earlier)/cases/\(outcome.id)"
        if Self.isWhole(made) {
            try Self.link(from: made, to: folder)
        } else if Self.isWhole(before), isNewer(before, than: outcome) {
            try Self.link(from: before, to: folder)
        } else if let make {
            do {
                try AtomicFile.makeFolder(folder)
                try make(outcome, folder)
            } catch {
                try? FileManager.default.removeItem(atPath: folder)
                // A full disk is no matter of the case.
                if let error = error as? AtomicFileError { throw error }
                return .absent("\(error)")
            }
        } else {
            return .absent(nil)
        }
        return .there(Self.size(ofWebP: folder + "/planes.webp"))
    }

    private static func isWhole(_ folder: String) -> Bool {
        CaseView.files.allSatisfy { FileManager.default.fileExists(atPath: folder + "/" + $0) }
    }

    /// Whether a view was made after the case's results.
    private func isNewer(_ view: String, than outcome: CaseOutcome) -> Bool {
        func written(_ path: String) -> (Int, Int)? {
            var status = stat()
            return stat(path, &status) == 0 ? (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) : nil
        }
        guard let view = written(view + "/view.js") else { return false }
        let folder = "\(results)/\(outcome.id)"
        let parts = ["\(folder)/case.json", "\(folder)/\(outcome.id)_labels.nii.gz"].compactMap(written)
        return !parts.isEmpty && parts.allSatisfy { $0 < view }
    }

    /// Links the files, which takes neither room nor time, or copies them where the file system cannot.
    private static func link(from source: String, to folder: String) throws {
        try AtomicFile.makeFolder(folder)
        for file in CaseView.files {
            let (old, new) = (source + "/" + file, folder + "/" + file)
            if Glibc.link(old, new) == 0 { continue }
            do {
                try FileManager.default.copyItem(atPath: old, toPath: new)
            } catch {
                throw ReportError.writeFailed(path: new, reason: error.localizedDescription)
            }
        }
    }

    /// Width and height of a WebP picture, from its header (RFC 9649, 2.5 to 2.7).
    static func size(ofWebP path: String) -> (width: Int, height: Int)? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 30),
            data.count == 30
        else { return nil }
        let bytes = [UInt8](data)
        let number = { (place: Int, count: Int) in
            (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        guard bytes[0..<4].elementsEqual("RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8) else { return nil }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8 ": return (number(26, 2) & 0x3FFF, number(28, 2) & 0x3FFF)
        case "VP8L":
            let bits = number(21, 4)
            return (1 + bits & 0x3FFF, 1 + (bits >> 14) & 0x3FFF)
        case "VP8X": return (1 + number(24, 3), 1 + number(27, 3))
        default: return nil
        }
    }
}
