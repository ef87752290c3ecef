import Foundation
import Volumes

/// The JSON of a glTF file, as far as ours have it; names are the format's.
struct GLTFDocument: Codable {
    struct Asset: Codable {
        var version = "2.0"
        var generator = "tomos"
        var extras: [String: String]
    }
    struct Scene: Codable {
        var nodes: [Int]
    }
    struct Node: Codable {
        var mesh: Int
        var name: String
        var extras: Extras
    }
    struct Extras: Codable {
        var label: UInt16
        var code: [String: String]?
    }
    struct Mesh: Codable {
        var name: String
        var primitives: [Primitive]
        var extras: Extras
    }
    struct Primitive: Codable {
        var attributes: [String: Int]
        var indices: Int
        var material: Int
    }
    struct Material: Codable {
        var name: String
        var pbrMetallicRoughness: Surface
    }
    struct Surface: Codable {
        var baseColorFactor: [Double]
        var metallicFactor = 0.0
        var roughnessFactor = 0.7
    }
    struct Accessor: Codable {
        var bufferView: Int
        var componentType: Int
        var count: Int
        var type: String
        var min: [Double]?
        var max: [Double]?
    }
    struct BufferView: Codable {
        var buffer = 0
        var byteOffset: Int
        var byteLength: Int
        var target: Int
    }
    struct Buffer: Codable {
        var byteLength: Int
    }

    static let (uint32, float) = (5125, 5126)
    private static let (vertexData, indexData) = (34962, 34963)

    var asset: Asset
    var scene = 0
    var scenes: [Scene] = [Scene(nodes: [])]
    var nodes: [Node] = []
    var meshes: [Mesh] = []
    var materials: [Material] = []
    var accessors: [Accessor] = []
    var bufferViews: [BufferView] = []
    var buffers: [Buffer] = []

    init(space: String) { asset = Asset(extras: ["space": space]) }

    /// Adds a label's node, its mesh and material, and its numbers.
    mutating func add(_ part: MeshPart, _ numbers: inout [UInt8]) {
        let (name, mesh, number) = (part.entry.oneLineName, part.mesh, meshes.count)
        let places = mesh.positions.map { SIMD3<Float>(GLBFile.turned(Vec3($0)) / 1000) }
        let (low, high) = places.reduce((places[0], places[0])) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
        let normals = mesh.normals.map { SIMD3<Float>(GLBFile.turned(Vec3($0))) }

        addView(Self.indexData, &numbers) { numbers in for triangle in mesh.triangles { numbers.add(triangle) } }
        add(Self.uint32, 3 * mesh.triangles.count, "SCALAR")
        addView(Self.vertexData, &numbers) { numbers in for place in places { numbers.add(place) } }
        add(Self.float, places.count, "VEC3", (low, high))
        addView(Self.vertexData, &numbers) { numbers in for normal in normals { numbers.add(normal) } }
        add(Self.float, normals.count, "VEC3")

        let first = accessors.count - 3
        // On node and mesh: readers keep the one or the other.
        let extras = Extras(label: part.entry.id, code: part.code.isEmpty ? nil : part.code)
        let primitive = Primitive(
            attributes: ["POSITION": first + 1, "NORMAL": first + 2], indices: first, material: number)
        meshes.append(Mesh(name: name, primitives: [primitive], extras: extras))
        let surface = Surface(baseColorFactor: Self.linear(part.entry.colour))
        materials.append(Material(name: name, pbrMetallicRoughness: surface))
        nodes.append(Node(mesh: number, name: name, extras: extras))
        scenes[0].nodes.append(number)
    }

    /// An item by its number, where there is one.
    func item<Item>(_ items: [Item], _ number: Int) -> Item? { items.indices.contains(number) ? items[number] : nil }

    private mutating func addView(_ target: Int, _ numbers: inout [UInt8], _ fill: (inout [UInt8]) -> Void) {
        let start = numbers.count
        fill(&numbers)
        bufferViews.append(BufferView(byteOffset: start, byteLength: numbers.count - start, target: target))
    }

    /// Adds an accessor of all that the last view holds.
    private mutating func add(
        _ componentType: Int, _ count: Int, _ type: String, _ range: (SIMD3<Float>, SIMD3<Float>)? = nil
    ) {
        let view = bufferViews.count - 1
        var accessor = Accessor(bufferView: view, componentType: componentType, count: count, type: type)
        if let (low, high) = range {
            (accessor.min, accessor.max) = ((0..<3).map { Double(low[$0]) }, (0..<3).map { Double(high[$0]) })
        }
        accessors.append(accessor)
    }

    /// Red, green, blue and opacity in linear light, of which glTF's factors are (IEC 61966-2-1), to six decimals.
    private static func linear(_ colour: Colour) -> [Double] {
        [colour.red, colour.green, colour.blue].map { value in
            let share = Double(value) / 255
            let light = share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            return (light * 1e6).rounded() / 1e6
        } + [1]
    }
}
