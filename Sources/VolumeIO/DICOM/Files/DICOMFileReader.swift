import Volumes

/// What one DICOM file is to a volume reader.
enum DICOMFileOutcome {
    /// The file's images, each a slice (or mosaic) with its place in space.
    case images([DICOMImageHeader])
    /// An image of a series that cannot be decoded.
    case undecodable(DICOMSeriesIdentity, reason: String)
    /// No DICOM file at all.
    case notDICOM
    /// Nothing a volume is made of.
    case ignored(reason: String)
    /// Broken.
    case unreadable(reason: String)
}

/// The series an image belongs to.
struct DICOMSeriesIdentity: Sendable, Hashable {
    var study, series, modality: String
    var number: Int?
    var description: String?

    /// What stands for the SeriesInstanceUID where careless anonymising has emptied it: the files of a folder are taken
    /// together, and must then agree like those of any series.
    static func series(ofFolderOf path: String) -> String {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return unstated + "\(folder.isEmpty ? "." : folder))"
    }

    /// Whether this is a UID that the files state.
    static func isStated(_ series: String) -> Bool { !series.hasPrefix(unstated) }

    private static let unstated = "without a UID (in "
}

/// Reads the header of one file and says what it is.
enum DICOMFileReader {
    /// Reads up to the pixel data.
    static func read(_ path: String) throws -> DICOMFileOutcome {
        do {
            if let head = DICOMFileWindows(path).flatMap({ DICOMHead($0) }) {
                var attributes = DICOMAttributes(file: try DCMTKFile(head))
                return classify(&attributes)
            }
            switch DICOMFileProbe.look(at: path) {
            case .notDICOM: return .notDICOM
            case .unreadable(let reason): return .unreadable(reason: reason)
            case .dicom: break
            }
            var attributes = DICOMAttributes(file: try DCMTKFile(parsing: path, .header))
            return classify(&attributes)
        } catch let error as DICOMError {
            if case .library = error { throw error }
            return .unreadable(reason: error.reason)
        }
    }

    private static func classify(_ attributes: inout DICOMAttributes) -> DICOMFileOutcome {
        let sopClass = attributes.text(.sopClass) ?? attributes.text(.mediaSOPClass) ?? ""
        // Only what is not read is called by its name.
        var className: String { DCMTKFile.name(ofUID: sopClass) ?? (sopClass.isEmpty ? "no SOP class" : sopClass) }
        if sopClass == "1.2.840.10008.1.3.10" || attributes.text(.mediaSOPClass) == "1.2.840.10008.1.3.10" {
            return .ignored(reason: "DICOMDIR: an index of files, no image")
        }
        if isNoImageClass(sopClass) { return .ignored(reason: "\(className): not an image series") }
        if attributes.text(.rows) == nil { return .ignored(reason: "\(className): holds no image") }
        let series = attributes.text(.series) ?? DICOMSeriesIdentity.series(ofFolderOf: attributes.file.path)
        let imageType = attributes.text(.imageType)?.split(separator: "\\").map { $0.filter { $0 != " " } } ?? []
        if imageType.contains("LOCALIZER") { return .ignored(reason: "a localizer (ImageType)") }
        let identity = DICOMSeriesIdentity(
            study: attributes.text(.study) ?? "", series: series, modality: attributes.text(.modality) ?? "OT",
            number: attributes.text(.seriesNumber).flatMap { Int($0) }, description: attributes.text(.seriesDescription)
        )
        if let reason = notReadYet(attributes) {
            return .undecodable(identity, reason: reason)
        }
        do {
            let frames = try DICOMFrames(attributes)
            if let missing = frames.missingGeometry(&attributes) {
                let reason = "\(className): has no \(missing), so it has no place in a volume"
                return frames.isEnhanced || sliceClasses.contains(sopClass)
                    ? .undecodable(identity, reason: reason) : .ignored(reason: reason)
            }
            return .images(
                try frames.headers(&attributes, identity, sopClass: sopClass, imageType: imageType))
        } catch {
            return .undecodable(identity, reason: (error as? DICOMError)?.reason ?? "\(error)")
        }
    }

    /// CT, MR, PET: a file of these without a position is a hole in its series, not a picture beside it.
    private static let sliceClasses: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128",
    ]

    /// SOP classes that have no image, or whose image is a result and not a study.
    private static func isNoImageClass(_ uid: String) -> Bool {
        let root = "1.2.840.10008.5.1.4.1.1."
        guard uid.hasPrefix(root) else { return false }
        let tail = uid.dropFirst(root.count)
        if ["4.2", "66", "67", "481.2"].contains(tail) { return true }
        let families = ["9.", "11.", "66.", "68.", "78.", "79.", "80.", "88.", "90.", "104.", "200.", "481."]
        return tail != "481.1" && families.contains { tail.hasPrefix($0) }
    }

    /// The name of what is in the file and not read yet; nil when all of it is read.
    private static func notReadYet(_ attributes: borrowing DICOMAttributes) -> String? {
        guard let uid = attributes.file.transferSyntax else { return "states no transfer syntax (export it again)" }
        guard let syntax = DICOMTransferSyntax.find(uid) else {
            return "transfer syntax \(uid) is not known (export it uncompressed, e.g. with dcmconv)"
        }
        if syntax.coding == .notRead {
            return "\(syntax.name) (\(uid)) is not read (export it uncompressed)"
        }
        return nil
    }
}
