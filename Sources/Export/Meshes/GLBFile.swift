import Foundation
import Platform
import Volumes

/// glTF 2.0, binary (Khronos; ISO/IEC 12113): a header, a chunk of JSON that says what is where, a chunk of numbers.
///
/// Metres; +y up, and the front of things towards +z. So a patient stands upright and looks along +z: of RAS mm, it is
/// (-x, z, y) / 1000, a rotation. The vertices themselves are turned; nodes have no matrix.
enum GLBFile {
    private static let magic: UInt32 = 0x4654_6C67
    private static let jsonChunk: UInt32 = 0x4E4F_534A
    private static let binaryChunk: UInt32 = 0x004E_4942
    private static let space = "metres; +x left, +y superior, +z anterior"

    static func write(_ parts: [MeshPart]) throws(MeshFileError) -> [UInt8] {
        var document = GLTFDocument(space: space)
        var numbers: [UInt8] = []
        for part in parts { document.add(part, &numbers) }
        document.buffers = [GLTFDocument.Buffer(byteLength: numbers.count)]
        // Numbers, strings and lists of them always encode.
        var json = (try? JSON.bytes(document, pretty: false)) ?? []
        json += repeatElement(0x20, count: (4 - json.count % 4) % 4)
        let size = 12 + 8 + json.count + 8 + numbers.count
        guard let length = UInt32(exactly: size) else { throw .tooLarge(bytes: size, limit: Int(UInt32.max)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for word in [magic, 2, length, UInt32(json.count), jsonChunk] { bytes.add(word) }
        bytes += json
        for word in [UInt32(numbers.count), binaryChunk] { bytes.add(word) }
        return bytes + numbers
    }

    static func read(_ file: MeshBytes) throws(MeshFileError) -> [FoundMesh] {
        try file.require(5, of: 4, from: 0)
        let head = (0..<5).map { file.number(UInt32.self, at: 4 * $0) }
        guard head[0] == magic, head[1] == 2, Int(head[2]) == file.bytes.count, head[4] == jsonChunk else {
            throw file.damaged("it is not a glTF 2.0 file of \(file.bytes.count) bytes")
        }
        let jsonEnd = 20 + Int(head[3])
        try file.require(Int(head[3]), of: 1, from: 20)
        try file.require(2, of: 4, from: jsonEnd)
        guard file.number(UInt32.self, at: jsonEnd + 4) == binaryChunk,
            Int(file.number(UInt32.self, at: jsonEnd)) == file.bytes.count - jsonEnd - 8,
            let document = try? JSONDecoder().decode(GLTFDocument.self, from: Data(file.bytes[20..<jsonEnd]))
        else { throw file.damaged("its chunks are not ours") }
        var found: [FoundMesh] = []
        for node in document.nodes {
            guard let primitive = document.item(document.meshes, node.mesh)?.primitives.first,
                let places = document.item(document.accessors, primitive.attributes["POSITION"] ?? -1),
                let indices = document.item(document.accessors, primitive.indices),
                let placesView = document.item(document.bufferViews, places.bufferView),
                let indicesView = document.item(document.bufferViews, indices.bufferView),
                places.componentType == GLTFDocument.float, indices.componentType == GLTFDocument.uint32
            else { throw file.damaged("node '\(node.name)' has no surface as we write it") }
            let start = jsonEnd + 8
            try file.require(places.count, of: 12, from: start &+ placesView.byteOffset)
            try file.require(indices.count / 3, of: 12, from: start &+ indicesView.byteOffset)
            let mesh = TriangleMesh(
                positions: (0..<places.count).map {
                    fromGLTF(file.vector(at: start + placesView.byteOffset + 12 * $0))
                },
                triangles: (0..<indices.count / 3).map { file.indices(at: start + indicesView.byteOffset + 12 * $0) })
            found.append(FoundMesh(id: node.extras.label, name: node.name, mesh: mesh))
        }
        return found
    }

    /// RAS to glTF's axes.
    static func turned(_ vector: Vec3) -> Vec3 { [0 - vector.x, vector.z + 0, vector.y + 0] }

    private static func fromGLTF(_ place: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3<Float>(Vec3(0 - Double(place.x), Double(place.z), Double(place.y)) * 1000)
    }
}
