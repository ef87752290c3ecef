import Foundation
import Testing
import Volumes

@testable import Export

@Suite struct MeshFilesTests {
    static let parts = [
        MeshPart(
            LabelEntry(id: 3, name: "Left kidney", colour: Colour(255, 128, 0)), MeshSamples.tetrahedron([10, 20, 30]),
            code: ["scheme": "SCT", "value": "18639004", "meaning": "Left kidney"]),
        MeshPart(
            LabelEntry(id: 700, name: "Spleen", colour: Colour(0, 0, 255)), MeshSamples.tetrahedron([-40.5, 0, -7.25])),
    ]

    private func number<Number: FixedWidthInteger>(_ type: Number.Type, _ bytes: [UInt8], at place: Int) -> Number {
        bytes[place..<place + MemoryLayout<Number>.size].reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    private func floats(_ count: Int, _ bytes: [UInt8], at place: Int) -> [Float] {
        (0..<count).map { Float(bitPattern: number(UInt32.self, bytes, at: place + 4 * $0)) }
    }

    // MARK: what stands in the files

    /// The layout as fabbers' STL specification has it; LPS is (-x, -y, z).
    @Test func stl() throws {
        let files = try MeshFormat.stl.render(Self.parts, name: "case")
        #expect(files.map(\.fileName) == ["case_3_Left_kidney.stl", "case_700_Spleen.stl"])
        let bytes = files[0].bytes
        #expect(bytes.count == 84 + 4 * 50 && number(UInt32.self, bytes, at: 80) == 4)
        let header = String(decoding: bytes.prefix(80).prefix { $0 != 0 }, as: UTF8.self)
        #expect(header == "tomos SPACE=LPS mm label 3 Left kidney")
        // The first triangle lies at the bottom, from (10, 20, 30) over (10, 40, 30) to (20, 20, 30) in RAS.
        #expect(floats(12, bytes, at: 84) == [0, 0, -1, -10, -20, 30, -10, -40, 30, -20, -20, 30])
        #expect(number(UInt16.self, bytes, at: 84 + 48) == 0)
    }

    @Test func obj() throws {
        let files = try MeshFormat.obj.render(Self.parts, name: "my case")
        #expect(files.map(\.fileName) == ["my_case.obj", "my_case.mtl"])
        let lines = String(decoding: files[0].bytes, as: UTF8.self).split(separator: "\n")
        #expect(
            lines.prefix(9) == [
                "# tomos SPACE=LPS mm", "mtllib my_case.mtl", "o Left_kidney", "g Left_kidney", "usemtl label_3",
                "v -10.0 -20.0 30.0", "v -20.0 -20.0 30.0", "v -10.0 -40.0 30.0", "v -10.0 -20.0 60.0",
            ])
        #expect(lines.filter { $0.hasPrefix("f ") }.suffix(4) == ["f 5 7 6", "f 5 6 8", "f 5 8 7", "f 6 7 8"])
        #expect(
            String(decoding: files[1].bytes, as: UTF8.self) == """
                # tomos
                newmtl label_3
                Kd 1.0000 0.5020 0.0000
                illum 1
                newmtl label_700
                Kd 0.0000 0.0000 1.0000
                illum 1

                """)
    }

    @Test func ply() throws {
        let files = try MeshFormat.ply.render(Self.parts, name: "case")
        #expect(files.map(\.fileName) == ["case_3_Left_kidney.ply", "case_700_Spleen.ply"])
        let header = """
            ply
            format binary_little_endian 1.0
            comment tomos SPACE=LPS mm
            comment label 700 Spleen
            element vertex 4
            property float x
            property float y
            property float z
            property uchar red
            property uchar green
            property uchar blue
            element face 4
            property list uchar int vertex_indices
            end_header

            """
        let bytes = files[1].bytes
        #expect(String(decoding: bytes.prefix(header.utf8.count), as: UTF8.self) == header)
        let start = header.utf8.count
        #expect(floats(3, bytes, at: start) == [40.5, 0, -7.25])
        #expect(bytes[start + 12..<start + 15] == [0, 0, 255])
        #expect(bytes.count == start + 4 * 15 + 4 * 13 && bytes[start + 60] == 3)
        #expect(number(Int32.self, bytes, at: start + 65) == 2)
    }

    /// glTF 2.0, 4.4 and 3.4: the header, the chunks, +y up and +z to the front, metres.
    @Test func glb() throws {
        let files = try MeshFormat.glb.render(Self.parts, name: "case")
        let bytes = try #require(files.first).bytes
        #expect(files.map(\.fileName) == ["case.glb"] && String(decoding: bytes.prefix(4), as: UTF8.self) == "glTF")
        #expect(number(UInt32.self, bytes, at: 4) == 2 && Int(number(UInt32.self, bytes, at: 8)) == bytes.count)
        let length = Int(number(UInt32.self, bytes, at: 12))
        #expect(length % 4 == 0 && String(decoding: bytes[16..<20], as: UTF8.self) == "JSON")
        #expect(String(decoding: bytes[20 + length + 4..<20 + length + 8], as: UTF8.self) == "BIN\0")
        let json = try JSONSerialization.jsonObject(with: Data(bytes[20..<20 + length])) as? [String: Any]
        let nodes = try #require(json?["nodes"] as? [[String: Any]])
        #expect(nodes.map { $0["name"] as? String } == ["Left kidney", "Spleen"])
        let extras = try #require(nodes[0]["extras"] as? [String: Any])
        #expect(extras["label"] as? Int == 3)
        #expect(extras["code"] as? [String: String] == Self.parts[0].code)
        let accessors = try #require(json?["accessors"] as? [[String: Any]])
        // RAS 10 to 20, 20 to 40, 30 to 60 mm: left is -x, up is z, front is y.
        let (low, high) = (accessors[1]["min"] as? [Double], accessors[1]["max"] as? [Double])
        #expect(low?.map { Float($0) } == [-0.02, 0.03, 0.02] && high?.map { Float($0) } == [-0.01, 0.06, 0.04])
        let numbers = 28 + length
        #expect((0..<3).map { number(UInt32.self, bytes, at: numbers + 4 * $0) } == [0, 2, 1])
        #expect(floats(3, bytes, at: numbers + 48) == [-0.01, 0.03, 0.02])
        for n in 0..<4 {
            let normal = floats(3, bytes, at: numbers + 96 + 12 * n)
            #expect(abs(normal.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        // The middle of the sRGB scale is about a fifth of the light.
        let materials = try #require(json?["materials"] as? [[String: Any]])
        let surface = try #require(materials[0]["pbrMetallicRoughness"] as? [String: Any])
        #expect(surface["baseColorFactor"] as? [Double] == [1, 0.215861, 0, 1])
    }

    // MARK: back again

    @Test(arguments: MeshFormat.allCases) func readsWhatItWrites(format: MeshFormat) throws {
        let ball = try MeshSamples.surface(MeshSamples.ball(6, affine: MeshSamples.oblique))
        let parts = Self.parts + [MeshPart(LabelEntry(id: 1, name: "Ball", colour: Colour(1, 2, 3)), ball.mesh)]
        let files = try format.render(parts, name: "case").filter { !$0.fileName.hasSuffix(".mtl") }
        let found = try files.flatMap { try format.read($0.bytes, path: $0.fileName) }
        #expect(found.map(\.id) == [3, 700, 1])
        for (part, surface) in zip(parts, found) {
            let (before, after) = (MeshCheck(part.mesh), MeshCheck(surface.mesh))
            #expect(after.isManifold && after.triangles == before.triangles && after.vertices == before.vertices)
            #expect(abs(after.volume - before.volume) < 1e-4 * before.volume)
            #expect((after.centroid - before.centroid).length < 1e-3)
            if format == .ply || format == .obj { #expect(surface.mesh == part.mesh) }
        }
        #expect(ball.flaw(asFound: found[2]) == nil)
        #expect(try format.render(parts, name: "case") == format.render(parts, name: "case"))
    }

    @Test func proofTellsWhatIsWrong() throws {
        let ball = try MeshSamples.surface(MeshSamples.ball(6))
        func flaw(_ change: (inout FoundMesh) -> Void) -> String? {
            var found = FoundMesh(id: 1, name: "", mesh: ball.mesh)
            change(&found)
            return ball.flaw(asFound: found)
        }
        #expect(flaw { _ in } == nil)
        #expect(flaw { $0.id = 2 } == "label 1 is called 2")
        #expect(flaw { $0.mesh.triangles.removeLast() } == "the surface of label 1 is not closed")
        let inwards = flaw { $0.mesh.triangles = $0.mesh.triangles.map { [$0.x, $0.z, $0.y] } }
        #expect(inwards?.contains("encloses -") == true)
        let larger = flaw { $0.mesh.positions = $0.mesh.positions.map { $0 * 1.1 } }
        #expect(larger?.contains("was made to enclose") == true)
        #expect(
            flaw { $0.mesh.positions = $0.mesh.positions.map { $0 + [0.6, 0, 0] } }?
                .hasPrefix("the centroid of label 1's surface lies 0.") == true)
        // Mirrored, and turned so that it stays outwards: left for right.
        #expect(
            flaw {
                $0.mesh.positions = $0.mesh.positions.map { $0 * [-1, 1, 1] }
                $0.mesh.triangles = $0.mesh.triangles.map { [$0.x, $0.z, $0.y] }
            }?.hasPrefix("the centroid") == true)
    }

    // MARK: names and bad input

    @Test(
        arguments: MeshFormat.allCases,
        [
            "a \"quote\"", "<script>alert(1)</script>", "two\nlines SPACE=RAS", "v 1 2 3\nf 1 1 1", "\u{202E}sdrawkcab",
            "back\\slash \\", "# no comment", "", "solid", "\u{0}\u{7}", "Größe 肝臓", "end_header\n",
            String(repeating: "long ", count: 100), "../../etc",
        ])
    func anyName(format: MeshFormat, name: String) throws {
        let entry = LabelEntry(id: 9, name: name, colour: Colour(1, 2, 3))
        let parts = [MeshPart(entry, MeshSamples.tetrahedron(), code: [name: name])]
        let files = try format.render(parts, name: "case")
        for file in files {
            #expect(!file.fileName.contains("/") && file.fileName.utf8.count < 200)
            #expect(file.fileName.hasPrefix("case"))
        }
        let found = try format.read(files[0].bytes, path: "x")
        #expect(found.map(\.id) == [9] && found.count == 1)
        #expect(MeshCheck(found[0].mesh).isManifold && found[0].mesh.triangles.count == 4)
        if format == .glb {
            #expect(found[0].name == parts[0].entry.oneLineName)
        } else {
            #expect(format == .obj ? !found[0].name.contains(" ") : found[0].name.allSatisfy(\.isASCII))
            let head = String(decoding: files[0].bytes.prefix(400), as: UTF8.self)
            #expect(head.contains("SPACE=LPS") && !head.contains("SPACE=RAS"))
        }
    }

    @Test(arguments: MeshFormat.allCases) func damagedFilesAreRefused(format: MeshFormat) throws {
        let bytes = try format.render([Self.parts[0]], name: "case")[0].bytes
        for length in 0..<bytes.count - 1 where format != .obj {
            #expect(throws: MeshFileError.self) { try format.read(Array(bytes.prefix(length)), path: "x") }
        }
        var noise = Noise(state: 7)
        for _ in 0..<3000 {
            var changed = bytes
            for _ in 0..<3 {
                changed[Int.random(in: 0..<bytes.count, using: &noise)] = UInt8.random(in: 0...255, using: &noise)
            }
            // Whatever is taken for a surface names vertices that are there.
            for surface in (try? format.read(changed, path: "x")) ?? [] { _ = MeshCheck(surface.mesh) }
        }
    }

    @Test func messages() throws {
        #expect(throws: MeshFileError.noSurface(name: "case")) { try MeshFormat.glb.render([], name: "case") }
        let empty = MeshPart(Self.parts[0].entry, TriangleMesh())
        #expect(throws: MeshFileError.noSurface(name: "case")) { try MeshFormat.stl.render([empty], name: "case") }
        #expect(
            MeshFileError.noSurface(name: "case").description
                == "case: no label has a voxel, so there is no surface to write (export a label map that is not empty)")
        var bytes = try MeshFormat.stl.render(Self.parts, name: "case")[0].bytes
        bytes[80] = 5
        let reason = "5 items of 50 bytes from byte 84 on are not within its 284"
        #expect(throws: MeshFileError.damaged(path: "x.stl", reason: reason)) {
            try MeshFormat.stl.read(bytes, path: "x.stl")
        }
        bytes[80] = 4
        bytes.replaceSubrange(96..<100, with: [0, 0, 0xC0, 0x7F])
        #expect(throws: MeshFileError.damaged(path: "x.stl", reason: "a vertex is not finite")) {
            try MeshFormat.stl.read(bytes, path: "x.stl")
        }
        let least = Array("# tomos\no a\nusemtl label_1\nv 1 2 3\nf 1 1 -9223372036854775808\n".utf8)
        #expect(throws: MeshFileError.damaged(path: "x.obj", reason: "line 5 is no triangle")) {
            try MeshFormat.obj.read(least, path: "x.obj")
        }
        let beyond = Array("# tomos\no a\nusemtl label_1\nv 1 2 3\nf 1 1 2\n".utf8)
        #expect(throws: MeshFileError.damaged(path: "x.obj", reason: "a triangle names a vertex beyond its 1")) {
            try MeshFormat.obj.read(beyond, path: "x.obj")
        }
        #expect(
            MeshFileError.damaged(path: "x.obj", reason: "why").description
                == "x.obj: why; only files of surfaces that tomos wrote are read back: export it again")
    }
}
