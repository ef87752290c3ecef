import Foundation
import Glibc
import Platform
import Studies
import VolumeIO
import Volumes

extension CaseSource {
    /// Takes down where an image lies.
    ///
    /// - Parameters:
    ///   - root: The study's folder; what lies outside of it is named by its full path.
    ///   - looksInside: Whether a header may be asked for the file of its voxels.
    init(_ studyCase: StudyCase, root: String, looksInside: Bool = true) {
        let start = root.isEmpty || root.hasSuffix("/") ? root : root + "/"
        let below = { (path: String) in path.hasPrefix(start) ? String(path.dropFirst(start.count)) : path }
        path = studyCase.path
        var all: [String]
        switch studyCase.source {
        case .file(let file): all = looksInside ? Images.files(file) : [file]
        case .broken(let file, _, _): all = [file]
        case .ambiguous(_, let files): all = files
        case .dicom(let series, _):
            all = series.files + series.unreadable.map(\.path)
            (seriesInstanceUID, seriesNumber) = (series.seriesInstanceUID, series.seriesNumber)
            (part, variant) = (series.part, series.variant)
            if !series.absent.isEmpty { absent = series.absent.map { .init(path: below($0.path), reason: $0.reason) } }
            if !series.notices.isEmpty { notices = series.notices }
        }
        all = all.map(below)
        let shared = Self.sharedFolder(all)
        (folder, files) = (shared, all.map { String($0.dropFirst(shared.count)) })
    }

    /// The longest beginning, up to a slash, of all paths.
    private static func sharedFolder(_ paths: [String]) -> String {
        guard let first = paths.first, let end = first.lastIndex(of: "/") else { return "" }
        var folder = first[...end]
        for path in paths {
            while !path.hasPrefix(folder) {
                guard let slash = folder.dropLast().lastIndex(of: "/") else { return "" }
                folder = folder[...slash]
            }
        }
        return String(folder)
    }

    /// The files' paths.
    ///
    /// - Parameter root: The study's folder.
    public func paths(below root: String) -> [String] { files.map { Self.full(folder + $0, below: root) } }

    static func full(_ path: String, below root: String) -> String {
        path.hasPrefix("/") || root.isEmpty ? path : root.hasSuffix("/") ? root + path : root + "/" + path
    }

    /// The image as a case of a study.
    ///
    /// - Throws: ``PlanError/changed(id:path:)`` when the files of a series make another one than was planned.
    func studyCase(_ id: String, below root: String, policies: DICOMPolicies) throws -> StudyCase {
        let paths = paths(below: root)
        guard let uid = seriesInstanceUID else {
            // Of a pair that half is read which the case goes by.
            let named = paths.first { $0 == Self.full(path, below: root) } ?? paths[0]
            return StudyCase(id: id, source: .file(path: named), path: path)
        }
        let missing = (absent ?? []).map {
            DICOMFileFate(path: Self.full($0.path, below: root), reason: $0.reason)
        }
        let scan = try DICOM.scan(paths, absent: missing, policies: policies)
        let ofSeries = scan.series.filter { $0.seriesInstanceUID == uid && $0.seriesNumber == seriesNumber }
        let found = ofSeries.first { $0.part == part && $0.variant == variant }
        // The files of one part may be nobody else's: read alone they are a whole series.
        let alone = ofSeries.count == 1 && ofSeries[0].part == nil ? ofSeries[0] : nil
        guard var series = found ?? alone else { throw PlanError.changed(id: id, path: path) }
        (series.part, series.variant) = (part, variant)
        series.notices = notices ?? []
        let shown = path.isEmpty ? root : Self.full(path, below: root)
        return StudyCase(id: id, source: .dicom(series, folder: shown), path: path)
    }
}

/// What the files of a case hold.
enum SourceContent {
    /// Sizes and times of files as one text, the same as long as nobody writes to them, and their bytes in all; nil when
    /// one is not there.
    static func stamp(_ paths: [String]) -> (stamp: String, bytes: Int)? {
        var (lines, bytes) = ("", 0)
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            bytes += Int(status.st_size)
            let (written, changed) = (status.st_mtim, status.st_ctim)
            lines +=
                "\(status.st_size) \(written.tv_sec).\(written.tv_nsec) \(changed.tv_sec).\(changed.tv_nsec) "
                + "\(status.st_ino)\n"
        }
        return (String(Digest.sha256(Array(lines.utf8)).prefix(16)), bytes)
    }

    /// SHA-256 of a file, or of the sorted hashes of several, so that neither their names nor their order matter.
    ///
    /// - Throws: ``PlanError/unreadable(path:reason:)``.
    static func sha256(_ paths: [String]) throws(PlanError) -> String {
        var hashes: [String] = []
        for path in paths {
            guard let hash = Digest.sha256(file: path) else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            hashes.append(hash)
        }
        if hashes.count == 1 { return hashes[0] }
        return Digest.sha256(Array(hashes.sorted().joined(separator: "\n").utf8))
    }

    /// Throws unless the files are those that were planned: untouched, or touched and of the same content.
    static func confirm(_ planned: PlannedCase, below root: String) throws(PlanError) {
        let paths = planned.source.paths(below: root)
        if let now = stamp(paths), now.stamp == planned.stamp { return }
        guard let sha256 = planned.sha256 else { return }
        if try Self.sha256(paths) != sha256 {
            throw .changed(id: planned.id, path: planned.source.path.isEmpty ? paths[0] : planned.source.path)
        }
    }
}
