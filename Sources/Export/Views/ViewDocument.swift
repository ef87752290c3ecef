import CDeflate
import Foundation
import Platform
import Volumes

/// What view.js says: a call with one object of JSON, so that a page opened from disk can take it in as a script.
///
/// Maps and surfaces are base64 of zlib's format, which browsers inflate by themselves.
struct ViewDocument: Encodable {
    /// A label of the task.
    struct Label: Encodable {
        let id: UInt16
        let name: String
        /// `#rrggbb`.
        let colour: String

        init(_ entry: LabelEntry) {
            (id, name, colour) = (entry.id, entry.name, entry.colour.hexadecimal)
        }
    }

    /// The slices of a plane, tiles of one picture, row by row.
    struct Plane: Encodable {
        let name, file: String
        /// Tiles in a row, and in all.
        let columns, slices: Int
        /// Of a tile, in pixels.
        let width, height: Int
        /// Side of a pixel in mm.
        let pixel: Double
        /// Where the slices lie in mm along superior, anterior or right, from low to high.
        let positions: [Double]
        /// Letters at the left, right, top and bottom edge.
        let edges: [String]
        /// Slices x height x width bytes: n is the n-th of the labels, 0 none.
        let map: String
    }

    /// A closed surface.
    struct Surface: Encodable {
        /// The label's id.
        let label: UInt16
        /// In mm, RAS: a vertex lies at origin + step * number.
        let origin, step: [Double]
        /// Three UInt16 a vertex, and three UInt32 a triangle, counter-clockwise from outside; little endian.
        let vertices, triangles: String
    }

    let `case`: String
    let labels: [Label]
    var planes: [Plane]
    var surfaces: [Surface]
    /// Whether the planes show the whole field rather than a region around the labels.
    let whole: Bool

    /// The script.
    func script() throws -> [UInt8] {
        Array("tomosView(\(try JSON.script(self)));\n".utf8)
    }
}

/// Bytes in zlib's format (RFC 1950), by libdeflate.
enum Zlib {
    /// As few bytes as it finds.
    static func deflated(_ bytes: [UInt8]) throws(ExportError) -> [UInt8] {
        guard let compressor = libdeflate_alloc_compressor(12) else {
            throw .pictureFailed(reason: "there is no memory left to compress in")
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = libdeflate_zlib_compress(compressor, bytes, bytes.count, buffer.baseAddress, bound)
        }
    }

    /// Bytes as text.
    static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

/// A number with so many decimals, for text that is to be short.
func shortened(_ value: Double, digits: Int) -> Double {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return (value * scale).rounded() / scale
}

/// A positive number with four digits, not smaller.
func shortenedUp(_ value: Double) -> Double {
    var scale = 1.0
    while value * scale < 1000 && scale < 1e12 { scale *= 10 }
    return (value * scale).rounded(.up) / scale
}
