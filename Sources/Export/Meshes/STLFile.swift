import Volumes

/// STL, binary: a header of 80 bytes of text, the number of triangles, and for each its normal, its corners and two
/// bytes of zero. The text must not begin with `solid`, with which the other kind of STL does.
enum STLFile {
    private static let headerSize = 80
    private static let triangleSize = 50
    private static let mark = "tomos SPACE=LPS mm label "

    static func write(_ part: MeshPart) -> [UInt8] {
        let mesh = part.mesh.turnedAround
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + 4 + triangleSize * mesh.triangles.count)
        bytes += "\(mark)\(part.entry.id) \(part.entry.plainName)".utf8.prefix(headerSize - 1)
        bytes += repeatElement(0, count: headerSize - bytes.count)
        bytes.add(UInt32(mesh.triangles.count))
        for triangle in mesh.triangles {
            let normal = mesh.areaNormal(triangle)
            bytes.add(SIMD3<Float>(normal.length > 0 ? normal.normalized : .zero))
            for n in 0..<3 { bytes.add(mesh.positions[Int(triangle[n])]) }
            bytes.add(UInt16(0))
        }
        return bytes
    }

    static func read(_ file: MeshBytes) throws(MeshFileError) -> [FoundMesh] {
        try file.require(headerSize + 4, of: 1, from: 0)
        let header = String(decoding: file.bytes.prefix(headerSize).prefix { $0 != 0 }, as: UTF8.self)
        guard header.hasPrefix(mark) else { throw file.damaged("its header is '\(header)'") }
        let label = header.dropFirst(mark.count).split(separator: " ", maxSplits: 1)
        guard let id = label.first.flatMap({ UInt16($0) }) else { throw file.damaged("its header names no label") }
        let count = Int(file.number(UInt32.self, at: headerSize))
        let start = headerSize + 4
        try file.require(count, of: triangleSize, from: start)
        guard file.bytes.count == start + count * triangleSize else {
            throw file.damaged("it has \(file.bytes.count) bytes for \(count) triangles")
        }
        var mesh = TriangleMesh()
        for n in 0..<count {
            for corner in 1...3 {
                mesh.positions.append(file.vector(at: start + n * triangleSize + 12 * corner))
            }
            mesh.triangles.append(SIMD3(0, 1, 2) &+ UInt32(3 * n))
        }
        return [FoundMesh(id: id, name: String(label.dropFirst().first ?? ""), mesh: mesh.turnedAround.merged)]
    }
}
