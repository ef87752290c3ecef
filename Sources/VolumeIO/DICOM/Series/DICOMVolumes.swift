import Volumes

/// A series sorted and checked, its voxels still to be decoded: one grid, and the images of one volume or more on it.
public struct DICOMVolumes: Sendable {
    /// The series.
    public private(set) var series: DICOMSeries
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
    /// Diffusion weighting of the volumes.
    let gradients: DICOMGradientTable
    /// When slices were acquired.
    let sliceTiming: DICOMSliceTiming
    /// How decoded slices come onto the grid, for each volume.
    private let regrids: [DICOMRegrid?]

    /// Largest array of voxels read, in bytes.
    static let limit: UInt64 = 16 << 30

    /// Sorts and checks a series. Throws `DICOMError` for what cannot be right; see `DICOM.readVolume`.
    init(_ series: DICOMSeries) throws {
        let name = series.seriesInstanceUID
        if let first = series.unreadable.first {
            throw DICOMError.undecodable(
                series: name, files: series.unreadable.count, first: first.path, reason: first.reason)
        }
        if let first = series.absent.first, !series.policies.takesIncomplete {
            throw DICOMError.absent(
                series: name, files: series.absent.count, first: first.path, reason: first.reason)
        }
        guard !series.images.isEmpty else { throw DICOMError.empty(series: name) }
        let unique = try DICOMDuplicates(series.images, series: name)
        try DICOMSliceStack.requireUniform(unique.images, name)
        try DICOMEvidence.requireConcatenations(unique.images, series: name)
        let split = try DICOMVolumeSplit(
            unique.images, series: name, allowsOnePosition: !series.policies.splitBy.isEmpty)
        let stacks = try split.volumes.map {
            try DICOMSliceStack($0, series: name, policies: series.policies)
        }
        let first = stacks[0]
        for (n, stack) in stacks.enumerated() where !stack.geometry.matches(first.geometry) {
            throw DICOMError.mixed(
                series: name, what: "grid", parts: ["volume 0 and volume \(n) do not lie on the same positions"])
        }
        self.series = series
        // What is found is kept by the series that was asked; the other way round they would keep each other.
        self.series.judgement = DICOMJudgement()
        (geometry, keys, duplicates) = (first.geometry, split.keys, unique.duplicates)
        volumes = stacks.map(\.images)
        regrids = stacks.map(\.regrid)
        let firsts = volumes.map { $0[0] }
        gradients = DICOMGradientTable(firsts, geometry)
        sliceTiming = DICOMSliceTiming(firsts)
        let evidence = try DICOMEvidence.judge(
            volumes, series: name, isPart: series.part != nil && firsts[0].variant == nil,
            isLenient: series.policies.gaps == .resample)
        var notices = DICOMSeriesIdentity.isStated(name) ? [] : [Self.unstatedSeries]
        if let first = series.absent.first {
            let files = "\(series.absent.count) file\(series.absent.count == 1 ? "" : "s")"
            let name = first.path.split(separator: "/").last ?? ""
            notices.append(
                "\(files) among the series' own could not be read, first \(name): \(first.reason); slices may be missing"
            )
        }
        notices += series.notices + first.notices + unique.notices + evidence
        notices += Set(volumes.joined().flatMap(\.notices)).sorted()
        if volumes.count > 1 {
            notices.append("\(volumes.count) volumes, told apart by \(keys.map(\.name).joined(separator: ", "))")
        }
        if let variant = firsts[0].variant { notices.append(variant.notice) }
        notices += Self.kinds(firsts) + gradients.notices + sliceTiming.notices
        self.notices = notices
        try checkSize()
    }

    private static let unstatedSeries =
        "the files state no SeriesInstanceUID: those of the folder with one series number are taken as a series"

    /// Volumes of different image types do not measure one thing in one unit.
    private static func kinds(_ firsts: [DICOMImageHeader]) -> [String] {
        var types: [String] = []
        for type in firsts.compactMap({ $0.keys[.imageType] }) where !types.contains(type) { types.append(type) }
        guard types.count > 1 else { return [] }
        return [
            "the volumes are of \(types.count) image types (\(types.prefix(4).joined(separator: ", "))) and may differ in "
                + "unit (--split-by ImageType makes an image of each)"
        ]
    }

    /// Volumes in the series.
    public var count: Int { volumes.count }

    /// Whether the grid is not that of the slices as acquired.
    var isResampled: Bool { regrids.contains { $0 != nil } }

    /// For each slice k the image it came from; an interpolated slice came from none and has an empty UID.
    public func origins(volume: Int) -> [SliceOrigin] {
        let images = volumes[volume]
        if let mosaic = images[0].mosaic {
            return Array(repeating: SliceOrigin(sopInstanceUID: images[0].sopInstance), count: mosaic.slices)
        }
        let origins = images.map { SliceOrigin(sopInstanceUID: $0.sopInstance, frame: $0.frame + 1) }
        guard let regrid = regrids[volume] else { return origins }
        return regrid.sources.map { $0.weight > 0 ? SliceOrigin(sopInstanceUID: "", frame: 0) : origins[$0.lower] }
    }

    /// The files that the voxels come from, each once.
    public var files: [String] {
        var seen = Set<String>()
        return volumes.joined().map(\.path).filter { seen.insert($0).inserted }
    }

