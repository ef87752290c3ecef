import Glibc
import Volumes

extension ContentStream {
    /// No compressed byte of deflate stands for more than this many.
    private static let largestRatio = 1032
    /// What may follow the voxels of a compressed file without being refused.
    static let excessAllowed = 1 << 24

    /// The next `count` numbers, in this machine's byte order, read straight into the array they are returned in.
    ///
    /// - Parameter expected: The bytes of content up to the last number, as the header has it: for the error.
    func elements<Element: BitwiseCopyable>(
        _ count: Int, isBigEndian: Bool, expected: Int
    ) throws(VolumeFileError) -> [Element] {
        var failure: VolumeFileError?
        let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            do throws(VolumeFileError) {
                guard try read(into: bytes) == bytes.count else {
                    throw .truncated(path: file.path, expected: expected, found: position)
                }
                ByteOrder.bringHome(bytes, width: MemoryLayout<Element>.stride, isBigEndian: isBigEndian)
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return values
    }

    /// The next `count` voxels of a type.
    func voxels(
        _ type: VoxelType, _ count: Int, isBigEndian: Bool, expected: Int
    ) throws(VolumeFileError) -> VoxelBuffer {
        switch type {
        case .uint8: .uint8(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .int8: .int8(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .uint16: .uint16(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .int16: .int16(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .uint32: .uint32(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .int32: .int32(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .uint64: .uint64(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .int64: .int64(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .float32: .float32(try elements(count, isBigEndian: isBigEndian, expected: expected))
        case .float64: .float64(try elements(count, isBigEndian: isBigEndian, expected: expected))
        }
    }

    /// Whether the file can hold `expected` bytes of content, before anything is allocated for them.
    func judgeSize(expected: Int) throws(VolumeFileError) {
        let size = storedSize
        if !isCompressed, expected > size { throw .truncated(path: file.path, expected: expected, found: size) }
        if isCompressed, expected / Self.largestRatio > size {
            throw .compressedTooSmall(path: file.path, expected: expected, compressed: size)
        }
    }

    /// Inflates what follows the voxels, so that the checksum at the end has been seen.
    func confirmEnd(expected: Int) throws(VolumeFileError) {
        guard isCompressed else { return }
        let limit = expected + Self.excessAllowed
        try skip(to: limit)
        if position < expected { throw .truncated(path: file.path, expected: expected, found: position) }
        if position == limit { throw .excessData(path: file.path, expected: expected) }
    }

    /// Asks for memory in a way that can be refused (an array's cannot).
    func confirmMemory(_ bytes: Int) throws(VolumeFileError) {
        guard bytes > 1 << 26 else { return }
        guard let memory = malloc(bytes) else { throw .outOfMemory(path: file.path, bytes: bytes) }
        free(memory)
    }
}
