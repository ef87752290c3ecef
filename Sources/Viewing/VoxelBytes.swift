import NIOCore
import Volumes

/// The voxels of a grid as a page gets them: in order along its axes nearest to R, A and S (the one along R fastest, the
/// one along S slowest), nothing resampled, as raw bytes with the lowest first. They are put in order and converted row by
/// row while they are sent, so that no second copy of the volume is held.
struct VoxelBytes: Sendable {
    /// The type of a number in the bytes; its name is what the page knows it by.
    enum Kind: String, Sendable, Encodable {
        case uint8, uint16, int16, float32

        var bytes: Int {
            switch self {
            case .uint8: 1
            case .uint16, .int16: 2
            case .float32: 4
            }
        }
    }

    private enum Source: Sendable {
        case image(VoxelBuffer, ValueScaling)
        case labels([UInt16])
    }

    private let source: Source
    private let layout: SliceLayout
    /// What the numbers are.
    let kind: Kind

    /// The values of an image: int16 where all are whole numbers that fit, float32 otherwise.
    init(_ volume: Volume) {
        source = .image(volume.voxels, volume.scaling)
        layout = Self.layout(volume.geometry)
        kind = volume.holdsSmallIntegers ? .int16 : .float32
    }

    /// The ids of a label map: uint8 where all fit, uint16 otherwise.
    init(_ labels: LabelVolume, largest: UInt16) {
        source = .labels(labels.voxels)
        layout = Self.layout(labels.geometry)
        kind = largest > 255 ? .uint16 : .uint8
    }

    /// Slices along S, their rows along A, columns along R.
    private static func layout(_ grid: Geometry) -> SliceLayout {
        let axes = grid.orientation
        return SliceLayout(grid, slice: axes.superior, row: axes.anterior, column: axes.right)
    }

    /// All bytes.
    var count: Int { rows * rowBytes }
    /// Rows of all slices.
    var rows: Int { layout.slices * layout.rows }
    private var rowBytes: Int { layout.columns * kind.bytes }
    /// Rows of a piece of about 1 MiB.
    var rowsPerPiece: Int { max(1, (1 << 20) / rowBytes) }

    /// Writes rows, counted through all slices.
    func write(_ rows: Range<Int>, into buffer: inout ByteBuffer) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: rows.count * rowBytes) { bytes in
            switch source {
            case .labels(let ids): put(ids, rows, bytes)
            case .image(let voxels, let scaling): put(voxels, scaling, rows, bytes)
            }
            return rows.count * rowBytes
        }
    }

    private func put(_ ids: [UInt16], _ rows: Range<Int>, _ bytes: UnsafeMutableRawBufferPointer) {
        if kind == .uint8 {
            let out = bytes.bindMemory(to: UInt8.self)
            gather(ids, rows) { out[$0] = UInt8(truncatingIfNeeded: $1) }
        } else {
            gather(ids, rows) { bytes.storeBytes(of: $1.littleEndian, toByteOffset: 2 * $0, as: UInt16.self) }
        }
    }

    private func put(
        _ voxels: VoxelBuffer, _ scaling: ValueScaling, _ rows: Range<Int>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        switch voxels {
        case .uint8(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .int8(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .uint16(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .int16(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .uint32(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .int32(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .uint64(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .int64(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .float32(let v): put(v, scaling, rows, bytes) { Double($0) }
        case .float64(let v): put(v, scaling, rows, bytes) { $0 }
        }
    }

    @inline(__always)
    private func put<Stored>(
        _ voxels: [Stored], _ scaling: ValueScaling, _ rows: Range<Int>, _ bytes: UnsafeMutableRawBufferPointer,
        _ number: (Stored) -> Double
    ) {
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        if kind == .int16 {
            gather(voxels, rows) { n, stored in
                let value = Int16(truncatingIfNeeded: Int(known: number(stored) * slope + intercept))
                bytes.storeBytes(of: value.littleEndian, toByteOffset: 2 * n, as: Int16.self)
            }
        } else {
            gather(voxels, rows) { n, stored in
                let bits = Float(number(stored) * slope + intercept).bitPattern
                bytes.storeBytes(of: bits.littleEndian, toByteOffset: 4 * n, as: UInt32.self)
            }
        }
    }

    /// Hands out the elements of rows, each with its place among them.
    @inline(__always)
    private func gather<Element>(_ voxels: [Element], _ rows: Range<Int>, _ take: (Int, Element) -> Void) {
        voxels.withUnsafeBufferPointer { voxels in
            var place = 0
            for row in rows {
                var from = layout.start(slice: row / layout.rows, row: row % layout.rows)
                for _ in 0..<layout.columns {
                    take(place, voxels[from])
                    place += 1
                    from += layout.columnStride
                }
            }
        }
    }
}

extension Volume {
    /// Whether every value is a whole number that int16 holds.
    fileprivate var holdsSmallIntegers: Bool {
        switch voxels {
        case .uint8(let v): isSmall(v) { Double($0) }
        case .int8(let v): isSmall(v) { Double($0) }
        case .uint16(let v): isSmall(v) { Double($0) }
        case .int16(let v): isSmall(v) { Double($0) }
        case .uint32(let v): isSmall(v) { Double($0) }
        case .int32(let v): isSmall(v) { Double($0) }
        case .uint64(let v): isSmall(v) { Double($0) }
        case .int64(let v): isSmall(v) { Double($0) }
        case .float32(let v): isSmall(v) { Double($0) }
        case .float64(let v): isSmall(v) { $0 }
        }
    }

    @inline(__always)
    private func isSmall<Stored>(_ voxels: [Stored], _ number: (Stored) -> Double) -> Bool {
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        return voxels.withUnsafeBufferPointer { voxels in
            for stored in voxels {
                let value = number(stored) * slope + intercept
                // NaN is equal to nothing, and so no whole number.
                guard value == value.rounded(.towardZero), value >= -32768, value <= 32767 else { return false }
            }
            return true
        }
    }
}
