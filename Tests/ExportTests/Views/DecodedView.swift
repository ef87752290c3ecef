import CWebP
import CZlib
import Foundation
import Testing
import Volumes

@testable import Export

/// A view as a page gets it: JSON by Foundation, deflated bytes by zlib, pictures by libwebp.
struct DecodedView {
    struct Plane {
        let name: String
        let columns, slices, width, height: Int
        let pixel: Double
        let positions: [Double]
        let edges: [String]
        let map: [UInt8]
        /// The mosaic, one byte a pixel.
        let mosaic: Picture

        /// A tile of the map.
        func map(_ tile: Int) -> ArraySlice<UInt8> { map[tile * width * height..<(tile + 1) * width * height] }

        /// A tile of the mosaic.
        func grey(_ tile: Int) -> [UInt8] {
            (0..<width * height).map { at in
                let x = tile % columns * width + at % width
                let y = tile / columns * height + at / width
                return mosaic.rgb[3 * (y * mosaic.width + x) + 1]
            }
        }

        /// Where a label lies on the screen, as shares of a tile's width and height, over all tiles.
        func centre(of label: UInt8) -> (x: Double, y: Double) {
            let places = map.indices.filter { map[$0] == label }.map { $0 % (width * height) }
            let count = Double(max(places.count, 1))
            let (x, y) = places.reduce((0, 0)) { ($0.0 + $1 % width, $0.1 + $1 / width) }
            return ((Double(x) / count + 0.5) / Double(width), (Double(y) / count + 0.5) / Double(height))
        }
    }

    struct Picture {
        let width, height: Int
        let rgb: [UInt8]

        init(_ file: [UInt8]) throws {
            var (width, height): (Int32, Int32) = (0, 0)
            let pixels = try #require(WebPDecodeRGB(file, file.count, &width, &height))
            defer { WebPFree(pixels) }
            (self.width, self.height) = (Int(width), Int(height))
            rgb = Array(UnsafeBufferPointer(start: pixels, count: Int(3 * width * height)))
        }
    }

    let object: [String: Any]
    let labels: [[String: Any]]
    let planes: [Plane]
    let surfaces: [(label: Int, mesh: TriangleMesh)]
    let isWhole: Bool
    let bytes: Int

