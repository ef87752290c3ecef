import CRegistrationKernels
import Platform
import Preparation

/// The kernels that registration runs on.
struct RegistrationKernels: @unchecked Sendable {
    // Sendable: what is pointed to never changes.
    private let kernels: UnsafePointer<tomos_registration_kernels>

    /// The fastest that this processor can run.
    static let fastest = RegistrationKernels(nil)

    /// Those of a name (`generic`, `avx2`, `avx512`); this processor must run them.
    init(_ name: String?) {
        guard let found = tomos_registration_kernels_named(name) else {
            preconditionFailure("no kernels \(name ?? "")")
        }
        kernels = found
    }

    var pointee: tomos_registration_kernels { kernels.pointee }
}

/// Values of a grid of samples, its last axis fastest, as kernels read them.
struct KernelGrid {
    let size: SIMD3<Int>
    private let buffer: AlignedBuffer

    /// Samples of a grid.
    static func count(_ size: SIMD3<Int>) -> Int { size.x * size.y * size.z }

    /// A grid of zeros.
    init(_ size: SIMD3<Int>) {
        self.size = size
        buffer = AlignedBuffer(Self.count(size))
    }

    /// A copy of values.
    init(_ values: [Float], _ size: SIMD3<Int>) {
        precondition(values.count == Self.count(size), "\(values.count) values for \(size)")
        self.init(size)
        values.withUnsafeBufferPointer { from in
            if let first = from.baseAddress { floats.update(from: first, count: from.count) }
        }
    }

    init(_ volume: ReducedVolume) { self.init(volume.values, volume.size) }

    /// As long as the grid lives.
    var floats: UnsafeMutablePointer<Float> { buffer.floats }
    var count: Int { Self.count(size) }

    /// Every so many samples along each axis, from the first on.
    func thinned(_ strides: SIMD3<Int>) -> KernelGrid {
        let thin = KernelGrid((size &+ strides &- 1) / strides)
        var to = thin.floats
        for x in 0..<thin.size.x {
            for y in 0..<thin.size.y {
                var from = floats + (x * strides.x * size.y + y * strides.y) * size.z
                for _ in 0..<thin.size.z {
                    to.pointee = from.pointee
                    (to, from) = (to + 1, from + strides.z)
                }
            }
        }
        return thin
    }
}

/// A grid that kernels read between its samples.
struct PairedGrid {
    private let size: SIMD3<Int>
    private let pairs: AlignedBuffer

    init(_ grid: KernelGrid, kernels: RegistrationKernels) {
        self.init(size: grid.size)
        fill(grid, kernels: kernels)
    }

    /// Room for a grid.
    init(size: SIMD3<Int>) {
        self.size = size
        pairs = AlignedBuffer(2 * KernelGrid.count(size) + TOMOS_SLACK)
    }

    /// Takes a grid of its size.
    func fill(_ grid: KernelGrid, kernels: RegistrationKernels) {
        precondition(grid.size == size, "a grid of \(grid.size) in place of \(size)")
        size.withKernelSize { kernels.pointee.pair(grid.floats, $0, pairs.floats) }
    }

    /// As long as the grid lives.
    var floats: UnsafeMutablePointer<Float> { pairs.floats }

    /// Calls with the grid as kernels take it.
    func withSampled<Result>(_ body: (UnsafePointer<tomos_grid>) -> Result) -> Result {
        var grid = tomos_grid(pairs: pairs.floats, size: size.kernelSize)
        return withExtendedLifetime(pairs) { body(&grid) }
    }
}

extension SIMD3<Int> {
    /// A grid's size as the kernels' structures hold it.
    var kernelSize: (Int32, Int32, Int32) { (Int32(x), Int32(y), Int32(z)) }

    /// Calls with a grid's size as the kernels' functions take it.
    func withKernelSize<Result>(_ body: (UnsafePointer<Int32>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3) { size in
            for n in 0..<3 { size.initializeElement(at: n, to: Int32(self[n])) }
            return body(UnsafePointer(size.baseAddress!))
        }
    }
}
