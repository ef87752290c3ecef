import Volumes

/// One labelled volume on the working grid, ready to take patches from. Arrays are [z][y][x], x fastest.
public struct TrainingVolume: Sendable {
    /// Voxels along z, y, x.
    public let size: SIMD3<Int>
    /// Distance of voxels along z, y, x in mm.
    public let spacing: SIMD3<Double>
    /// Channel 0 is the image, normalised to mean 0 and deviation 1. The others are probabilities, 0 to 1, that move
    /// with the image; no change of intensity touches them.
    public let channels: [[Float]]
    /// Indices of classes; 0 is the background.
    public let labels: [UInt8]
    /// How often patches are taken from it, beside the other volumes.
    public let weight: Double
    /// For each class but the background, places of its voxels in `labels`: all, or evenly taken ones of a large class.
    let places: [[UInt32]]
    /// Classes that the volume shows, in ascending order, without the background.
    let shownClasses: [Int]

    /// More places of one class than these say nothing new, and cost as much memory as an image.
    static let mostPlaces = 1 << 18

    /// `size` and `spacing` along z, y, x; spacing in mm. All arrays hold one value a voxel; at least one channel.
    public init(
        size: SIMD3<Int>, spacing: SIMD3<Double>, channels: [[Float]], labels: [UInt8], weight: Double = 1
    ) {
        let count = size[0] * size[1] * size[2]
        precondition(count > 0 && count <= Int32.max, "a volume of \(size) voxels")
        precondition(spacing.min() > 0 && spacing.max() < .infinity, "a spacing of \(spacing) mm")
        precondition(labels.count == count, "\(labels.count) labels for \(size) voxels")
        precondition(!channels.isEmpty && channels.allSatisfy { $0.count == count }, "channels of \(size) voxels")
        precondition(weight > 0 && weight < .infinity, "a weight of \(weight)")
        (self.size, self.spacing, self.channels, self.labels) = (size, spacing, channels, labels)
        self.weight = weight
        let places = Self.places(labels)
        self.places = places
        shownClasses = places.indices.filter { !places[$0].isEmpty }
    }

    /// Bytes of a volume of so many voxels, of one channel and so many classes, at most.
    public static func bytes(voxels: Int, classes: Int) -> Int {
        voxels * (MemoryLayout<Float>.stride + 1)
            + min(voxels, (classes - 1) * mostPlaces) * MemoryLayout<UInt32>.stride
    }

    private static func places(_ labels: [UInt8]) -> [[UInt32]] {
        var counts = [Int](repeating: 0, count: 256)
        for label in labels { counts[Int(label)] += 1 }
        counts[0] = 0
        let steps = counts.map { ($0 + mostPlaces - 1) / mostPlaces }
        var (waiting, places) = ([Int](repeating: 0, count: 256), [[UInt32]](repeating: [], count: 256))
        for (n, label) in labels.enumerated() where label != 0 {
            let label = Int(label)
            if waiting[label] == 0 {
                places[label].append(UInt32(n))
                waiting[label] = steps[label]
            }
            waiting[label] -= 1
        }
        return places
    }

    /// A place in `labels` as a voxel along z, y, x.
    func voxel(_ place: Int) -> SIMD3<Int> {
        SIMD3(place / (size[1] * size[2]), place / size[2] % size[1], place % size[2])
    }
}
