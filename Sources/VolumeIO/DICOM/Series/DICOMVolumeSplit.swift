import Volumes

/// Sorts images of one orientation into volumes: one when every position holds one image, else as many as every
/// position holds, told apart by the same attribute at all of them. What cannot be told apart is refused.
struct DICOMVolumeSplit {
    /// The images of each volume, by rising position along the slice normal.
    private(set) var volumes: [[DICOMImageHeader]] = []
    /// What the volumes differ in, in the order asked.
    private(set) var keys: [DICOMSplitKey] = []

    private let series: String
    private let images: [DICOMImageHeader]

    /// Largest difference between two positions that are the same place, mm.
    static let samePlace = 1e-3

    /// Sorts `images`, which must not be empty nor hold duplicates.
    /// - Parameter allowsOnePosition: Whether images that all lie at one position are volumes of one slice.
    init(_ images: [DICOMImageHeader], series: String, allowsOnePosition: Bool) throws {
        (self.images, self.series) = (images, series)
        let positions = Self.positions(DICOMTimeline.ordered(images))
        let counts = positions.map(\.count)
        guard let most = counts.max(), let fewest = counts.min() else { throw DICOMError.empty(series: series) }
        let first = positions.first { $0.count == most } ?? []
        if most == 1 {
            volumes = [positions.map { $0[0] }]
            return
        }
        let differing = Self.differences(first)
        func refuse(_ reason: String) -> DICOMError {
            .repeatedPositions(
                series: series, images: images.count, repeated: counts.filter { $0 > 1 }.count, positions: counts.count,
                reason: reason)
        }
        if first.contains(where: { ($0.position - first[0].position).length > 10 * Self.samePlace }) {
            let remedy = images.areOfOneFile ? "export each part as a file" : "put each part into a folder"
            throw refuse("differing in place within the plane (\(remedy) of its own)")
        }
        guard most == fewest else {
            throw refuse(
                "others hold fewer (\(fewest) to \(most)): a volume is incomplete or images repeat, "
                    + (differing.isEmpty ? "differing in nothing but their pixels" : "differing in \(differing)")
                    + " (export the series again, complete)")
        }
        if positions.count == 1, images[0].mosaic == nil, !allowsOnePosition {
            throw refuse(
                "differing in \(differing.isEmpty ? "nothing but their pixels" : differing): images of one place are no "
                    + "volume (--split-by makes an image of each)")
        }
        try sort(positions) { refuse($0) }
    }

    /// Images grouped by place along the normal, ordered by it; within a place as they came.
    static func positions(_ images: [DICOMImageHeader]) -> [[DICOMImageHeader]] {
        guard let normal = images.first?.normal else { return [] }
        let sorted = images.enumerated().map { (depth: $1.position.dot(normal), place: $0, image: $1) }
            .sorted { ($0.depth, $0.place) < ($1.depth, $1.place) }
        var groups: [[DICOMImageHeader]] = []
        var start = -Double.infinity
        for entry in sorted {
            if entry.depth - start <= samePlace {
                groups[groups.count - 1].append(entry.image)
            } else {
                groups.append([entry.image])
                start = entry.depth
            }
        }
        return groups
    }

    /// What tells images apart, with its values where they are numbers.
    private static func differences(_ images: [DICOMImageHeader]) -> String {
        let found = (DICOMSplitKey.exact + [.triggerTime, .frameReferenceTime]).compactMap { key -> String? in
            var values: [String] = []
            for image in images where !values.contains(image.keys[key] ?? "") { values.append(image.keys[key] ?? "") }
            guard values.count > 1 else { return nil }
            let numeric = values.allSatisfy { Double($0) != nil }
            let shown = values.prefix(4).joined(separator: ", ") + (values.count > 4 ? ", ..." : "")
            return numeric ? "\(key.name) (\(shown))" : key.name
        }
        // Times and numbers count up with everything else: named only when nothing better tells.
        if !found.isEmpty { return found.joined(separator: ", ") }
        let weak: [DICOMSplitKey] = [.acquisitionTime, .contentTime, .instance]
        return weak.filter { key in Set(images.map { $0.keys[key] ?? "" }).count > 1 }.map(\.name)
            .joined(separator: ", ")
    }
}

extension DICOMVolumeSplit {
    // MARK: Telling volumes apart

