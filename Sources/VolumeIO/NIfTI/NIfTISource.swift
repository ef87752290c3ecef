import Glibc
import Volumes

/// A NIfTI file (or pair) opened and judged, its voxels still to be read.
struct NIfTISource {
    /// The path that was asked for.
    let path: String
    /// The judged header.
    let header: NIfTIHeader
    /// The grid of one volume.
    let geometry: Geometry
    /// What a person should know.
    let notices: [String]
    /// The content that holds the voxels, not yet past `header.voxelOffset`.
    let stream: ContentStream

    /// Opens exactly the file named (and, of a pair, its partner), judges the header, and checks that the file can hold
    /// what the header says.
    init(_ path: String) throws(VolumeFileError) {
        let headerPath = try NIfTIPair.headerPath(for: path)
        let first = try ContentStream(headerPath)
        var bytes = try first.bytes(NIfTIHeaderLayout.nifti1.firstVoxelOffset)
        if bytes.starts(with: [0x1c, 2, 0, 0]) || bytes.starts(with: [0, 0, 2, 0x1c]) {
            bytes += try first.bytes(NIfTIHeaderLayout.nifti2.firstVoxelOffset - bytes.count)
        }
        let header = try NIfTIHeader(judging: bytes, path: headerPath)
        let (affine, geometryNotices) = try NIfTIAffine.decode(header.geometry, shape: header.shape, path: headerPath)
        stream = try header.isPair ? ContentStream(NIfTIPair.imagePath(for: path, header: headerPath)) : first
        if !header.isPair, headerPath != path {
            throw .badField(
                path: headerPath, field: "magic", value: "that of a single file",
                expected: "that of a pair, as it lies beside an .img file")
        }
        (self.path, self.header) = (path, header)
        geometry = Geometry(shape: header.shape, affine: affine, nifti: header.geometry)
        notices = header.notices + geometryNotices
        try stream.judgeSize(expected: header.dataEnd)
    }

    /// Reads the voxels of one volume.
    func voxels(volume index: Int) throws(VolumeFileError) -> VoxelBuffer { try voxels(volumes: index..<index + 1) }

    /// Reads the voxels of some volumes, one after the other.
    func voxels(volumes: Range<Int>) throws(VolumeFileError) -> VoxelBuffer {
        let bytes = volumes.count * header.shape.count * header.datatype.width
        try confirmBeforeAllocating(bytes)
        return switch header.datatype {
        case .uint8: .uint8(try read(volumes))
        case .int8: .int8(try read(volumes))
        case .uint16: .uint16(try read(volumes))
        case .int16: .int16(try read(volumes))
        case .uint32: .uint32(try read(volumes))
        case .int32: .int32(try read(volumes))
        case .uint64: .uint64(try read(volumes))
        case .int64: .int64(try read(volumes))
        case .float32: .float32(try read(volumes))
        case .float64: .float64(try read(volumes))
        }
    }

    /// A large claim of a compressed file is confirmed by the size its end states or else by inflating it once, and the
    /// memory is asked for in a way that can be refused (an array's cannot).
    private func confirmBeforeAllocating(_ bytes: Int) throws(VolumeFileError) {
        guard bytes > 1 << 26 else { return }
        if stream.isCompressed, try stream.statedSize() < header.dataEnd {
            let probe = try ContentStream(stream.file.path)
            try probe.skip(to: header.dataEnd)
            guard probe.position == header.dataEnd else {
                throw .truncated(path: stream.file.path, expected: header.dataEnd, found: probe.position)
            }
        }
        try stream.confirmMemory(bytes)
    }

    /// Volumes, in this machine's byte order, the whole file checked.
    private func read<Element: BitwiseCopyable>(_ volumes: Range<Int>) throws(VolumeFileError) -> [Element] {
        if let voxels: [Element] = inflatedAtOnce() { return voxels }
        try stream.skip(to: header.voxelOffset + volumes.lowerBound * header.shape.count * header.datatype.width)
        let voxels: [Element] = try stream.elements(
            volumes.count * header.shape.count, isBigEndian: header.isBigEndian, expected: header.dataEnd)
        try stream.confirmEnd(expected: header.dataEnd)
        return voxels
    }

    /// Brings numbers into this machine's byte order.
    func swapWhereForeign(_ bytes: UnsafeMutableRawBufferPointer) {
        ByteOrder.bringHome(bytes, width: header.datatype.width, isBigEndian: header.isBigEndian)
    }
}

/// The two files of a `.hdr`/`.img` pair.
enum NIfTIPair {
    /// The file that holds the header of `path`: itself, or of an `.img` the `.hdr` beside it.
    static func headerPath(for path: String) throws(VolumeFileError) -> String {
        guard let (stem, ending) = split(path), ending.lowercased().hasPrefix(".img") else { return path }
        // A whole file under the name of half a pair.
        if FileKind(of: path) == .nifti(isPair: false) { return path }
        return try partner(of: path, stem: stem, upperCase: ending.contains("I"), name: ".hdr", ending: ending)
    }

    /// The file that holds the voxels of `path`, whose header says that it is one of a pair.
    static func imagePath(for path: String, header: String) throws(VolumeFileError) -> String {
        if header != path { return path }
        guard let (stem, ending) = split(path) else {
            throw .unsupportedFormat(
                path: path, format: "half a pair of files under another name than .hdr",
                wayOut: "its magic says that the voxels lie in an .img file: name the two .hdr and .img")
        }
        return try partner(of: path, stem: stem, upperCase: ending.contains("H"), name: ".img", ending: ending)
    }

    /// Splits off `.hdr` or `.img`, with `.gz` or without.
    private static func split(_ path: String) -> (stem: String, ending: String)? {
        guard let name = VolumeFileName(path), name.part != .whole else { return nil }
        return (name.folder + name.stem, name.ending)
    }

    /// The partner that is compressed as `path` is, or else the other one.
    private static func partner(
        of path: String, stem: String, upperCase: Bool, name: String, ending: String
    ) throws(VolumeFileError) -> String {
        let plain = stem + (upperCase ? name.uppercased() : name)
        let compressed = plain + (ending.count > 4 ? String(ending.dropFirst(4)) : upperCase ? ".GZ" : ".gz")
        let candidates = ending.count > 4 ? [compressed, plain] : [plain, compressed]
        for candidate in candidates where access(candidate, F_OK) == 0 { return candidate }
        throw .partnerMissing(path: path, partner: candidates[0])
    }
}
