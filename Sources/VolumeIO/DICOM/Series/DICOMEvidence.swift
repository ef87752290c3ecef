import Volumes

/// What the headers say of images that geometry cannot miss: slices at the ends, volumes that share a place, parts of
/// an instance.
enum DICOMEvidence {
    /// Refuses volumes that the headers contradict; hands back what they leave in doubt.
    /// - Parameters:
    ///   - isPart: Whether the volumes are a part of the series whose images the headers count.
    ///   - isLenient: Whether slices missing at an end are told instead of refused.
    static func judge(
        _ volumes: [[DICOMImageHeader]], series: String, isPart: Bool, isLenient: Bool
    ) throws -> [String] {
        let counts = isPart ? [] : temporal(volumes) + numbering(volumes)
        guard let first = volumes.first, first.count > 1 else { return isPart ? [] : temporal(volumes) }
        for volume in volumes {
            try requireOneKind(volume, series)
            try requireNoInterleaving(volume, series)
            if !isLenient { try requireNoRegularGaps(volume, series) }
        }
        return try stated(volumes, series, isPart, isLenient) + slices(volumes, series, isLenient) + counts
    }

    /// Every part of an instance that was written in several files must be there. (PS3.3 C.7.6.16.2.2.4)
    static func requireConcatenations(_ images: [DICOMImageHeader], series: String) throws {
        let parts = Set(images.compactMap(\.acquisition.concatenation))
        for (_, parts) in Dictionary(grouping: parts, by: \.uid).sorted(by: { $0.key < $1.key }) {
            let numbers = Set(parts.map(\.number))
            let total = parts.compactMap(\.total).max() ?? numbers.max() ?? 0
            // A count is of 16 bits; a larger one is damage, of which some parts are missing anyway.
            let missing = (1...max(1, min(total, 1 << 16))).filter { !numbers.contains($0) }
            guard missing.isEmpty else {
                let list = missing.prefix(4).map { "\($0)" }.joined(separator: ", ")
                throw DICOMError.incomplete(
                    series: series, reason: "part \(list) of \(total) of a concatenation is missing")
            }
        }
    }

    /// One volume has one echo, one point in time, one b-value.
    private static func requireOneKind(_ volume: [DICOMImageHeader], _ series: String) throws {
        for key in [DICOMSplitKey.echoTime, .temporalPosition, .bValue] {
            let groups = Dictionary(grouping: volume) { $0.keys[key] ?? "none" }
            guard groups.count > 1 else { continue }
            let parts = groups.sorted { $0.key < $1.key }.prefix(4).map { "\($0.key) in \($0.value.count) images" }
            throw mixed(volume, key, parts, series)
        }
    }

    /// Two scans whose slices lie between each other's look like one of half the spacing.
    private static func requireNoInterleaving(_ volume: [DICOMImageHeader], _ series: String) throws {
        let spacing = (volume[1].position - volume[0].position).dot(volume[0].normal)
        for key in [DICOMSplitKey.imageType, .acquisition] {
            let values = volume.map { $0.keys[key] ?? "" }
            let kinds = Set(values).count
            let runs = 1 + zip(values, values.dropFirst()).filter { $0 != $1 }.count
            guard kinds > 1, kinds * 2 <= values.count, runs > kinds else { continue }
            // Slices that are interleaved on purpose still lie side by side.
            let stated = volume[0].spacingBetweenSlices.map(abs) ?? volume[0].sliceThickness ?? 0
            guard stated > 1.5 * spacing || key == .imageType else { continue }
            throw mixed(volume, key, ["\(kinds) scans whose slices lie between each other's"], series)
        }
    }

    private static func mixed(
        _ volume: [DICOMImageHeader], _ key: DICOMSplitKey, _ parts: [String], _ series: String
    ) -> DICOMError {
        if volume.areOfOneFile {
            return .mixed(
                series: series, what: key.name, parts: parts,
                remedy: "--split-by \(key.rawValue) makes an image of each")
        }
        return .mixed(series: series, what: "\(key.name) (--split-by \(key.rawValue))", parts: parts)
    }

