import CWebP
import Volumes

/// A picture of red, green and blue, 8 bits each, rows from the top; black where nothing was drawn.
struct RGBPicture {
    let width, height: Int
    private(set) var bytes: [UInt8]
    /// Whether anything but grey was drawn.
    private var isColoured = false

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        bytes = Array(repeating: 0, count: 3 * width * height)
    }

    /// Takes over what was drawn by cairo.
    init(_ pixels: SnapshotPixels) {
        (width, height) = (pixels.width, pixels.height)
        (bytes, isColoured) = (pixels.rgb, true)
    }

    /// Draws grey values with their top left corner at (x, y); what lies outside is cut off.
    mutating func draw(grey: [UInt8], width tile: Int, x: Int, y: Int) {
        for (at, level) in grey.enumerated() {
            let (column, row) = (x + at % tile, y + at / tile)
            guard (0..<width).contains(column), (0..<height).contains(row) else { continue }
            for n in 0..<3 { bytes[3 * (row * width + column) + n] = level }
        }
    }

    /// Lays a colour over a pixel, through which the half of it is seen.
    mutating func mix(_ colour: Colour, x: Int, y: Int) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        isColoured = true
        for (n, level) in [colour.red, colour.green, colour.blue].enumerated() {
            let at = 3 * (y * width + x) + n
            bytes[at] = UInt8((Int(bytes[at]) + Int(level) + 1) / 2)
        }
    }

    /// The picture as a WebP file at the best of some qualities, best first, at which it has so many bytes at most, or at
    /// the last.
    func webP(qualities: [Int], within bytes: Int) throws(ExportError) -> [UInt8] {
        var file: [UInt8] = []
        for quality in qualities {
            file = try webP(quality: quality)
            if file.count <= bytes { break }
        }
        return file
    }

    /// The picture as a WebP file.
    ///
    /// - Parameter quality: 0 to 100, as libwebp counts.
    func webP(quality: Int) throws(ExportError) -> [UInt8] {
        var (config, picture, writer) = (WebPConfig(), WebPPicture(), WebPMemoryWriter())
        guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else {
            throw .pictureFailed(reason: "libwebp is of another version than the one this program was built with")
        }
        WebPMemoryWriterInit(&writer)
        defer {
            WebPPictureFree(&picture)
            WebPMemoryWriterClear(&writer)
        }
        config.quality = Float(quality)
        // Thin lines of colour would fade where colour has half the pixels.
        config.use_sharp_yuv = isColoured ? 1 : 0
        picture.use_argb = isColoured ? 1 : 0
        (picture.width, picture.height) = (Int32(width), Int32(height))
        guard WebPPictureImportRGB(&picture, bytes, Int32(3 * width)) != 0 else { throw Self.failure(picture) }
        picture.writer = WebPMemoryWrite
        let isDone = withUnsafeMutablePointer(to: &writer) { writer in
            picture.custom_ptr = UnsafeMutableRawPointer(writer)
            return WebPEncode(&config, &picture)
        }
        guard isDone != 0 else { throw Self.failure(picture) }
        return Array(UnsafeBufferPointer(start: writer.mem, count: writer.size))
    }

    private static func failure(_ picture: WebPPicture) -> ExportError {
        .pictureFailed(reason: "libwebp stopped with error \(picture.error_code.rawValue)")
    }
}
