import Foundation
import Platform
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Export

@Suite("Label maps for viewers, proved") struct LabelExporterTests {
    let folder = TemporaryFolder()

    static let table = LabelTable([
        LabelEntry(id: 2, name: "kidney_left", colour: Colour(200, 80, 60)),
        LabelEntry(id: 300, name: "<script>\"a\u{202E}b\"\nline;~^|", colour: Colour(1, 2, 3)),
        LabelEntry(id: 9, name: "absent", colour: Colour(7, 8, 9)),
    ])

    /// Upright, turned and mirrored, oblique.
    static let affines: [Affine] = [
        .identity, Affine(i: [0, 0, 2], j: [0, -1, 0], k: [3, 0, 0], origin: [9, -8, 7]),
        Affine(i: [0.96, 0.2, 0.1], j: [-0.2, 0.9, 0.3], k: [-0.05, -0.4, 2], origin: [-100, 20, 3.3]),
    ]

    static func export(_ affine: Affine, shape: Shape = Shape(6, 5, 4)) -> LabelExport {
        var labels = LabelVolume(geometry: Geometry(shape: shape, affine: affine))
        for n in stride(from: 0, to: shape.count, by: 3) { labels.voxels[n] = n % 2 == 0 ? 2 : 300 }
        labels.voxels[1] = 77
        return LabelExport(labels: labels, table: table, name: "case")
    }

    @Test("Every exporter delivers what it names, read again", arguments: LabelExporters.all.map(\.name))
    func everyExporter(_ name: String) throws {
        let exporter = try #require(LabelExporters.named(name))
        for (n, affine) in Self.affines.enumerated() {
            let export = Self.export(affine)
            let target = folder.file("out\(n)")
            if let lack = exporter.lack(export) {
                #expect(throws: ExportError.cannotExport(format: name, reason: lack)) {
                    try export.write(exporter, to: target)
                }
                continue
            }
            // A MetaImage's axes are at right angles.
            if name == "mha", !affine.isOrthogonal {
                #expect(throws: VolumeFileError.self) { try export.write(exporter, to: target) }
                continue
            }
            let (files, proof) = try export.write(exporter, to: target)
            #expect(try FileManager.default.contentsOfDirectory(atPath: target).sorted() == files.names.sorted())
            #expect(files.names.allSatisfy { $0.hasPrefix("case") } && proof.format == name)
            let perLabel = exporter.files.contains("LABEL") ? export.present.count : 1
            #expect(exporter.files.split(separator: ", ").count * perLabel == files.names.count)
            // Equal input gives equal bytes.
            let first = files.names.map { FileManager.default.contents(atPath: target + "/" + $0) }
            _ = try export.write(exporter, to: target)
            #expect(files.names.map { FileManager.default.contents(atPath: target + "/" + $0) } == first)
        }
    }

    @Test func namesAreOneToAFormat() {
        #expect(Set(LabelExporters.all.map(\.name)).count == LabelExporters.all.count)
    }

    /// Writes the label map mirrored, as people's exports were.
    struct Mirroring: LabelExporter {
        let name = "mirrored"
        let summary = ""
        let files = "NAME.nrrd"

        func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
            var wrong = export.labels
            let shape = wrong.geometry.shape
            for n in wrong.voxels.indices {
                wrong.voxels[n] = export.labels.voxels[n / shape.i * shape.i + shape.i - 1 - n % shape.i]
            }
            try NRRD.write(wrong, to: folder + "/" + export.name + ".nrrd")
            return WrittenFiles([export.name + ".nrrd"])
        }

        func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
            try LabelMapExporter.nrrd.prove(files, of: export)
        }
    }

    @Test func whatDoesNotShowTheSameIsNotDelivered() throws {
        let export = Self.export(Self.affines[2])
        let error = #expect(throws: ExportError.self) { try export.write(Mirroring(), to: folder.file("out")) }
        #expect(error?.description.hasPrefix(folder.file("out/case.nrrd") + ": not delivered: ") == true)
        #expect(error?.description.contains("voxels differ") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")) == [])
    }

    @Test func segmentsTellWhatTheTableSays() throws {
        let export = Self.export(Self.affines[1])
        _ = try export.write(SlicerSegmentationExporter(), to: folder.file("o"))
        let map = try LabelMaps.read(folder.file("o/case.seg.nrrd"))
        let left = try #require(map.table?[2])
        #expect(left.name == "kidney_left" && left.colour == Colour(200, 80, 60))
        // The dictionary knows the code and the side.
        #expect(left.concept?.value == "64033007" && left.laterality == .left && left.category == .anatomicalStructure)
        #expect(map.table?[300]?.name == "<script>\"a b\" line;~^|")
        #expect(map.table?[77]?.name == "label 77" && map.table?[9]?.name == "absent")
        #expect(map.labels?.stored(like: export.labels.geometry)?.voxels == export.labels.voxels)
    }

    @Test func extentsAreOfTheVoxels() {
        var labels = LabelVolume(geometry: Geometry(shape: Shape(4, 3, 2), affine: .identity))
        for n in [5, 6, 21] { labels.voxels[n] = 8 }
        #expect(labels.extents()[8]?.box.extentText == "1 2 1 2 0 1")
    }

    @Test func anEmptyLabelMapIsWritten() throws {
        let empty = LabelVolume(geometry: Geometry(shape: Shape(3, 3, 3), affine: .identity))
        let export = LabelExport(labels: empty, table: Self.table, name: "e")
        for exporter in LabelExporters.all where exporter.lack(export) == nil {
            #expect(throws: Never.self) { try export.write(exporter, to: folder.file("e")) }
        }
    }

    @Test func aFolderInTheWayOfOneFileKeepsAllFromBeingDelivered() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("o/case_dseg.json"), withIntermediateDirectories: true)
        let error = #expect(throws: AtomicFileError.self) {
            try Self.export(.identity).write(TableExporter(.bids), to: folder.file("o"))
        }
        #expect(error?.description.hasPrefix(folder.file("o/case_dseg.json") + ": cannot be created") == true)
        #expect(folder.contents == ["o", "o/case_dseg.json"])
    }

    @Test func anUnwritableFolderIsNamed() {
        #expect {
            try Self.export(.identity).write(TableExporter(.slicer), to: "/proc/none")
        } throws: { error in
            "\(error)".hasPrefix("/proc/none: cannot be created: ")
                && (error as? any TomosError)?.category == .cannotCreate
        }
    }
}
