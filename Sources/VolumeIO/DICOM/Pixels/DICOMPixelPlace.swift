import Glibc

/// Where the pixels of a file stand that are not compressed: they are read without looking at its header again.
final class DICOMPixelPlace: Sendable {
    let layout: DICOMPixelLayout
    fileprivate let stamp: DICOMFileStamp
    fileprivate let start: Int
    fileprivate let native: DCMTKFile.NativePixels

    /// Nil where the pixels are compressed, or the file is not of those whose elements are found without DCMTK.
    init?(_ head: DICOMHead, _ layout: DICOMPixelLayout) {
        guard layout.syntax.coding == .native, let pixels = head.pixels, let length = pixels.length else { return nil }
        (self.layout, stamp, start) = (layout, head.stamp, pixels.start)
        native = DCMTKFile.NativePixels(
            element: DICOMTag(UInt16(pixels.element >> 16), UInt16(truncatingIfNeeded: pixels.element)),
            length: UInt64(length), isWords: pixels.representation == DICOMRepresentation.words)
    }
}

/// A file open at its pixels. Only the frame asked for is read. One thread at a time may use it.
struct DICOMPixelFile: ~Copyable {
    let place: DICOMPixelPlace
    let path: String
    private let descriptor: CInt

    /// Opens the file again. Throws `DICOMError` where it is not the one whose header was read, or its pixel data not
    /// of the length that its attributes ask for.
    init(_ path: String, _ place: DICOMPixelPlace) throws {
        guard UInt64(place.layout.frameBytes) <= DICOMPixels.imageLimit else {
            throw DICOMError.tooLarge(
                what: "\(path): an image of \(place.layout.columns)x\(place.layout.rows)",
                bytes: UInt64(place.layout.frameBytes), limit: DICOMPixels.imageLimit)
        }
        try DICOMPixels.checkLength(place.native, place.layout, path)
        let opened = try Self.open(path, place.stamp)
        (self.place, self.path, descriptor) = (place, path, opened)
    }

    private static func open(_ path: String, _ stamp: DICOMFileStamp) throws -> CInt {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DICOMError.file(path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, DICOMFileStamp(status) == stamp else {
            close(descriptor)
            throw DICOMError.file(path: path, reason: "has changed while it was read")
        }
        return descriptor
    }

    deinit { close(descriptor) }

    /// As `DICOMPixels.decode`.
    func decode(frame: Int, into cells: UnsafeMutableRawBufferPointer) throws {
        precondition(cells.count == place.layout.frameBytes, "\(cells.count) bytes for \(place.layout.frameBytes)")
        guard (0..<place.layout.frames).contains(frame) else {
            throw DICOMError.file(
                path: path, reason: "has no frame \(frame + 1), NumberOfFrames is \(place.layout.frames)")
        }
        try DICOMPixels.readNative(place.native, place.layout, frame, isBigEndian: false, into: cells) {
            offset, bytes in
            try read(at: place.start + offset, into: bytes)
        }
    }

    private func read(at start: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        var filled = 0
        while filled < bytes.count {
            let got = pread(
                descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled, off_t(start + filled))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                let reason = got < 0 ? String(cString: strerror(errno)) : "the file has changed while it was read"
                throw DICOMError.file(path: path, reason: "pixel data cannot be read: \(reason)")
            }
            filled += got
        }
    }
}
