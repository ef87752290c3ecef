import Volumes

/// A series sorted and checked, its voxels still to be decoded: one grid, and the images of one volume or more on it.
public struct DICOMVolumes: Sendable {
    /// The series.
    public let series: DICOMSeries
    /// The grid of each volume, RAS.
    public let geometry: Geometry
    /// What tells the volumes apart; empty for one volume.
    public let keys: [DICOMSplitKey]
    /// Files that repeat another image of the series, bit for bit, and are left out.
    public let duplicates: [DICOMFileFate]
    /// What a person should know. It names no patient.
    public let notices: [String]
    /// Images of each volume in the order of the slices (one, for a mosaic).
    let volumes: [[DICOMImageHeader]]

    /// Largest array of voxels read, in bytes.
    static let limit: UInt64 = 16 << 30

    /// Sorts and checks a series. Throws `DICOMError` for what cannot be right; see `DICOM.readVolume`.
    init(_ series: DICOMSeries) throws {
        let name = series.seriesInstanceUID
        if let first = series.unreadable.first {
            throw DICOMError.undecodable(
                series: name, files: series.unreadable.count, first: first.path, reason: first.reason)
        }
        guard !series.images.isEmpty else { throw DICOMError.empty(series: name) }
        let unique = try DICOMDuplicates(series.images, series: name)
        try DICOMSliceStack.requireUniform(unique.images, name)
        try DICOMEvidence.requireConcatenations(unique.images, series: name)
        let split = try DICOMVolumeSplit(
            unique.images, series: name, allowsOnePosition: !series.policies.splitBy.isEmpty)
        let stacks = try split.volumes.map { try DICOMSliceStack($0, series: name) }
        let first = stacks[0]
        for (n, stack) in stacks.enumerated() where !stack.geometry.matches(first.geometry) {
            throw DICOMError.mixed(
                series: name, what: "grid", parts: ["volume 0 and volume \(n) do not lie on the same positions"])
        }
        self.series = series
        (geometry, keys, duplicates) = (first.geometry, split.keys, unique.duplicates)
        volumes = stacks.map(\.images)
        let evidence = try DICOMEvidence.judge(volumes, series: name)
        var notices = first.notices + unique.notices + evidence
        if volumes.count > 1 {
            notices.append("\(volumes.count) volumes, told apart by \(keys.map(\.name).joined(separator: ", "))")
        }
        self.notices = notices
        try checkSize()
    }

    /// Volumes in the series.
    public var count: Int { volumes.count }

    /// For each slice k the image it came from.
    public func origins(volume: Int) -> [SliceOrigin] {
        let images = volumes[volume]
        if let mosaic = images[0].mosaic {
            return Array(repeating: SliceOrigin(sopInstanceUID: images[0].sopInstance), count: mosaic.slices)
        }
        return images.map { SliceOrigin(sopInstanceUID: $0.sopInstance, frame: $0.frame + 1) }
    }

    /// Decodes one volume.
    public func read(volume: Int) throws -> Volume {
        guard volumes.indices.contains(volume) else {
            throw DICOMError.noSuchVolume(series: series.seriesInstanceUID, index: volume, count: count)
        }
        let images = volumes[volume]
        let (voxels, scaling, padding, valueNotices) = try DICOMVoxelReader(images, mosaic: images[0].mosaic).read()
        return Volume(
            geometry: geometry, voxels: voxels, scaling: scaling, modality: series.modality, padding: padding,
            origins: origins(volume: volume), notices: notices + valueNotices + displayNotices)
    }

    /// Decodes all volumes into one array, in one stored type and scaling, and says what was decided on the way.
    public func readAll() throws -> (VolumeSeries, notices: [String]) {
        let images = volumes.flatMap { $0 }
        let (voxels, scaling, _, valueNotices) = try DICOMVoxelReader(images, mosaic: images[0].mosaic).read()
        let result = VolumeSeries(
            geometry: geometry, voxels: voxels, count: count, scaling: scaling, interval: interval)
        return (result, notices + valueNotices + displayNotices)
    }

    /// Seconds from volume to volume: the repetition time of a series over time.
    private var interval: Double? {
        let overTime: Set<DICOMSplitKey> = [.temporalPosition, .acquisition, .acquisitionTime, .instance, .contentTime]
        guard count > 1, keys.allSatisfy(overTime.contains) else { return nil }
        return volumes[0][0].acquisition.repetitionTime.map { $0 / 1000 }
    }

    private var displayNotices: [String] {
        let isInverted = volumes.joined().contains { $0.photometric == "MONOCHROME1" }
        guard isInverted, !["CT", "MR", "PT"].contains(series.modality) else { return [] }
        return ["MONOCHROME1 (small values are shown bright): values are kept as stored, not inverted"]
    }

    private func checkSize() throws {
        let image = volumes[0][0]
        let imageBytes = UInt64(image.rows) * UInt64(image.columns) * UInt64(image.format.bytes)
        guard imageBytes <= DICOMPixels.imageLimit else {
            throw DICOMError.tooLarge(
                what: "\(image.path): an image of \(image.columns)x\(image.rows)", bytes: imageBytes,
                limit: DICOMPixels.imageLimit)
        }
        // A voxel is kept in four bytes at most.
        let images = UInt64(volumes.reduce(0) { $0 + $1.count })
        let bytes = UInt64(image.rows) * UInt64(image.columns) * 4 * images
        guard bytes <= Self.limit else {
            let what = count == 1 ? "a volume of \(geometry.shape)" : "\(count) volumes of \(geometry.shape)"
            throw DICOMError.tooLarge(
                what: "series \(series.seriesInstanceUID): \(what)", bytes: bytes, limit: Self.limit)
        }
    }
}
