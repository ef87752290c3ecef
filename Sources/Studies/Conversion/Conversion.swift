import Platform
import VolumeIO
import Volumes

/// Converts images to NIfTI, each with a sidecar.
public struct Conversion: Sendable {
    /// Which volume of several; nil writes all of them (4-D).
    public var volumeIndex: Int?
    /// Whether `.json` (and `.bval`, `.bvec`) are written beside DICOM series.
    public var writesSidecars = true
    /// Whether the image is written, and not its sidecars alone.
    public var writesImage = true
    /// libdeflate's level, 1 (fastest) to 9 (smallest); nil takes the usual one.
    public var compression: Int?
    /// Whether images in colour are written, as RGB; otherwise they are refused.
    public var takesColour = false
    /// The order of the voxel axes in the file; nil keeps the image's own.
    public var orientation: Orientation?

    /// The defaults.
    public init() {}

    /// Writes one image; says what was written.
    public func convert(_ studyCase: StudyCase, to path: String) throws -> ConversionReport.Output {
        try convert(ConversionImage(studyCase, colour: takesColour), to: path)
    }

    /// Writes one image whose headers were looked at; says what was written.
    /// - Parameters:
    ///   - path: The NIfTI file; sidecars lie beside it.
    ///   - changes: What the sidecar says besides, or instead of what the headers say.
    public func convert(
        _ image: ConversionImage, to path: String, changes: [String: SidecarChange] = [:]
    ) throws -> ConversionReport.Output {
        if let refusal = image.refusal { throw refusal }
        if let volumes = image.volumes { return try convert(volumes, of: image.studyCase, to: path, changes) }
        let studyCase = image.studyCase
        let (volumes, notices) = try readNIfTI(studyCase)
        if orientation != nil, let fields = volumes.geometry.nifti, fields.sformCode <= 0, fields.qformCode <= 0 {
            throw StudyError.noOrientation(studyCase.sourceDescription)
        }
        return try write(volumes, of: studyCase, to: path, notices)
    }

    /// The files that an image may be written to: none of them is to be one that is there.
    public func files(of image: ConversionImage, at path: String) -> [String] {
        let stem = Self.stem(path)
        let sidecars = writesSidecars && image.series != nil ? [".json", ".bval", ".bvec"].map { stem + $0 } : []
        return (writesImage ? [path] : []) + sidecars
    }

    /// The path without the ending of a NIfTI file.
    static func stem(_ path: String) -> String { VolumeFileName(path).map { $0.folder + $0.stem } ?? path }

    /// All volumes of a NIfTI file, or the one that is asked for.
    private func readNIfTI(_ studyCase: StudyCase) throws -> (VolumeSeries, [String]) {
        if volumeIndex == nil, case .file(let path) = studyCase.source { return try Images.readSeries(path) }
        let volume = try studyCase.readVolume(volumeIndex: volumeIndex)
        return (VolumeSeries(volume), volume.notices)
    }

    private func convert(
        _ volumes: DICOMVolumes, of studyCase: StudyCase, to path: String, _ changes: [String: SidecarChange]
    ) throws -> ConversionReport.Output {
        let chosen = volumeIndex.map { [$0] } ?? Array(0..<volumes.count)
        var output =
            writesImage
            ? try writeImage(volumes, chosen, of: studyCase, to: path)
            : Self.output(
                studyCase, nil, volumes.geometry.reoriented(to: orientation ?? volumes.geometry.orientation), nil,
                volumes: chosen.count, volumes.notices)
        output.fourthDimension = volumes.keys.map(\.rawValue)
        output.slices = slices(volumes, chosen)
        if writesSidecars { output.sidecars = try writeSidecars(volumes, chosen, besides: path, changes) }
        return output
    }

    private func writeImage(
        _ volumes: DICOMVolumes, _ chosen: [Int], of studyCase: StudyCase, to path: String
    ) throws -> ConversionReport.Output {
        if volumes.isColour, takesColour {
            guard chosen.count == 1 else {
                throw StudyError.coloursOverTime(studyCase.sourceDescription, volumes: volumes.count)
            }
            let target = orientation ?? volumes.geometry.orientation
            let colours = volumes.geometry.reordered(
                try volumes.readColours(volume: chosen[0]), samples: 3, to: target)
            let geometry = volumes.geometry.reoriented(to: target)
            try NIfTI.write(rgb: colours, geometry: geometry, to: path, compression: compression)
            return Self.output(studyCase, path, geometry, "rgb24", volumes: 1, volumes.notices)
        }
        if let volumeIndex {
            let volume = try volumes.read(volume: volumeIndex)
            return try write(VolumeSeries(volume), of: studyCase, to: path, volume.notices)
        }
        let (all, notices) = try volumes.readAll()
        return try write(all, of: studyCase, to: path, notices)
    }