    /// Every second slice missing leaves an even spacing, of which the headers and the numbers know better.
    private static func requireNoRegularGaps(_ volume: [DICOMImageHeader], _ series: String) throws {
        let spacing = (volume[1].position - volume[0].position).dot(volume[0].normal)
        guard let stated = volume[0].spacingBetweenSlices.map(abs), stated > 0 else { return }
        let steps = (spacing / stated).rounded()
        guard steps >= 2, steps < 1000, abs(spacing - steps * stated) <= 0.05 * stated else { return }
        let numbers = volume.compactMap(\.acquisition.instanceNumber)
        let isSkipping = zip(numbers, numbers.dropFirst()).allSatisfy { abs($1 - $0) == Int(known: steps) }
        guard numbers.count == volume.count, isSkipping else { return }
        throw DICOMError.missingSlices(
            series: series, slice: 2, distance: spacing, expected: stated,
            missing: (volume.count - 1) * (Int(known: steps) - 1)
        )
    }

    /// ImagesInAcquisition counts the images of a volume (GE), or of all. A few less are missing slices; many less are
    /// a part taken on purpose, or an acquisition that made several series.
    private static func stated(
        _ volumes: [[DICOMImageHeader]], _ series: String, _ isPart: Bool, _ isLenient: Bool
    ) throws -> [String] {
        let (slices, images) = (volumes[0].count, volumes.reduce(0) { $0 + $1.count })
        let numbers = Set(volumes.joined().map { $0.acquisition.imagesInAcquisition })
        let acquisitions = Set(volumes.joined().map { $0.acquisition.acquisitionNumber })
        guard numbers.count == 1, let stated = numbers.first ?? nil, acquisitions.count == 1, stated > slices,
            stated != images
        else { return [] }
        // A whole multiple may be several series of one acquisition (magnitude and phase), or every second slice lost.
        if stated % slices == 0 {
            if isPart, volumes[0][0].variant == nil { return [] }
            let here = volumes.count == 1 ? "\(slices) slices are" : "\(images) images are"
            return ["\(here) here, ImagesInAcquisition says \(stated): the others may be other series, or missing"]
        }
        return try missing(volumes, of: stated, by: "ImagesInAcquisition", series, isLenient)
    }

    /// NumberOfSlices counts the slices of each volume of a PET series. (PS3.3 C.8.9.1, 0054,0081)
    private static func slices(
        _ volumes: [[DICOMImageHeader]], _ series: String, _ isLenient: Bool
    ) throws -> [String] {
        let numbers = Set(volumes.joined().map { $0.acquisition.slices })
        guard numbers.count == 1, let stated = numbers.first ?? nil, stated > volumes[0].count else { return [] }
        return try missing(volumes, of: stated, by: "NumberOfSlices", series, isLenient)
    }

    private static func missing(
        _ volumes: [[DICOMImageHeader]], of stated: Int, by name: String, _ series: String, _ isLenient: Bool
    ) throws -> [String] {
        let slices = volumes[0].count
        let text = "\(slices) slices are here, \(name) says \(stated)"
        if !isLenient, volumes.count == 1, volumes[0][0].acquisition.frames == 1, stated - slices <= stated / 2 {
            throw DICOMError.incomplete(series: series, reason: "\(text): slices at an end are missing")
        }
        return ["\(text): slices at an end may be missing"]
    }

    private static func temporal(_ volumes: [[DICOMImageHeader]]) -> [String] {
        // What is counted is the whole series, of which a variant is a part.
        guard volumes[0][0].variant == nil else { return [] }
        let acquisition = volumes[0][0].acquisition
        let counts = [
            ("NumberOfTemporalPositions", acquisition.temporalPositions),
            ("NumberOfTimeSlices", acquisition.timeSlices),
        ]
        let here = "\(volumes.count) \(volumes.count == 1 ? "volume is" : "volumes are") here"
        return counts.compactMap { name, stated in
            stated.flatMap { $0 > volumes.count ? "\(here), \(name) says \($0)" : nil }
        }
    }

    /// Instance numbers that begin after 1 or skip some are a hint at most.
    private static func numbering(_ volumes: [[DICOMImageHeader]]) -> [String] {
        let numbers = volumes.joined().compactMap(\.acquisition.instanceNumber).sorted()
        guard volumes.count == 1, volumes[0][0].acquisition.frames == 1, volumes[0][0].variant == nil,
            numbers.count == volumes[0].count,
            Set(numbers).count == numbers.count, let low = numbers.first, let high = numbers.last,
            low > 1 || high - low + 1 > numbers.count
        else { return [] }
        return [
            "the instance numbers run from \(low) to \(high) with \(numbers.count) images: a slice missing at an end "
                + "cannot be seen in the positions"
        ]
    }
}
