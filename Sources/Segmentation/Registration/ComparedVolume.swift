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

/// A volume as registration compares it with others: features of its own grid and of one of twice the spacing.
struct ComparedVolume: Sendable {
    /// The volume, and the same in samples twice as far apart.
    let volume, half: ReducedVolume
    /// Of the coarser grid: what finds large displacements, and what refines them.
    let similarity, appearance: KernelField
    /// Of the finer grid; nil where it is not looked at.
    let fine: KernelField?

    /// - Parameter isFine: Whether registrations go down to the volume's own grid.
    init(_ volume: ReducedVolume, isFine: Bool, kernels: RegistrationKernels = .fastest) {
        (self.volume, half) = (volume, volume.coarser(by: 2))
        similarity = kernels.similarity(of: half)
        appearance = kernels.appearance(of: half)
        fine = isFine ? kernels.appearance(of: volume) : nil
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
