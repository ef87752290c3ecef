import Platform
import Volumes

/// Takes varied patches from labelled volumes. Two thirds of them are taken around a voxel of a class that their volume
/// shows, all classes but the background alike, however rare; the rest lie anywhere.
public struct PatchSampler: Sendable {
    private let size: SIMD3<Int>
    private let spacing: SIMD3<Double>
    private let isFlat: Bool
    private let classes, channels, stride: Int
    private let augmentation: Augmentation

    /// How many patches are taken around a voxel of a class.
    private static let shareAroundClasses = 2.0 / 3

    /// - Parameters:
    ///   - size: voxels of a patch along z, y, x.
    ///   - spacing: their distance in mm along z, y, x.
    ///   - isFlat: whether the volumes have thick slices, which are taken whole, whatever their distance.
    ///   - classes: number of classes, with the background.
    ///   - channels: number of channels, with the image.
    ///   - stride: floats that a voxel of the input takes, at least one a channel.
    ///   - augmentation: how patches are varied.
    public init(
        size: SIMD3<Int>, spacing: SIMD3<Double>, isFlat: Bool, classes: Int, channels: Int, stride: Int,
        augmentation: Augmentation
    ) {
        precondition(size.min() > 0 && spacing.min() > 0, "patches of \(size) voxels of \(spacing) mm")
        precondition(channels > 0 && stride >= channels, "\(channels) channels in \(stride) floats")
        (self.size, self.spacing, self.isFlat, self.augmentation) = (size, spacing, isFlat, augmentation)
        (self.classes, self.channels, self.stride) = (classes, channels, stride)
    }

    /// Fills one patch from one of the volumes. The same generator gives the same patch.
    /// - Parameters:
    ///   - input: room for [z][y][x][stride]; channel n is at offset n, the rest becomes 0.
    ///   - labels: room for [z][y][x]; 0 outside the volume.
    ///   - volumes: at least one, with as many channels as the patches and no label beyond their classes.
    package func fill(
        _ input: UnsafeMutablePointer<Float>, _ labels: UnsafeMutablePointer<UInt8>, from volumes: [TrainingVolume],
        using random: inout SplitMix64
    ) {
        precondition(!volumes.isEmpty, "a patch of no volume")
        let volume = Self.drawn(from: volumes, using: &random)
        precondition(volume.channels.count == channels, "\(volume.channels.count) channels, not \(channels)")
        precondition((volume.shownClasses.last ?? 0) < classes, "a label beyond \(classes) classes")
        let centre = centre(in: volume, using: &random)
        let transform = PatchTransform(drawnFor: augmentation, isFlat: isFlat, using: &random)
        let grid = PatchGrid(
            transform, centre: centre, size: size, spacing: spacing, volumeSpacing: volume.spacing, isFlat: isFlat)
        let elastic = elastic(grid, using: &random)
        read(volume, grid, elastic, to: input, labels)
        changeIntensities(input, using: &random)
    }

    /// One of the volumes, each as often as its weight says.
    private static func drawn(from volumes: [TrainingVolume], using random: inout SplitMix64) -> TrainingVolume {
        // The draw of equal weights is that of always: networks of a seed stay the same.
        guard volumes.contains(where: { $0.weight != volumes[0].weight }) else {
            return volumes[random.below(volumes.count)]
        }
        var left = random.uniform(0...volumes.reduce(0) { $0 + $1.weight })
        return volumes.first {
            left -= $0.weight
            return left < 0
        } ?? volumes[volumes.count - 1]
    }

    /// Where a patch is centred, in voxels of the volume, such that an unchanged one lies on its voxels.
    private func centre(in volume: TrainingVolume, using random: inout SplitMix64) -> SIMD3<Double> {
        var target: SIMD3<Int>?
        if random.chance(Self.shareAroundClasses), !volume.shownClasses.isEmpty {
            let places = volume.places[volume.shownClasses[random.below(volume.shownClasses.count)]]
            target = volume.voxel(Int(places[random.below(places.count)]))
        }
        var centre = SIMD3<Double>(repeating: 0)
        for axis in 0..<3 {
            let extent = extent(along: axis, in: volume)
            let starts = Self.starts(extent: extent, length: volume.size[axis])
            var start: Int
            if let target {
                start = target[axis] - extent / 2 + random.whole(-(extent / 4)...extent / 4)
                start = min(max(start, starts.lowerBound), starts.upperBound)
            } else {
                start = random.whole(starts)
            }
            centre[axis] = Double(start) + Double(extent - 1) / 2
        }
        return centre
    }

    /// Voxels of the volume that an unchanged patch spans.
    private func extent(along axis: Int, in volume: TrainingVolume) -> Int {
        if isFlat && axis == 0 { return size[0] }
        return max(1, Int(known: (Double(size[axis]) * spacing[axis] / volume.spacing[axis]).rounded()))
    }

    /// Where a patch may begin: at most a quarter of it lies beyond the border; one larger than the volume is centred,
    /// give or take a quarter.
    private static func starts(extent: Int, length: Int) -> ClosedRange<Int> {
        let centred = (length - extent) / 2
        return min(0, centred) - extent / 4...max(length - extent, centred) + extent / 4
    }

    private func elastic(_ grid: PatchGrid, using random: inout SplitMix64) -> ElasticField? {
        guard random.chance(augmentation.elastic.probability) else { return nil }
        let side = (0..<3).filter { !(isFlat && $0 == 0) }.map { Double(size[$0]) * spacing[$0] }.max() ?? 1
        return ElasticField(
            size: size, spacing: spacing, deviation: augmentation.elastic.amount * side,
            cell: side / Double(max(augmentation.elasticCells, 1)), grid: grid, isFlat: isFlat, using: &random)
    }

    /// Reads all channels and the labels, row by row.
    private func read(
        _ volume: TrainingVolume, _ grid: PatchGrid, _ elastic: ElasticField?, to input: UnsafeMutablePointer<Float>,
        _ labels: UnsafeMutablePointer<UInt8>
    ) {
        input.update(repeating: 0, count: size[0] * size[1] * size[2] * stride)
        let (reading, row) = (VolumeReading(volume.size), size[2])
        let places = UnsafeMutablePointer<SIMD4<Float>>.allocate(capacity: row)
        let cells = UnsafeMutablePointer<VolumeReading.Cell>.allocate(capacity: row)
        defer {
            places.deallocate()
            cells.deallocate()
        }
        for z in 0..<size[0] {
            for y in 0..<size[1] {
                let at = (z * size[1] + y) * row
                grid.places(places, z: z, y: y, count: row)
                elastic?.add(to: places, z: z, y: y)
                reading.find(places, cells, count: row)
                for (n, channel) in volume.channels.enumerated() {
                    channel.withUnsafeBufferPointer {
                        guard let values = $0.baseAddress else { return }
                        reading.read(values, cells, count: row, to: input + at * stride + n, stride: stride)
                    }
                }
                volume.labels.withUnsafeBufferPointer {
                    guard let values = $0.baseAddress else { return }
                    reading.read(values, cells, count: row, to: labels + at)
                }
            }
        }
    }

    private func changeIntensities(_ input: UnsafeMutablePointer<Float>, using random: inout SplitMix64) {
        let count = size[0] * size[1] * size[2]
        let image = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { image.deallocate() }
        for n in 0..<count { image[n] = input[n * stride] }
        IntensityChanges(augmentation, size: size, isFlat: isFlat).apply(image, using: &random)
        for n in 0..<count { input[n * stride] = image[n] }
    }
}
