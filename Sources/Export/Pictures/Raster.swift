import CPNG
import Volumes

/// An RGB picture, 8 bits a channel, rows from the top.
struct Raster: Sendable, Equatable {
    let width, height: Int
    private(set) var bytes: [UInt8]

    /// A picture of one colour.
    init(width: Int, height: Int, fill: Colour = Colour(0, 0, 0)) {
        (self.width, self.height) = (width, height)
        bytes = []
        bytes.reserveCapacity(3 * width * height)
        for _ in 0..<width * height { bytes += [fill.red, fill.green, fill.blue] }
    }

    subscript(x: Int, y: Int) -> Colour {
        get {
            let n = 3 * (y * width + x)
            return Colour(bytes[n], bytes[n + 1], bytes[n + 2])
        }
        set {
            let n = 3 * (y * width + x)
            (bytes[n], bytes[n + 1], bytes[n + 2]) = (newValue.red, newValue.green, newValue.blue)
        }
    }

    /// Draws another picture with its top left corner at (x, y); what lies outside is cut off.
    mutating func draw(_ other: Raster, x: Int, y: Int) {
        for row in max(0, -y)..<max(0, -y, min(other.height, height - y)) {
            for column in max(0, -x)..<max(0, -x, min(other.width, width - x)) {
                self[x + column, y + row] = other[column, row]
            }
        }
    }

    /// The picture as a PNG file's bytes.
    func png() throws -> [UInt8] {
        // libpng's simplified interface catches its own longjmp, which must not cross Swift frames.
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        (image.width, image.height) = (UInt32(width), UInt32(height))
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }
        // Deflate enlarges what it cannot compress by less than 0.1 % and a few bytes a block.
        var size = png_alloc_size_t(bytes.count + bytes.count / 64 + 4096)
        var file = [UInt8](repeating: 0, count: Int(size))
        guard png_image_write_to_memory(&image, &file, &size, 0, bytes, 0, nil) != 0 else {
            let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw ExportError.pictureFailed(reason: message)
        }
        return Array(file.prefix(Int(size)))
    }
}

extension Raster {
    /// Draws one of the letters that name directions, `scale` pixels to a dot; its box is 5 x 7 dots.
    mutating func draw(letter: Character, x: Int, y: Int, scale: Int, colour: Colour) {
        guard let dots = Self.letters[letter] else { return }
        for (row, bits) in dots.enumerated() {
            for column in 0..<5 where bits >> (4 - column) & 1 == 1 {
                for dy in 0..<scale {
                    for dx in 0..<scale {
                        let (px, py) = (x + column * scale + dx, y + row * scale + dy)
                        if (0..<width).contains(px), (0..<height).contains(py) { self[px, py] = colour }
                    }
                }
            }
        }
    }

    /// Each letter as seven rows of five dots, the highest of five bits on the left.
    private static let letters: [Character: [UInt8]] = [
        "R": [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
        "L": [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
        "A": [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        "P": [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
        "S": [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
        "I": [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    ]
}
