import CLearningKernels
import Platform
import TestSupport

/// A map in double precision, [depth][row][column][channel], and 0 beyond its border.
struct PlainMap {
    /// Depth, rows and columns.
    let size: SIMD3<Int>
    let channels: Int
    var values: [Double]

    init(_ size: SIMD3<Int>, _ channels: Int, _ values: [Double]) {
        precondition(values.count == size[0] * size[1] * size[2] * channels, "\(values.count) values in \(size)")
        (self.size, self.channels, self.values) = (size, channels, values)
    }

    init(_ size: SIMD3<Int>, _ channels: Int) {
        self.init(size, channels, [Double](repeating: 0, count: size[0] * size[1] * size[2] * channels))
    }

    /// Hashed values.
    init(_ size: SIMD3<Int>, _ channels: Int, stream: Int) {
        self.init(size, channels, hashedValues(stream, size[0] * size[1] * size[2] * channels))
    }

    var voxels: Int { size[0] * size[1] * size[2] }

    /// Where a voxel's values begin; nil beyond the border.
    func place(_ z: Int, _ y: Int, _ x: Int) -> Int? {
        guard z >= 0, y >= 0, x >= 0, z < size[0], y < size[1], x < size[2] else { return nil }
        return ((z * size[1] + y) * size[2] + x) * channels
    }

    /// Every voxel's depth, row and column, in order.
    var places: [(z: Int, y: Int, x: Int)] {
        (0..<voxels).map { ($0 / (size[1] * size[2]), $0 / size[2] % size[1], $0 % size[2]) }
    }

    /// A voxel's values.
    func voxel(_ n: Int) -> [Double] { Array(values[(n * channels)..<((n + 1) * channels)]) }

    /// Some of the channels.
    func selected(_ range: Range<Int>) -> PlainMap {
        PlainMap(size, range.count, (0..<voxels).flatMap { voxel($0)[range] })
    }

    /// This one's channels and then the other's.
    func beside(_ other: PlainMap) -> PlainMap {
        PlainMap(size, channels + other.channels, (0..<voxels).flatMap { voxel($0) + other.voxel($0) })
    }

    var extent: tomos_extent {
        tomos_extent(depth: Int32(size[0]), rows: Int32(size[1]), columns: Int32(size[2]), channels: Int32(channels))
    }
}

/// The kernels that this processor can run.
enum RunnableKernels {
    static let names: [String] = ["avx512", "avx2", "generic"].filter { (name: String) in
        tomos_learning_kernels_named(name) != nil
    }

    static func named(_ name: String) -> tomos_learning_kernels {
        guard let kernels = tomos_learning_kernels_named(name) else { preconditionFailure("no kernels \(name)") }
        return kernels.pointee
    }
}