    /// Whether the images are in colour: then `readColours` reads them, and nothing else does.
    public var isColour: Bool { volumes[0][0].isColour }

    /// Decodes one volume.
    public func read(volume: Int) throws -> Volume {
        try requireReadable(colour: false)
        let images = try images(of: volume)
        let (voxels, scaling, padding, valueNotices) = try DICOMVoxelReader(images, mosaic: images[0].mosaic).read()
        return Volume(
            geometry: geometry, voxels: regridded(voxels, [regrids[volume]], padding), scaling: scaling,
            modality: series.modality, padding: padding,
            origins: origins(volume: volume), notices: notices + valueNotices + displayNotices)
    }

    /// Decodes all volumes into one array, in one stored type and scaling, and says what was decided on the way.
    public func readAll() throws -> (VolumeSeries, notices: [String]) {
        try requireReadable(colour: false)
        let images = volumes.flatMap { $0 }
        let (voxels, scaling, padding, valueNotices) = try DICOMVoxelReader(images, mosaic: images[0].mosaic).read()
        let result = VolumeSeries(
            geometry: geometry, voxels: regridded(voxels, regrids, padding), count: count, scaling: scaling,
            interval: interval)
        return (result, notices + valueNotices + displayNotices)
    }

    /// Decodes one volume in colour: red, green and blue of each voxel of the grid, 8 bits each, i fastest.
    public func readColours(volume: Int) throws -> [UInt8] {
        let images = try images(of: volume)
        guard regrids[volume] == nil else {
            throw DICOMError.incomplete(
                series: series.seriesInstanceUID, reason: "slices in colour are not interpolated onto another grid")
        }
        return try images.flatMap { try DICOMPixels($0.path).rgb(frame: $0.frame) }
    }

    private func images(of volume: Int) throws -> [DICOMImageHeader] {
        guard volumes.indices.contains(volume) else {
            throw DICOMError.noSuchVolume(series: series.seriesInstanceUID, index: volume, count: count)
        }
        return volumes[volume]
    }

    /// Throws `DICOMError` for images in colour unless they are asked for.
    public func requireReadable(colour isAsked: Bool) throws {
        if isColour, !isAsked {
            throw DICOMError.colour(series: series.seriesInstanceUID, photometric: volumes[0][0].photometric)
        }
    }

    /// Brings decoded slices onto the grid. Where no slice reaches stands padding, else the smallest value there is.
    private func regridded(
        _ voxels: VoxelBuffer, _ regrids: [DICOMRegrid?], _ padding: ClosedRange<Double>?
    ) -> VoxelBuffer {
        let plans = regrids.compactMap { $0 }
        guard let first = plans.first, plans.count == regrids.count else { return voxels }
        let outside = padding?.lowerBound ?? voxels.minimum
        return first.apply(voxels, volumes: plans.count, outside: outside)
    }

    /// Seconds from volume to volume: the repetition time of a series over time.
    private var interval: Double? {
        let overTime: Set<DICOMSplitKey> = [
            .temporalPosition, .spinLabel, .frameReferenceTime, .acquisition, .acquisitionTime, .instance, .contentTime,
        ]
        // Series that were joined are a repetition time apart only by chance.
        guard count > 1, keys.allSatisfy(overTime.contains), Set(volumes.map { $0[0].series }).count == 1 else {
            return nil
        }
        // Every second one of the volumes that were acquired is two repetitions from the next.
        let positions = keys == [.temporalPosition] ? volumes.compactMap { $0[0].order[.temporalPosition] } : []
        let steps = Set(zip(positions, positions.dropFirst()).map { $1 - $0 })
        let step = steps.first.flatMap { steps.count == 1 && (1...1000).contains($0) ? $0 : nil } ?? 1
        return volumes[0][0].acquisition.repetitionTime.map { $0 / 1000 * step }
    }

    private var displayNotices: [String] {
        let isInverted = volumes.joined().contains { $0.photometric == "MONOCHROME1" }
        guard isInverted, !["CT", "MR", "PT"].contains(series.modality) else { return [] }
        return ["MONOCHROME1 (small values are shown bright): values are kept as stored, not inverted"]
    }

    private func checkSize() throws {
        let image = volumes[0][0]
        let imageBytes = UInt64(image.rows) * UInt64(image.columns) * UInt64(image.samples * image.format.bytes)
        guard imageBytes <= DICOMPixels.imageLimit else {
            throw DICOMError.tooLarge(
                what: "\(image.path): an image of \(image.columns)x\(image.rows)", bytes: imageBytes,
                limit: DICOMPixels.imageLimit)
        }
        // A voxel is kept in four bytes at most. Resampling may make more of them than the images have.
        let images = UInt64(volumes.reduce(0) { $0 + $1.count })
        let bytes =
            4
            * max(
                UInt64(image.rows) * UInt64(image.columns) * images, UInt64(geometry.shape.count) * UInt64(count))
        guard bytes <= Self.limit else {
            let what = count == 1 ? "a volume of \(geometry.shape)" : "\(count) volumes of \(geometry.shape)"
            throw DICOMError.tooLarge(
                what: "series \(series.seriesInstanceUID): \(what)", bytes: bytes, limit: Self.limit)
        }
    }
}