    private mutating func sort(
        _ positions: [[DICOMImageHeader]], _ refuse: (String) -> DICOMError
    ) throws {
        let count = positions[0].count
        var labels = positions.map { $0.map { _ in [String]() } }
        for key in DICOMSplitKey.exact where Set(labels[0]).count < count {
            let values = positions.map { $0.map { $0.keys[key] ?? "" } }
            guard values.contains(where: { Set($0).count > 1 }) else { continue }
            let expected = values[0].sorted()
            guard values.allSatisfy({ $0.sorted() == expected }) else {
                // These never change from slice to slice of one volume.
                if [.imageType, .echoTime, .bValue, .temporalPosition].contains(key) {
                    throw refuse(
                        "and their values of \(key.name) do not part them into whole volumes "
                            + "(--split-by \(key.rawValue) makes an image of each)")
                }
                continue
            }
            let finer = zip(labels, values).map { zip($0, $1).map { $0 + [$1] } }
            let sets = finer.map { $0.map { $0.joined(separator: "|") }.sorted() }
            guard Set(finer[0]).count > Set(labels[0]).count, sets.allSatisfy({ $0 == sets[0] }) else { continue }
            labels = finer
            keys.append(key)
        }
        if Set(labels[0]).count < count {
            guard let (key, ranks) = rank(positions, labels) else {
                throw refuse(
                    "differing in nothing that orders them (export the series again with instance numbers that count "
                        + "volume by volume, or put each volume into a folder of its own)")
            }
            keys.append(key)
            labels = zip(labels, ranks).map { zip($0, $1).map { $0 + ["\($1)"] } }
        }
        let names = labels[0].sorted { $0.joined(separator: "|") < $1.joined(separator: "|") }
        volumes = names.map { name in
            zip(positions, labels).compactMap { images, labels in labels.firstIndex(of: name).map { images[$0] } }
        }
        guard volumes.allSatisfy({ $0.count == positions.count }) else {
            throw refuse("differing in nothing that parts them into whole volumes")
        }
        order()
    }

    /// The order in time of images with equal labels at each position, by the first key that orders them everywhere.
    private func rank(
        _ positions: [[DICOMImageHeader]], _ labels: [[[String]]]
    ) -> (DICOMSplitKey, [[Int]])? {
        for key in DICOMSplitKey.ranked {
            let values = positions.map { images in images.map { $0.order[key] ?? .nan } }
            guard values.allSatisfy({ $0.allSatisfy { !$0.isNaN } }) else { continue }
            let ranks = zip(values, labels).map { values, labels in
                values.indices.map { n in
                    values.indices.filter { labels[$0] == labels[n] && values[$0] < values[n] }.count
                }
            }
            let names = zip(labels, ranks).map { labels, ranks in zip(labels, ranks).map { $0 + ["\($1)"] } }
            guard names.allSatisfy({ Set($0).count == $0.count }) else { continue }
            if key == .instance, !Self.isRegular(values, labels) { continue }
            return (key, ranks)
        }
        return nil
    }

    /// Whether the numbers of images with equal labels count through one volume after the other, or through one position
    /// after the other. Numbers that do neither say nothing about volumes.
    private static func isRegular(_ values: [[Double]], _ labels: [[[String]]]) -> Bool {
        func parted(_ groups: [[Double]]) -> Bool {
            let spans = groups.compactMap { group in group.min().map { (low: $0, high: group.max() ?? $0) } }
                .sorted { $0.low < $1.low }
            return zip(spans, spans.dropFirst()).allSatisfy { $0.high < $1.low }
        }
        return Set(labels[0]).allSatisfy { kind in
            let numbers = zip(values, labels).map { values, labels in
                zip(values, labels).filter { $0.1 == kind }.map(\.0).sorted()
            }
            if parted(numbers) { return true }
            // By volume, the numbers of its positions; scans of one kind are numbered along the positions in one way.
            let volumes = numbers[0].indices.map { rank in numbers.map { $0[rank] } }
            let orders = Set(volumes.map { numbers in numbers.indices.sorted { numbers[$0] < numbers[$1] } })
            return orders.count == 1 && parted(volumes)
        }
    }

    /// Puts the volumes into the order of image type, echo, time and acquisition as far as these part them, and of
    /// acquisition otherwise.
    private mutating func order() {
        var firsts: [[String]: Double] = [:]
        if keys.contains(.imageType) {
            for image in volumes.joined() {
                firsts[image.imageType] = min(firsts[image.imageType] ?? .infinity, image.instanceOrder)
            }
        }
        func place(_ volume: [DICOMImageHeader]) -> [Double] {
            guard let image = volume.first else { return [] }
            let byType = firsts[image.imageType] ?? 0
            let inTime: [DICOMSplitKey] = [
                .echoTime, .temporalPosition, .triggerTime, .frameReferenceTime, .acquisition, .acquisitionTime,
                .contentTime,
            ]
            let numbers = inTime.map { keys.contains($0) ? image.order[$0] ?? 0 : 0 }
            return [byType] + numbers + [volume.map { $0.instanceOrder }.min() ?? 0]
        }
        volumes = volumes.map { (place($0), $0) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }
}

extension [DICOMImageHeader] {
    /// Whether all are frames of one file, which nobody can part into folders.
    var areOfOneFile: Bool { count > 1 && allSatisfy { $0.path == self[0].path } }
}

extension DICOMImageFields {
    /// The place of the image among those of its series as they were numbered.
    var instanceOrder: Double { Double(acquisition.instanceNumber ?? 0) * 1e6 + Double(frame) }
}
