import CDeflate
import Glibc

extension NIfTISource {
    /// The compressed file is held in memory too, so a larger one is read part by part.
    private static let largestAtOnce = 1 << 30

    /// The voxels of a compressed file of one volume, by libdeflate, which is faster than zlib but needs the whole file
    /// at once. Nil where the file is large, or is not one gzip member of the size it states: reading part by part
    /// then takes several members, or tells what is wrong.
    func inflatedAtOnce<Element: BitwiseCopyable>() -> [Element]? {
        guard stream.isCompressed, header.volumeCount == 1, stream.file.size <= Self.largestAtOnce,
            let stated = try? stream.statedSize(), stated >= header.dataEnd,
            stated < header.dataEnd + ContentStream.excessAllowed
        else { return nil }
        // Room for all of the content, as it begins with the header; the voxels then move to the front.
        let capacity = (stated + MemoryLayout<Element>.stride - 1) / MemoryLayout<Element>.stride
        let voxels = [Element](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            let content = UnsafeMutableRawBufferPointer(buffer)
            guard inflateMember(into: UnsafeMutableRawBufferPointer(rebasing: content[..<stated])) else { return }
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: content[..<(header.shape.count * header.datatype.width)])
            // May overlap, which this copy allows.
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: content[header.voxelOffset...].prefix(bytes.count)))
            swapWhereForeign(bytes)
            initialized = header.shape.count
        }
        return voxels.isEmpty ? nil : voxels
    }

    /// Whether the file is one whole member that fills `content`, followed by nothing but zeros.
    private func inflateMember(into content: UnsafeMutableRawBufferPointer) -> Bool {
        let size = stream.file.size
        guard let memory = malloc(size) else { return false }
        defer { free(memory) }
        let compressed = UnsafeMutableRawBufferPointer(start: memory, count: size)
        guard (try? stream.file.read(into: compressed, at: 0)) == size,
            let decompressor = libdeflate_alloc_decompressor()
        else { return false }
        defer { libdeflate_free_decompressor(decompressor) }
        var (used, made) = (0, 0)
        let status = libdeflate_gzip_decompress_ex(
            decompressor, memory, size, content.baseAddress, content.count, &used, &made)
        return status == LIBDEFLATE_SUCCESS && made == content.count && compressed[used...].allSatisfy { $0 == 0 }
    }
}
