import CRegistrationKernels
import Platform
import Preparation

/// A field of several numbers a sample, [S][R][A][channels], as kernels read it.
struct KernelField: @unchecked Sendable {
    // Sendable: nothing is written once it is filled, by whoever makes it.
    let size: SIMD3<Int>
    let channels: Int
    private let buffer: AlignedBuffer

    /// A field of zeros.
    init(_ size: SIMD3<Int>, channels: Int) {
        (self.size, self.channels) = (size, channels)
        buffer = AlignedBuffer(KernelGrid.count(size) * channels + TOMOS_SLACK)
    }

    /// As long as the field lives.
    var floats: UnsafeMutablePointer<Float> { buffer.floats }
    /// Floats, without what lies behind the last sample.
    var count: Int { KernelGrid.count(size) * channels }
}

/// A volume as registration compares it with others: its features on grids from coarse to fine.
struct ComparedVolume: Sendable {
    /// A grid, and what refines displacements on it.
    struct Level: Sendable {
        let volume: ReducedVolume
        let appearance: KernelField
    }

    /// From coarse to fine; there is one at least.
    let levels: [Level]
    /// Of the coarsest: what finds large displacements.
    let similarity: KernelField

    /// How many times as far apart the samples of the coarser grids are, from coarse to fine.
    let coarser: [Double]

    /// The coarsest grid.
    var coarsest: ReducedVolume { levels[0].volume }
    /// The finest grid.
    var finest: ReducedVolume { levels[levels.count - 1].volume }

    /// The grid that affine maps are fitted on: the coarsest that shows enough of every axis, else the finest.
    var sketch: ReducedVolume {
        levels.first { $0.volume.size.min() >= Self.enough }?.volume ?? finest
    }

    /// Samples along an axis. With 9, one half of an abdomen carried its labels to the other with a Dice of 0.26 (AbdomenTests).
    private static let enough = 16

    /// - Parameter volume: The finest grid.
    init(_ volume: ReducedVolume, coarser: [Double], kernels: RegistrationKernels = .fastest) {
        self.coarser = coarser
        levels = (coarser.map { volume.coarser(by: $0) } + [volume]).map {
            Level(volume: $0, appearance: kernels.appearance(of: $0))
        }
        similarity = kernels.similarity(of: levels[0].volume)
    }

    /// Floats of a volume with features of so many numbers a sample, and of its appearance.
    private static let (similarityFloats, levelFloats) = (Int(TOMOS_SIMILARITY), 1 + 4)

    /// Bytes on a grid of so many samples and on coarser ones, at most.
    static func bytes(samples: Int, coarser: [Double]) -> Int {
        let counts = (coarser.map { $0 * $0 * $0 } + [1]).map { Double(samples) / $0 }
        let floats = counts.reduce(0) { $0 + $1 * Double(levelFloats) } + counts[0] * Double(similarityFloats)
        return Int(known: floats.rounded(.up)) * MemoryLayout<Float>.stride
    }
}

extension RegistrationKernels {
    /// What does not depend on contrast.
    func similarity(of volume: ReducedVolume) -> KernelField {
        let field = KernelField(volume.size, channels: TOMOS_SIMILARITY)
        feature(volume, pointee.similarity_scratch, pointee.similarity, field)
        return field
    }

    /// Values and slopes against their surroundings.
    func appearance(of volume: ReducedVolume) -> KernelField {
        let field = KernelField(volume.size, channels: 4)
        feature(volume, pointee.appearance_scratch, pointee.appearance, field)
        return field
    }

    private func feature(
        _ volume: ReducedVolume, _ room: (UnsafePointer<Int32>?) -> Int,
        _ make: (
            UnsafePointer<Float>?, UnsafePointer<Int32>?, UnsafePointer<Double>?, UnsafeMutablePointer<Float>?,
            UnsafeMutablePointer<Float>?
        ) -> Void, _ field: KernelField
    ) {
        volume.size.withKernelSize { size in
            let scratch = AlignedBuffer(room(size))
            withExtendedLifetime((scratch, field)) {
                volume.spacing.withKernelSpacing { make(volume.values, size, $0, scratch.floats, field.floats) }
            }
        }
    }
}

extension SIMD3<Double> {
    /// Calls with distances as the kernels' functions take them.
    func withKernelSpacing<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 3) { spacing in
            for n in 0..<3 { spacing.initializeElement(at: n, to: self[n]) }
            return body(UnsafePointer(spacing.baseAddress!))
        }
    }
}
