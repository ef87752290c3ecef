import Volumes

/// PLY, binary, little endian: a header in ASCII, the vertices with their colours, the triangles.
enum PLYFile {
    private static let vertexSize = 15
    private static let faceSize = 13
    private static let begin = ["ply", "format binary_little_endian 1.0", "comment tomos SPACE=LPS mm"]
    private static let vertexProperties = [
        "property float x", "property float y", "property float z", "property uchar red", "property uchar green",
        "property uchar blue",
    ]
    private static let end = ["property list uchar int vertex_indices", "end_header"]

    static func write(_ part: MeshPart) -> [UInt8] {
        let mesh = part.mesh.turnedAround
        let label = "comment label \(part.entry.id) \(part.entry.plainName)"
        let header =
            begin + [label, "element vertex \(mesh.positions.count)"] + vertexProperties
            + ["element face \(mesh.triangles.count)"] + end
        var bytes = Array(textFile(header).utf8)
        bytes.reserveCapacity(bytes.count + vertexSize * mesh.positions.count + faceSize * mesh.triangles.count)
        let colour = part.entry.colour
        for place in mesh.positions {
            bytes.add(place)
            bytes += [colour.red, colour.green, colour.blue]
        }
        for triangle in mesh.triangles {
            bytes.append(3)
            bytes.add(triangle)
        }
        return bytes
    }

    static func read(_ file: MeshBytes) throws(MeshFileError) -> [FoundMesh] {
        let (lines, start) = try header(file)
        let words = lines.map { $0.split(separator: " ") }
        guard lines.count == begin.count + vertexProperties.count + end.count + 3, Array(lines.prefix(3)) == begin,
            Array(lines[5..<11]) == vertexProperties, Array(lines.suffix(2)) == end,
            words[3].count >= 3, words[3][1] == "label", let id = UInt16(words[3][2]),
            let vertices = count(words[4], of: "vertex"), let faces = count(words[11], of: "face")
        else { throw file.damaged("its header is not ours") }
        try file.require(vertices, of: vertexSize, from: start)
        let facesStart = start + vertices * vertexSize
        try file.require(faces, of: faceSize, from: facesStart)
        guard file.bytes.count == facesStart + faces * faceSize else {
            throw file.damaged("it has \(file.bytes.count) bytes for \(vertices) vertices and \(faces) triangles")
        }
        var mesh = TriangleMesh()
        for n in 0..<vertices { mesh.positions.append(file.vector(at: start + n * vertexSize)) }
        for n in 0..<faces {
            let place = facesStart + n * faceSize
            guard file.bytes[place] == 3 else { throw file.damaged("face \(n) is no triangle") }
            mesh.triangles.append(file.indices(at: place + 1))
        }
        let name = words[3].dropFirst(3).joined(separator: " ")
        return [FoundMesh(id: id, name: name, mesh: mesh.turnedAround)]
    }

    private static func count(_ words: [Substring], of element: String) -> Int? {
        guard words.count == 3, words[0] == "element", words[1] == element else { return nil }
        return Int(words[2])
    }

    /// The header's lines, and where what follows begins.
    private static func header(_ file: MeshBytes) throws(MeshFileError) -> (lines: [String], end: Int) {
        let longest = 4096
        let text = file.bytes.prefix(longest)
        var (lines, start): ([String], Int) = ([], 0)
        while let end = text[start...].firstIndex(of: 0x0A) {
            lines.append(String(decoding: text[start..<end], as: UTF8.self))
            start = end + 1
            if lines.last == "end_header" { return (lines, start) }
        }
        throw file.damaged("its header does not end")
    }
}
