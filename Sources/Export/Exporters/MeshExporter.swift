import Foundation
import Platform
import VolumeIO
import Volumes

/// Surfaces of the labels, smooth and watertight, with the labels' volumes.
struct MeshExporter: LabelExporter {
    let format: MeshFormat

    var name: String { format.rawValue }
    var summary: String { format.summary }
    var files: String {
        switch format {
        case .stl, .ply: "NAME_ID_LABEL.\(format.rawValue)"
        case .obj: "NAME.obj, NAME.mtl"
        case .glb: "NAME.glb"
        }
    }

    func lack(_ export: LabelExport) -> String? {
        export.present.isEmpty ? "the label map is empty, and nothing has no surface" : nil
    }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        let surfaces = try surfaces(of: export)
        let parts = zip(export.present, surfaces).map { entry, surface in
            let type = entry.terms.type
            return MeshPart(
                entry, surface.mesh, code: ["scheme": type.scheme, "value": type.value, "meaning": type.meaning])
        }
        let files = try format.render(parts, name: export.name)
        for file in files { try AtomicFile.write(file.bytes, to: folder + "/" + file.fileName) }
        let rough = zip(export.present, surfaces).filter { $1.voxels < LabelSurface.fewestJudged }.map {
            entry, surface in
            "\(entry.oneLineName): \(surface.voxels) voxels, whose surface has \(Self.percent(surface.volumeError)) other volume"
        }
        return WrittenFiles(files.map(\.fileName), notices: rough)
    }

    private static func percent(_ share: Double) -> String { decimal(100 * abs(share), 1) + " %" }

    private func surfaces(of export: LabelExport) throws -> [LabelSurface] {
        let (labels, extents, present) = (export.labels, export.labels.extents(), export.present)
        let made = concurrentMap(present.count, threads: ThreadBudget.count) { n in
            LabelSurface(of: present[n].id, in: labels, extent: extents[present[n].id])
        }
        return try zip(present, made).map { entry, surface in
            guard let surface else { throw MeshFileError.noSurface(name: entry.oneLineName) }
            return surface
        }
    }

    /// Reads the surfaces again: closed, of the label's volume, and around its centre.
    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        let surfaces = Dictionary(try surfaces(of: export).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var seen: Set<UInt16> = []
        var (volume, centre) = (0.0, 0.0)
        for file in files where !file.hasSuffix(".mtl") {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw ExportError.proofFailed(file: file, reason: "it cannot be read")
            }
            for found in try format.read([UInt8](data), path: file) {
                guard let surface = surfaces[found.id] else {
                    throw ExportError.proofFailed(file: file, reason: "it shows label \(found.id), which has no voxel")
                }
                if let flaw = surface.flaw(asFound: found) { throw ExportError.proofFailed(file: file, reason: flaw) }
                let check = MeshCheck(found.mesh)
                volume = max(volume, abs(check.volume / surface.voxelVolume - 1))
                centre = max(centre, (check.centroid - surface.voxelCentroid).length)
                seen.insert(found.id)
            }
        }
        if let missing = export.present.first(where: { !seen.contains($0.id) }) {
            throw ExportError.proofFailed(file: files.first ?? export.name, reason: "label \(missing.id) is missing")
        }
        return ExportProof(
            format: name, files: files.map { String($0.split(separator: "/").last ?? "") }, readBy: "tomos",
            agrees: "\(seen.count) closed surfaces, volumes within \(Self.percent(volume)), centres within "
                + "\(decimal(centre, 2)) mm", volumeDifference: volume, centreDistance: centre)
    }
}