    init(_ view: CaseView) throws {
        let files = try view.contents()
        #expect(files.keys.sorted() == CaseView.files.sorted())
        bytes = files.values.reduce(0) { $0 + $1.count }
        let script = String(decoding: try #require(files["view.js"]), as: UTF8.self)
        #expect(script.hasPrefix("tomosView({") && script.hasSuffix("});\n"))
        let json = Data(script.dropFirst("tomosView(".count).dropLast(3).utf8)
        object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        labels = try #require(object["labels"] as? [[String: Any]])
        isWhole = try #require(object["whole"] as? Bool)
        planes = try #require(object["planes"] as? [[String: Any]]).map { try Self.plane($0, files) }
        surfaces = try #require(object["surfaces"] as? [[String: Any]]).map(Self.surface)
    }

    private static func plane(_ plane: [String: Any], _ files: [String: [UInt8]]) throws -> Plane {
        func number(_ key: String) throws -> Int { try #require(plane[key] as? Int) }
        let (slices, width, height) = (try number("slices"), try number("width"), try number("height"))
        let file = try #require(plane["file"] as? String)
        return Plane(
            name: try #require(plane["name"] as? String), columns: try number("columns"), slices: slices,
            width: width, height: height, pixel: try #require(plane["pixel"] as? Double),
            positions: try #require(plane["positions"] as? [Double]),
            edges: try #require(plane["edges"] as? [String]),
            map: try inflated(plane["map"], to: slices * width * height),
            mosaic: try Picture(try #require(files[file])))
    }

    private static func surface(_ surface: [String: Any]) throws -> (Int, TriangleMesh) {
        let origin = Vec3(try #require(surface["origin"] as? [Double]))
        let step = Vec3(try #require(surface["step"] as? [Double]))
        let vertices = try numbers(surface["vertices"], UInt16.self)
        let triangles = try numbers(surface["triangles"], UInt32.self)
        let mesh = TriangleMesh(
            positions: stride(from: 0, to: vertices.count, by: 3).map {
                SIMD3<Float>(
                    origin + step * Vec3(Double(vertices[$0]), Double(vertices[$0 + 1]), Double(vertices[$0 + 2])))
            },
            triangles: stride(from: 0, to: triangles.count, by: 3).map {
                SIMD3(triangles[$0], triangles[$0 + 1], triangles[$0 + 2])
            })
        #expect(mesh.triangles.allSatisfy { $0.max() < UInt32(mesh.positions.count) })
        return (try #require(surface["label"] as? Int), mesh)
    }

    /// Little-endian whole numbers.
    private static func numbers<Number: FixedWidthInteger>(_ text: Any?, _: Number.Type) throws -> [Number] {
        let bytes = try inflated(text, to: nil)
        let size = MemoryLayout<Number>.size
        #expect(bytes.count.isMultiple(of: 3 * size))
        return stride(from: 0, to: bytes.count, by: size).map { at in
            (0..<size).reduce(0) { $0 | Number(bytes[at + $1]) << (8 * $1) }
        }
    }

    private static func inflated(_ text: Any?, to count: Int?) throws -> [UInt8] {
        let text = try #require(text as? String)
        let data = [UInt8](try #require(Data(base64Encoded: text)))
        var length = uLong(count ?? 4_000_000)
        var bytes = [UInt8](repeating: 0, count: Int(length))
        #expect(uncompress(&bytes, &length, data, uLong(data.count)) == Z_OK)
        if let count { #expect(Int(length) == count) }
        return Array(bytes.prefix(Int(length)))
    }

    func plane(_ name: String) throws -> Plane { try #require(planes.first { $0.name == name }) }
}

/// A phantom in space, cut by a grid.
struct ViewPhantom {
    let volume: Volume
    let labels: LabelVolume

    static let window: (lower: Float, upper: Float) = (0, 200)

    /// Two balls: label 1 on the patient's left, behind and below, label 2 on the right, before and above. The image
    /// grows brighter towards the right.
    init(_ geometry: Geometry) {
        let shape = geometry.shape
        var (image, labels): ([Float], [UInt16]) = ([], [])
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    let place = geometry.affine.position(of: Vec3(Double(i), Double(j), Double(k)))
                    image.append(Float(100 + 2 * place.x))
                    let isLow = (place - Vec3(-12, -14, -10)).length < 7
                    let isHigh = (place - Vec3(12, 14, 10)).length < 9
                    labels.append(isLow ? 1 : isHigh ? 2 : 0)
                }
            }
        }
        volume = Volume(geometry: geometry, voxels: .float32(image))
        self.labels = LabelVolume(geometry: geometry, voxels: labels)
    }

    /// Around the origin, in an orientation.
    static func grid(
        _ letters: String = "RAS", _ shape: Shape = Shape(50, 60, 30), spacing: Vec3 = [1, 1, 1.5]
    ) throws -> Geometry {
        let size = Vec3(Double(shape.i - 1), Double(shape.j - 1), Double(shape.k - 1))
        let affine = Affine(
            i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: size * spacing / -2)
        return Geometry(shape: shape, affine: affine).reoriented(to: try #require(Orientation(letters)))
    }

    /// Turned by `angle` about the superior axis, and sheared.
    static func oblique(_ angle: Double = 0.35, shear: Double = 0) throws -> Geometry {
        let straight = try grid("LPS")
        let affine = straight.affine
        func turned(_ v: Vec3) -> Vec3 {
            let (c, s) = (cos(angle), sin(angle))
            return [c * v.x - s * v.y, s * v.x + c * v.y, v.z]
        }
        let columns = (0..<3).map { turned(affine.column($0)) }
        let k = columns[2] + columns[1] * shear
        let middle = Vec3(24.5, 29.5, 14.5)
        let origin = -(columns[0] * middle.x + columns[1] * middle.y + k * middle.z)
        return Geometry(
            shape: straight.shape, affine: Affine(i: columns[0], j: columns[1], k: k, origin: origin))
    }

    var view: CaseView { Self.view(volume, labels) }

    static func view(
        _ volume: Volume, _ labels: LabelVolume, table: LabelTable = LabelTable([]),
        window: (lower: Float, upper: Float) = window, id: String = "case-1"
    ) -> CaseView {
        CaseView(volume: volume, labels: labels, table: table, window: window, id: id)
    }
}
