import Platform
import Volumes

/// Wavefront OBJ: lines of text, an object and group a label, and a file of their colours beside it. Vertices are
/// counted through the file, from 1.
enum OBJFile {
    private static let begin = "# tomos SPACE=LPS mm"
    private static let material = "label_"

    static func write(_ parts: [MeshPart], stem: String) -> [MeshFile] {
        var bytes = Array(textFile([begin, "mtllib \(stem).mtl"]).utf8)
        var colours = Array(textFile(["# tomos"]).utf8)
        var first = 1
        for part in parts {
            let mesh = part.mesh.turnedAround
            let name = part.entry.objectName
            bytes += textFile(["o \(name)", "g \(name)", "usemtl \(material)\(part.entry.id)"]).utf8
            for place in mesh.positions { bytes += "v \(place.x) \(place.y) \(place.z)\n".utf8 }
            bytes += "s 1\n".utf8
            for triangle in mesh.triangles {
                bytes += "f \(Int(triangle.x) + first) \(Int(triangle.y) + first) \(Int(triangle.z) + first)\n".utf8
            }
            first += mesh.positions.count
            let colour = share(part.entry.colour)
            colours += textFile(["newmtl \(material)\(part.entry.id)", "Kd \(colour)", "illum 1"]).utf8
        }
        return [MeshFile(stem + ".obj", bytes), MeshFile(stem + ".mtl", colours)]
    }

    private static func share(_ colour: Colour) -> String {
        [colour.red, colour.green, colour.blue].map { decimal(Double($0) / 255, 4) }.joined(separator: " ")
    }

    static func read(_ file: MeshBytes) throws(MeshFileError) -> [FoundMesh] {
        var found: [FoundMesh] = []
        var (first, start, line) = (1, 0, 0)
        while start < file.bytes.count {
            let end = file.bytes[start...].firstIndex(of: 0x0A) ?? file.bytes.count
            let words = file.bytes[start..<end].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            (start, line) = (end + 1, line + 1)
            switch words.first {
            case "o":
                first += found.last?.mesh.positions.count ?? 0
                found.append(FoundMesh(id: 0, name: words.dropFirst().joined(separator: " "), mesh: TriangleMesh()))
            case "usemtl":
                guard !found.isEmpty, words.count == 2, words[1].hasPrefix(material),
                    let id = UInt16(words[1].dropFirst(material.count))
                else { throw file.damaged("line \(line) names no label") }
                found[found.count - 1].id = id
            case "v":
                let numbers = words.dropFirst().compactMap { Float($0) }
                guard !found.isEmpty, words.count == 4, numbers.count == 3 else {
                    throw file.damaged("line \(line) is no vertex")
                }
                found[found.count - 1].mesh.positions.append(SIMD3(numbers))
            case "f":
                let numbers = words.dropFirst().compactMap { UInt32($0).flatMap { UInt32(exactly: Int($0) - first) } }
                guard !found.isEmpty, words.count == 4, numbers.count == 3 else {
                    throw file.damaged("line \(line) is no triangle")
                }
                found[found.count - 1].mesh.triangles.append(SIMD3(numbers))
            default: break
            }
        }
        return found.map { FoundMesh(id: $0.id, name: $0.name, mesh: $0.mesh.turnedAround) }
    }
}

extension LabelEntry {
    /// The name as one word of an OBJ file, where `#` begins a comment, `\` goes on with the next line, and `=` could
    /// pass for a key.
    fileprivate var objectName: String { String(oneWordName.map { "#\\=".contains($0) ? "_" : $0 }) }
}
