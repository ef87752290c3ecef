import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Segmentations and structure sets over small series, written and read again; others' programs judge them in
/// Tests/Viewers.
@Suite("DICOM objects that hold labels") struct DICOMObjectTests {
    let folder = TemporaryFolder()

    static let entries = [
        LabelEntry(id: 10, name: "Leber \"groß\"", colour: Colour(221, 130, 101), snomed: "10200004"),
        LabelEntry(id: 300, name: "kidney_left", colour: Colour(20, 200, 90)),
    ]
    /// Axial, oblique, and of a gantry that leans: direction of columns and rows, step from slice to slice.
    static let places: [(name: String, orientation: String, step: Vec3)] = [
        ("axial", "1\\0\\0\\0\\1\\0", [0, 0, 3]),
        ("oblique", "0.8\\0.6\\0\\-0.36\\0.48\\0.8", Vec3(0.48, -0.64, 0.6) * 3),
        ("leaning", "1\\0\\0\\0\\1\\0", [0, 0.9, 3]),
    ]

    /// Five slices of 4 columns and 3 rows with a frame of reference, in files whose names say nothing of their order.
    private func series(_ orientation: String, _ step: Vec3) throws -> DICOMReference {
        for n in 0..<5 {
            var slice = DICOMWriter.slice(n + 1, z: 0)
            slice[0x0020, 0x0037, "DS"] = orientation
            let place = Vec3(-10, -20, 5) + step * Double(n)
            slice[0x0020, 0x0032, "DS"] = "\(place.x)\\\(place.y)\\\(place.z)"
            slice[0x0020, 0x0052, "UI"] = "1.2.3.99"
            slice[0x0018, 0x0050, "DS"] = "2.5"
            slice[0x0010, 0x0020, "LO"] = "P1"
            try FileManager.default.createDirectory(atPath: folder.file("s"), withIntermediateDirectories: true)
            try Data(slice.bytes).write(to: URL(fileURLWithPath: folder.file("s/\(n * 3 % 5)")))
        }
        let scan = try DICOM.scan([folder.file("s")])
        return try DICOM.volumes(scan.series[0]).reference()
    }

    /// Labels in the corners that tell left from right, front from back and top from bottom; slices 1 and 3 are empty.
    private static func labels(_ grid: Geometry) -> LabelVolume {
        var labels = LabelVolume(geometry: grid)
        for voxel in [0, 1, 4, 24, 59] { labels.voxels[voxel] = 10 }
        for voxel in [11, 30, 55] { labels.voxels[voxel] = 300 }
        return labels
    }