    /// Writes volumes in the order of axes that is asked for.
    private func write(
        _ series: VolumeSeries, of studyCase: StudyCase, to path: String, _ notices: [String]
    ) throws -> ConversionReport.Output {
        let series = orientation.map { series.reoriented(to: $0) } ?? series
        try NIfTI.write(series, to: path, compression: compression)
        return Self.output(
            studyCase, path, series.geometry, series.voxels.typeName, volumes: series.count, notices)
    }

    /// Where the slices of the file came from; nil when they are cut across those of the source.
    private func slices(_ volumes: DICOMVolumes, _ chosen: [Int]) -> [[ConversionReport.Slice]]? {
        let axis = volumes.geometry.place(ofAxis: 2, in: orientation)
        guard axis.axis == 2 else { return nil }
        return chosen.map { volume in
            let origins = volumes.origins(volume: volume)
            return (axis.reversed ? origins.reversed() : origins).enumerated().map { k, origin in
                ConversionReport.Slice(k: k, sopInstanceUID: origin.sopInstanceUID, frame: origin.frame)
            }
        }
    }

    private func writeSidecars(
        _ volumes: DICOMVolumes, _ chosen: [Int], besides path: String, _ changes: [String: SidecarChange]
    ) throws -> [String] {
        let stem = Self.stem(path)
        var sidecar = try volumes.sidecar(of: chosen, orientation: orientation)
        sidecar.values["ConversionSoftware"] = .text("tomos")
        sidecar.values["ConversionSoftwareVersion"] = .text(tomosVersion)
        try AtomicFile.write(try JSON.bytes(ChangedSidecar(sidecar, changes)), to: stem + ".json")
        guard volumeIndex == nil, let (bValues, directions) = volumes.diffusion else { return [stem + ".json"] }
        try AtomicFile.write(Array((Self.line(bValues) + "\n").utf8), to: stem + ".bval")
        guard let directions else { return [stem + ".json", stem + ".bval"] }
        let turned = directions.map { volumes.geometry.gradient($0, in: orientation) }
        let rows = (0..<3).map { axis in Self.line(turned.map { $0[axis] }) + "\n" }
        try AtomicFile.write(Array(rows.joined().utf8), to: stem + ".bvec")
        return [stem + ".json", stem + ".bval", stem + ".bvec"]
    }

    /// Numbers as FSL reads them, up to six decimals.
    static func line(_ numbers: [Double]) -> String {
        numbers.map { number in
            let rounded = (number * 1e6).rounded() / 1e6
            return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
        }.joined(separator: " ")
    }

    private static func output(
        _ studyCase: StudyCase, _ path: String?, _ geometry: Geometry, _ datatype: String?, volumes: Int,
        _ notices: [String]
    ) -> ConversionReport.Output {
        var output = refused(studyCase, nil)
        output.path = path
        output.shape = [geometry.shape.i, geometry.shape.j, geometry.shape.k]
        output.volumes = volumes
        let rows = [geometry.affine.rowX, geometry.affine.rowY, geometry.affine.rowZ]
        output.affine = rows.map { [$0.x, $0.y, $0.z, $0.w] }
        output.datatype = datatype
        output.notices = notices
        return output
    }

    /// The entry of an image that was not written.
    public static func refused(_ studyCase: StudyCase, _ error: String?) -> ConversionReport.Output {
        var output = ConversionReport.Output(source: studyCase.sourceDescription)
        if case .dicom(let series, _) = studyCase.source {
            (output.seriesInstanceUID, output.studyInstanceUID) = (series.seriesInstanceUID, series.studyInstanceUID)
            (output.modality, output.seriesNumber, output.part) = (series.modality, series.seriesNumber, series.part)
        }
        output.error = error
        return output
    }

    /// The fates of the files of one image, once it is known whether it could be read.
    public static func inputs(_ image: ConversionImage, error: String?) -> [ConversionReport.Input] {
        func entry(_ path: String, _ fate: String, _ reason: String?) -> ConversionReport.Input {
            ConversionReport.Input(path: path, fate: fate, reason: reason)
        }
        guard let series = image.series else {
            var one = entry(image.studyCase.sourceDescription, error == nil ? "used" : "error", error)
            if case .broken(_, _, let files) = image.studyCase.source { one.files = files }
            return [one]
        }
        let unreadable =
            series.unreadable.map { entry($0.path, "error", $0.reason) }
            + series.absent.map { entry($0.path, series.policies.takesIncomplete ? "ignored" : "error", $0.reason) }
        guard error == nil else { return series.files.map { entry($0, "error", error) } + unreadable }
        let copies = Dictionary(
            (image.volumes?.duplicates ?? []).map { ($0.path, $0.reason) }, uniquingKeysWith: { a, _ in a })
        return series.files.map { path in
            copies[path].map { entry(path, "ignored", $0) } ?? entry(path, "used", nil)
        } + unreadable
    }

    /// The fates of the files of an image that is left out for a reason that is no error.
    public static func leftOut(_ image: ConversionImage, _ reason: String) -> [ConversionReport.Input] {
        let files = image.series?.files ?? [image.studyCase.sourceDescription]
        return files.map { ConversionReport.Input(path: $0, fate: "ignored", reason: reason) }
    }
}
