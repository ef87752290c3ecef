import Volumes

/// Images in files, whatever the format: NIfTI, NRRD, MetaImage and MGH. What a file is, its content says. DICOM series are
/// read by `DICOM`.
public enum Images {
    /// Reads and judges the header alone. The voxels are only known to fit the file.
    public static func info(_ path: String) throws -> VolumeFileInfo { try stored(path)?.info ?? NIfTI.info(path) }

    /// Reads one 3-D volume; of several the given one (from 0), or the first with a notice.
    public static func readVolume(_ path: String, volumeIndex: Int? = nil) throws -> Volume {
        try stored(path)?.volume(path, index: volumeIndex) ?? NIfTI.readVolume(path, volumeIndex: volumeIndex)
    }

    /// Reads all volumes of a file of up to four dimensions.
    public static func readSeries(_ path: String) throws -> (series: VolumeSeries, notices: [String]) {
        guard let stored = try stored(path) else { return try NIfTI.readSeries(path) }
        return (try stored.series(), stored.info.notices)
    }

    /// The files that an image lies in: itself and, of a pair or a header that names its voxels, the other one. What cannot
    /// be told, of which reading it says why, is the file alone.
    public static func files(_ path: String) -> [String] {
        if let stored = try? stored(path) { return stored.content.path == path ? [path] : [path, stored.content.path] }
        guard let name = VolumeFileName(path), name.part != .whole else { return [path] }
        let header = (try? NIfTIPair.headerPath(for: path)) ?? path
        let image = (try? NIfTIPair.imagePath(for: path, header: header)) ?? path
        return Array(Set([path, header, image])).sorted()
    }

    /// The judged header of a file that is not NIfTI; nil for those that are, or are nothing that is read.
    private static func stored(_ path: String) throws -> StoredVolume? {
        switch VolumeFormat.of(path: path) {
        case .nrrd:
            let file = try NRRDFile(path)
            try file.requireOneValue(path)
            return file.stored
        case .metaImage: return try MetaImageHeader(path).stored()
        case .mgh: return try MGHHeader(path).stored()
        case .nifti, nil: return nil
        }
    }
}