    @Test(
        "A segmentation gives the labels back, wherever its slices lie", arguments: places,
        [DICOMSegmentation.Kind.binary, .labelMap])
    func segmentation(_ place: (name: String, orientation: String, step: Vec3), _ kind: DICOMSegmentation.Kind) throws {
        let reference = try series(place.orientation, place.step)
        let labels = Self.labels(reference.geometry)
        let path = folder.file("seg.dcm")
        #expect(
            try DICOMSegmentation.write(labels, entries: Self.entries, reference: reference, kind: kind, to: path) == []
        )
        let map = try DICOMSegmentation.read(path, on: reference.geometry)
        let numbers: [UInt16] = kind == .binary ? [1, 2] : [10, 300]
        let expected = labels.voxels.map { $0 == 10 ? numbers[0] : $0 == 300 ? numbers[1] : 0 }
        #expect(map.labels?.voxels == expected)
        #expect(map.table?.entries.map(\.id) == numbers)
        #expect(map.table?.entries.map(\.name) == ["Leber \"groß\"", "kidney_left"])
        #expect(map.table?.entries.map(\.colour) == Self.entries.map(\.colour))
        #expect(map.table?.entries.map(\.concept?.value) == ["10200004", "64033007"])
        #expect(map.table?.entries[1].laterality == .left)
        // By its own frames: the empty slices between are there, and every voxel is where it was.
        let own = try DICOMSegmentation.read(path)
        #expect(own.labels?.stored(like: reference.geometry)?.voxels == expected)
        #expect(try LabelMaps.readLabels(path).voxels.count == 60)
    }

    @Test("Contours give the labels back, wherever the slices lie", arguments: places, HoleStyle.allCases)
    func structureSet(_ place: (name: String, orientation: String, step: Vec3), _ holes: HoleStyle) throws {
        let reference = try series(place.orientation, place.step)
        let labels = Self.labels(reference.geometry)
        let path = folder.file("rt.dcm")
        _ = try DICOMStructureSet.write(
            labels, entries: Self.entries, reference: reference, options: ContourOptions(holes: holes), to: path)
        let map = try LabelMaps.read(path, on: reference.geometry)
        #expect(map.labels?.voxels == labels.voxels.map { $0 == 10 ? 1 : $0 == 300 ? 2 : 0 })
        #expect(map.table?.entries.map(\.name) == ["Leber \"groß\"", "kidney_left"])
        #expect(map.table?.entries.map(\.colour) == Self.entries.map(\.colour))
        let error = #expect(throws: DICOMError.self) { try LabelMaps.read(path) }
        #expect(error?.description.contains("name it (--reference)") == true)
    }

    @Test func labelsInAnotherStorageOrderAreTheSame() throws {
        let reference = try series(Self.places[1].orientation, Self.places[1].step)
        let labels = Self.labels(reference.geometry)
        let turned = labels.reoriented(to: try #require(Orientation("SLP")))
        _ = try DICOMSegmentation.write(turned, entries: Self.entries, reference: reference, to: folder.file("a.dcm"))
        let read = try DICOMSegmentation.read(folder.file("a.dcm"), on: turned.geometry)
        #expect(read.labels?.voxels == turned.voxels.map { $0 == 10 ? 1 : $0 == 300 ? 2 : 0 })
    }

    @Test func whatDoesNotBelongTogetherIsRefused() throws {
        let reference = try series(Self.places[0].orientation, Self.places[0].step)
        var grid = reference.geometry
        grid.affine.rowX.w += 5
        let error = #expect(throws: DICOMError.self) {
            try DICOMSegmentation.write(
                Self.labels(grid), entries: Self.entries, reference: reference, to: folder.file("x.dcm"))
        }
        #expect(error?.description.contains("name the series that it was made from") == true)
        #expect(throws: DICOMError.self) {
            // A label that the table lacks.
            try DICOMSegmentation.write(
                Self.labels(reference.geometry), entries: [Self.entries[0]], reference: reference,
                to: folder.file("x.dcm"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.dcm")))
        _ = try DICOMSegmentation.write(
            Self.labels(reference.geometry), entries: Self.entries, reference: reference, to: folder.file("x.dcm"))
        #expect(throws: DICOMError.self) { try DICOMSegmentation.read(folder.file("x.dcm"), on: grid) }
        let image = #expect(throws: DICOMError.self) { try LabelMaps.read(folder.file("s/0")) }
        #expect(image?.description.contains("CT Image Storage holds no labels") == true)
    }

    @Test func aSeriesWithoutAFrameOfReferenceIsRefused() throws {
        for n in 0..<3 {
            try Data(DICOMWriter.slice(n + 1, z: Double(n)).bytes).write(
                to: URL(fileURLWithPath: folder.file("\(n).dcm")))
        }
        let scan = try DICOM.scan([folder.path])
        let error = #expect(throws: DICOMError.self) { try DICOM.volumes(scan.series[0]).reference() }
        #expect(error?.description.contains("no frame of reference") == true)
    }

    @Test func coloursComeBackFromCIELab() {
        // highdicom: CIELabColor.from_rgb(255, 0, 0) is L* 54.3, a* 80.8, b* 69.9 (ICC, D50).
        let red = Colour(255, 0, 0).dicomCIELab
        #expect(abs(Double(red.lightness) / 655.35 - 54.29) < 0.1 && abs(Double(red.a) / 257 - 128 - 80.8) < 0.1)
        #expect(abs(Double(red.b) / 257 - 128 - 69.9) < 0.1)
        for (r, g, b) in [(0, 0, 0), (255, 255, 255), (12, 200, 99), (230, 75, 60), (1, 2, 250)]
            as [(UInt8, UInt8, UInt8)]
        {
            let lab = Colour(r, g, b).dicomCIELab
            #expect(Colour(dicomCIELab: lab.lightness, lab.a, lab.b) == Colour(r, g, b))
        }
    }

    @Test(
        "Others' segmentations are read", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func othersSegmentations() throws {
        let root = SharedFolder.file("conformance/seg")
        let files = (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []).sorted()
        var read = 0
        for file in files where file.hasSuffix(".dcm") && FileKind(of: root + "/" + file) == .dicom {
            if let map = try? LabelMaps.read(root + "/" + file) {
                read += 1
                #expect(map.table?.entries.isEmpty == false, "\(file)")
                #expect(map.layers.contains { $0.contains { $0 != 0 } }, "\(file)")
            }
        }
        // Tests/Viewers compares them voxel for voxel with what highdicom reads.
        #expect(read >= 8, "\(read) of \(files.count)")
    }
}
