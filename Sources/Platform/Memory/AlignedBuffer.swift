import Foundation

/// Float32 memory on a 64-byte boundary, as the kernels ask for it; freed with the value.
package final class AlignedBuffer {
    /// The first element.
    package let floats: UnsafeMutablePointer<Float>
    /// Number of floats.
    package let count: Int

    /// Memory for `count` floats, all zero.
    package init(_ count: Int) {
        let bytes = Self.bytes(count)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memset(raw, 0, bytes)
        self.count = count
        floats = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    /// Bytes that a buffer of `count` floats takes.
    package static func bytes(_ count: Int) -> Int { max(64, (count * MemoryLayout<Float>.stride + 63) & ~63) }

    /// A copy of `values`.
    package convenience init(_ values: some Collection<Float>) {
        self.init(values.count)
        var next = floats
        for value in values {
            next.pointee = value
            next += 1
        }
    }

    /// A copy of planes, one after the other.
    package convenience init(planes: [ArraySlice<Float>]) {
        self.init(planes.reduce(0) { $0 + $1.count })
        var next = floats
        for plane in planes {
            plane.withUnsafeBufferPointer { from in
                if let first = from.baseAddress { next.update(from: first, count: from.count) }
            }
            next += plane.count
        }
    }

    deinit { UnsafeMutableRawPointer(floats).deallocate() }
}
