import Preparation
import Volumes

/// What a volume looks like from afar, whatever its grid: a thumbnail along the body's axes, and how its values are spread.
struct VolumeLook: Sendable {
    /// [S][R][A], ``side`` samples along each, with mean 0 and length 1; all 0 where the volume shows one value only.
    let thumbnail: [Float]
    /// Shares of the voxels by windowed value, from 0 to 1 in ``bins`` bins.
    let spread: [Double]

    static let side = 8, bins = 32

    init(_ volume: Volume, scale: IntensityScale) {
        let small = ReducedVolume(volume, scale: scale, size: SIMD3(repeating: Self.side))
        self.init(thumbnail: small.values, spread: Self.spread(of: volume, scale))
    }

    init(thumbnail: [Float], spread: [Double]) {
        self.thumbnail = Self.normalized(thumbnail)
        self.spread = spread
    }

    private static func spread(of volume: Volume, _ scale: IntensityScale) -> [Double] {
        let layout = SliceLayout(volume.geometry, plane: .native)
        var counts = [Int](repeating: 0, count: bins)
        for index in 0..<layout.slices {
            for value in volume.slice(index, in: layout, scale: scale).values {
                counts[min(Int(known: value * Float(bins)), bins - 1)] += 1
            }
        }
        return counts.map { Double($0) / Double(max(volume.geometry.shape.count, 1)) }
    }

    private static func normalized(_ values: [Float]) -> [Float] {
        let mean = values.reduce(0, +) / Float(max(values.count, 1))
        let apart = values.map { $0 - mean }
        let length = apart.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 1e-6 ? apart.map { $0 / length } : apart.map { _ in 0 }
    }

    /// The thumbnail of the volume mirrored along some of the axes S, R, A.
    func mirrored(_ mirror: MirrorImage) -> [Float] {
        let last = Self.side - 1
        return (0..<Self.side * Self.side * Self.side).map { n in
            var place = SIMD3(n / (Self.side * Self.side), n / Self.side % Self.side, n % Self.side)
            if mirror.contains(.superior) { place.x = last - place.x }
            if mirror.contains(.right) { place.y = last - place.y }
            if mirror.contains(.anterior) { place.z = last - place.z }
            return thumbnail[(place.x * Self.side + place.y) * Self.side + place.z]
        }
    }

    /// Correlation with the mean of some volumes, plus that with the one of them that is most like it: -2 to 2.
    static func likeness(_ thumbnail: [Float], to others: [VolumeLook]) -> Double {
        func correlation(_ other: [Float]) -> Double { Double(zip(thumbnail, other).reduce(0) { $0 + $1.0 * $1.1 }) }
        var sum = [Float](repeating: 0, count: thumbnail.count)
        for other in others {
            for n in sum.indices { sum[n] += other.thumbnail[n] }
        }
        return correlation(normalized(sum)) + (others.map { correlation($0.thumbnail) }.max() ?? 0)
    }

    /// Hellinger's distance between the spreads of values, 0 to 1, to the nearest of some volumes.
    func distance(to others: [VolumeLook]) -> Double {
        others.map { other in
            let squares = zip(spread, other.spread).reduce(0) { sum, pair in
                let apart = pair.0.squareRoot() - pair.1.squareRoot()
                return sum + apart * apart
            }
            return (squares / 2).squareRoot()
        }.min() ?? 0
    }
}

/// Axes of the body along which a volume is mirrored.
struct MirrorImage: OptionSet, Sendable, Hashable {
    let rawValue: Int

    static let right = MirrorImage(rawValue: 1)
    static let anterior = MirrorImage(rawValue: 2)
    static let superior = MirrorImage(rawValue: 4)
    /// All that change a volume.
    static let all = (1...7).map(MirrorImage.init)

    /// The volume as it would be if its header had these axes the other way round.
    func of(_ volume: Volume) -> Volume {
        let orientation = volume.geometry.orientation
        let named: [(MirrorImage, Orientation.SignedAxis)] = [
            (.right, orientation.right), (.anterior, orientation.anterior), (.superior, orientation.superior),
        ]
        var columns = (0..<3).map(volume.geometry.affine.column)
        for (axis, signed) in named where contains(axis) { columns[signed.axis] *= -1 }
        var result = volume
        result.geometry = Geometry(
            shape: volume.geometry.shape,
            affine: Affine(i: columns[0], j: columns[1], k: columns[2], origin: volume.geometry.affine.origin))
        return result
    }

    /// As a person says it.
    var text: String {
        let names: [(MirrorImage, String)] = [
            (.right, "left and right"), (.anterior, "front and back"), (.superior, "head and foot"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ") + " exchanged"
    }
}
