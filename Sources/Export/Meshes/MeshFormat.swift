import Platform
import Volumes

/// The files in which surfaces go to other programs. This list is the one registry of them.
///
/// STL, OBJ and PLY are in mm, LPS, as DICOM has it, and say so (`SPACE=LPS`, which 3D Slicer looks for); glTF is in
/// metres with its own axes: +x to the patient's left, +y up (superior), +z to the front (anterior). Equal meshes give
/// equal bytes.
public enum MeshFormat: String, Sendable, Hashable, CaseIterable {
    /// STL, binary; a file a label.
    case stl
    /// Wavefront OBJ with the colours in an MTL file beside it; an object a label.
    case obj
    /// PLY, binary, little endian, with colours; a file a label.
    case ply
    /// glTF 2.0, binary; a node a label.
    case glb

    /// What it is and what it holds, in one line.
    public var summary: String {
        switch self {
        case .stl: "STL surfaces in mm, LPS, a file a label (.stl): 3D Slicer, MeshLab, 3D printing"
        case .obj: "OBJ surfaces in mm, LPS, with names and colours (.obj, .mtl): Blender, MeshLab"
        case .ply: "PLY surfaces in mm, LPS, with colours, a file a label (.ply): 3D Slicer, MeshLab, CloudCompare"
        case .glb: "glTF surfaces in metres with names, colours and codes (.glb): browsers, Blender"
        }
    }

    /// The surfaces as files. `name` is the case's name, with which every file's begins.
    ///
    /// - Throws: `MeshFileError` where there is no surface, or more of them than the format can hold.
    public func render(_ parts: [MeshPart], name: String) throws(MeshFileError) -> [MeshFile] {
        let parts = parts.filter { !$0.mesh.triangles.isEmpty }
        guard !parts.isEmpty else { throw .noSurface(name: name) }
        switch self {
        case .stl: return parts.map { MeshFile(fileName($0, name), STLFile.write($0)) }
        case .obj: return OBJFile.write(parts, stem: SafeText.fileName(SafeText.fileNamePart(name), longest: 180))
        case .ply: return parts.map { MeshFile(fileName($0, name), PLYFile.write($0)) }
        case .glb: return [MeshFile(SafeText.fileName(name, longest: 180) + ".glb", try GLBFile.write(parts))]
        }
    }

    /// The surfaces in a file that `render` made, as they stand there; an MTL file has none. `path` is for messages.
    ///
    /// - Throws: `MeshFileError` where the file is another's or damaged.
    public func read(_ bytes: [UInt8], path: String) throws(MeshFileError) -> [FoundMesh] {
        let found =
            switch self {
            case .stl: try STLFile.read(MeshBytes(bytes, path))
            case .obj: try OBJFile.read(MeshBytes(bytes, path))
            case .ply: try PLYFile.read(MeshBytes(bytes, path))
            case .glb: try GLBFile.read(MeshBytes(bytes, path))
            }
        for surface in found {
            let count = surface.mesh.positions.count
            guard surface.mesh.triangles.allSatisfy({ $0.max() < count }) else {
                throw .damaged(path: path, reason: "a triangle names a vertex beyond its \(count)")
            }
            guard surface.mesh.positions.allSatisfy({ ($0 - $0) == .zero }) else {
                throw .damaged(path: path, reason: "a vertex is not finite")
            }
        }
        return found
    }

    private func fileName(_ part: MeshPart, _ name: String) -> String {
        let label = SafeText.fileNamePart(part.entry.oneLineName)
        return SafeText.fileName("\(name)_\(part.entry.id)_\(label)", longest: 180) + "." + rawValue
    }
}

/// A label's surface to be written.
public struct MeshPart: Sendable {
    /// Id, name and colour.
    public var entry: LabelEntry
    /// The surface in mm, RAS.
    public var mesh: TriangleMesh
    /// The label's code, such as its scheme, value and meaning; glTF alone holds it, in the node's `extras`.
    public var code: [String: String]

    /// Makes a part.
    public init(_ entry: LabelEntry, _ mesh: TriangleMesh, code: [String: String] = [:]) {
        (self.entry, self.mesh, self.code) = (entry, mesh, code)
    }
}

/// A file of surfaces.
public struct MeshFile: Sendable, Hashable {
    /// Name without folder.
    public var fileName: String
    /// Its bytes.
    public var bytes: [UInt8]

    /// Makes a file.
    public init(_ fileName: String, _ bytes: [UInt8]) { (self.fileName, self.bytes) = (fileName, bytes) }
}

/// A surface as it stands in a file.
public struct FoundMesh: Sendable, Equatable {
    /// The label's id.
    public var id: UInt16
    /// Its name as the file has it: in ASCII in STL and PLY, as one word in OBJ.
    public var name: String
    /// The surface in mm, RAS; of an STL file, vertices at the same place are one.
    public var mesh: TriangleMesh
}

extension TriangleMesh {
    /// The mesh in the other of the two spaces of medicine, RAS or LPS: half a turn about the long axis.
    var turnedAround: TriangleMesh {
        // Zero has two signs; one is enough in a file.
        TriangleMesh(positions: positions.map { [0 - $0.x, 0 - $0.y, $0.z + 0] }, triangles: triangles)
    }
}

extension LabelEntry {
    /// The name in plain ASCII without anything that a header's reader could take for a key: letters, digits, spaces
    /// and `_ - . ( )`.
    var plainName: String {
        String(oneLineName.map { $0.isASCII && ($0.isLetter || $0.isNumber || " _-.()".contains($0)) ? $0 : "_" })
    }
}
