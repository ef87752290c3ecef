import CNifti2
import Platform
import Volumes

/// NIfTI-1 and -2 files.
///
/// A header is judged here, byte by byte, before anything is believed. Errors are `VolumeFileError` and, when writing,
/// `AtomicFileError`.
public enum NIfTI {
    /// Reads and judges the header alone. The voxels are only known to fit the file.
    public static func info(_ path: String) throws -> VolumeFileInfo {
        let source = try NIfTISource(path)
        return VolumeFileInfo(
            format: .nifti, version: source.header.layout.version, dimensions: source.header.dimensions,
            datatype: source.header.datatype.name, bytesPerVoxel: source.header.datatype.width,
            geometry: source.geometry, scaling: source.header.scaling, notices: source.notices)
    }

    /// Reads one 3-D volume; of a 4-D file the given index (from 0; further dimensions count on), or 0 with a notice.
    /// Axes that a 1-D or 2-D file lacks are one voxel long.
    public static func readVolume(_ path: String, volumeIndex: Int? = nil) throws -> Volume {
        let source = try NIfTISource(path)
        let (count, index) = (source.header.volumeCount, volumeIndex ?? 0)
        guard (0..<count).contains(index) else {
            throw VolumeFileError.noSuchVolume(path: path, index: index, count: count)
        }
        var notices = source.notices
        if volumeIndex == nil, count > 1 {
            notices.append(StoredVolume.firstOfSeveral(count))
        }
        return Volume(
            geometry: source.geometry, voxels: try source.voxels(volume: index), scaling: source.header.scaling,
            notices: notices)
    }

    /// Reads all volumes of a file of up to four dimensions.
    public static func readSeries(_ path: String) throws -> (series: VolumeSeries, notices: [String]) {
        let source = try NIfTISource(path)
        let count = source.header.volumeCount
        guard source.header.dimensions.count <= 4 || count == source.header.dimensions[3] else {
            throw VolumeFileError.unsupportedFormat(
                path: path, format: "an image of \(source.header.dimensions.count) dimensions as a whole",
                wayOut: "choose one volume with --volume-index")
        }
        let series = VolumeSeries(
            geometry: source.geometry, voxels: try source.voxels(volumes: 0..<count), count: count,
            scaling: source.header.scaling, interval: source.header.interval)
        return (series, source.notices)
    }

    /// Reads a label map of any stored type; refuses several volumes and values that are no label ids (whole numbers
    /// from
    /// 0 to 65535).
    public static func readLabels(_ path: String) throws -> LabelVolume {
        let source = try NIfTISource(path)
        guard source.header.volumeCount == 1 else {
            throw VolumeFileError.severalLabelVolumes(path: path, count: source.header.volumeCount)
        }
        let voxels = try source.voxels(volume: 0)
        let labels = try LabelIDs.of(
            voxels, source.header.scaling, path: path, shape: source.geometry.shape)
        return LabelVolume(geometry: source.geometry, voxels: labels)
    }

    /// Writes a volume with its stored type and scaling, whole or not at all. `.nii.gz` compresses, `.nii` does not;
    /// other names are refused. Header geometry that was read from a NIfTI file goes back bit for bit.
    public static func write(_ volume: Volume, to path: String) throws {
        let encoder = NIfTIEncoder(
            geometry: volume.geometry, datatype: volume.voxels.type, scaling: volume.scaling)
        try volume.voxels.withBytes { try encoder.write($0, to: path) }
    }

    /// Writes volumes on one grid as a 4-D file, whole or not at all; one volume as a 3-D file. Names as for volumes.
    /// - Parameter compression: libdeflate's level, 1 (fastest) to 9 (smallest); nil takes the usual one.
    public static func write(_ series: VolumeSeries, to path: String, compression: Int? = nil) throws {
        var encoder = NIfTIEncoder(
            geometry: series.geometry, datatype: series.voxels.type, scaling: series.scaling,
            volumes: series.count, interval: series.interval)
        encoder.compression = compression
        try series.voxels.withBytes { try encoder.write($0, to: path) }
    }

    /// Writes a label map, uint8 or uint16 above 255, with the source's geometry fields bit for bit, whole or not at
    /// all.
    /// Names as for volumes.
    public static func write(_ labels: LabelVolume, to path: String) throws {
        let isNarrow = labels.voxels.allSatisfy { $0 <= UInt8.max }
        let encoder = NIfTIEncoder(
            geometry: labels.geometry, datatype: isNarrow ? .uint8 : .uint16, intentCode: NIFTI_INTENT_LABEL)
        if isNarrow {
            let narrow = labels.voxels.map { UInt8(truncatingIfNeeded: $0) }
            try narrow.withUnsafeBytes { try encoder.write($0, to: path) }
        } else {
            try labels.voxels.withUnsafeBytes { try encoder.write($0, to: path) }
        }
    }
}
