import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// NRRD, MetaImage and MGH, against files of SimpleITK, nibabel, pynrrd and slicerio.
@Suite("Formats beside NIfTI and DICOM") struct OtherFormatsTests {
    let folder = TemporaryFolder()

    /// Voxel n is (n % 5) * 100 - 150; the affine is numpy's, of two rotations.
    static let affine = Affine(
        rowX: [-0.66873554, 0.34755537, -0.17613241, 10.5], rowY: [-0.20686414, -1.12355204, 0.56938818, -20.25],
        rowZ: [0, 0.2384032, 2.94019973, -30])
    static let shape = Shape(3, 4, 2)
    static let values = (0..<24).map { Double($0 % 5 * 100 - 150) }

    private func file(_ base64: String, _ name: String) throws -> String {
        let data = try #require(Data(base64Encoded: base64))
        try data.write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    private func requirePlace(_ geometry: Geometry) {
        #expect(geometry.shape == Self.shape)
        #expect(Geometry(shape: Self.shape, affine: Self.affine).matches(geometry, tolerance: 1e-4))
    }

    static let images: [(String, String, VolumeFormat, String)] = [
        ("a.nrrd", WrittenByOthers.sitkInt16Nrrd, .nrrd, "int16"),
        ("a.mha", WrittenByOthers.sitkInt16Mha, .metaImage, "int16"),
        ("raw.mha", WrittenByOthers.sitkInt16RawMha, .metaImage, "int16"),
        ("a.mgz", WrittenByOthers.nibInt16Mgz, .mgh, "int16"),
        ("big.nrrd", WrittenByOthers.pynrrdBigNrrd, .nrrd, "int32"),
        ("sitk-int16.mhd", WrittenByOthers.sitkInt16Mhd, .metaImage, "int16"),
    ]

    @Test("An image is read with its values and its place", arguments: images)
    func image(_ name: String, _ base64: String, _ format: VolumeFormat, _ type: String) throws {
        _ = try file(WrittenByOthers.sitkInt16Zraw, "sitk-int16.zraw")
        let path = try file(base64, name)
        #expect(FileKind(of: path) == .volume(format))
        let volume = try Images.readVolume(path)
        #expect(volume.voxels.typeName == type)
        let scale = name == "big.nrrd" ? { $0 % 5 } : { $0 % 5 * 100 - 150 }
        #expect((0..<24).allSatisfy { volume.voxels[$0] == Double(scale($0)) })
        requirePlace(volume.geometry)
        #expect(volume.notices.isEmpty)
        let info = try Images.info(path)
        #expect(info.format == format && info.dimensions == [3, 4, 2] && info.volumeCount == 1)
        // What it is, the content says.
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("scan"))
        if !name.hasSuffix("mhd") { #expect(try Images.readVolume(folder.file("scan")).voxels == volume.voxels) }
    }

    @Test func labelMapsAreRead() throws {
        for (name, base64) in [("a.nrrd", WrittenByOthers.sitkLabelsNrrd), ("f.mgh", WrittenByOthers.nibFloat32Mgh)] {
            let labels = try LabelMaps.readLabels(file(base64, name))
            #expect(labels.voxels == (0..<24).map { UInt16($0 % 5) })
            requirePlace(labels.geometry)
        }
        // Below zero is no label.
        let error = #expect(throws: VolumeFileError.self) {
            try LabelMaps.readLabels(file(WrittenByOthers.sitkInt16Nrrd, "i.nrrd"))
        }
        #expect(error?.description.contains("voxel (0, 0, 0) is -150.0, no label id") == true)
    }

    @Test func segmentsComeWithNamesColoursAndCodes() throws {
        let map = try LabelMaps.read(file(WrittenByOthers.slicerioFlatSegNrrd, "s.seg.nrrd"))
        let kidney = CodedConcept("SCT", "64033007", "Kidney")
        #expect(
            map.table?.entries == [
                LabelEntry(
                    id: 7, name: "right kidney", colour: Colour(230, 77, 51), concept: kidney,
                    category: .anatomicalStructure, laterality: .right),
                LabelEntry(id: 9, name: "cyst", colour: Colour(51, 102, 204)),
            ])
        let labels = try #require(map.labels)
        let expected = (0..<24).map { n -> UInt16 in
            let (i, j, k) = (n % 3, n / 3 % 4, n / 12)
            return i < 2 && (1...2).contains(j) && k == 0 ? 7 : i == 2 && j == 3 ? 9 : 0
        }
        #expect(labels.voxels == expected)
    }

    @Test func overlappingSegmentsAreKeptInLayersAndRefusedByName() throws {
        let path = try file(WrittenByOthers.slicerioLayersSegNrrd, "s.seg.nrrd")
        let map = try LabelMaps.read(path)
        // Both have the value 1, each in its layer: they are numbered anew.
        #expect(map.layers.count == 2 && map.table?.entries.map(\.id) == [1, 2])
        #expect(map.layers[0].filter { $0 == 1 }.count == 4 && map.layers[1].filter { $0 == 2 }.count == 8)
        let error = #expect(throws: LabelMapError.self) { try LabelMaps.readLabels(path) }
        #expect(error == .overlap(path: path, first: "'right kidney'", second: "'cyst'"))
    }

    @Test("What is written comes back, whatever the grid", arguments: ["nrrd", "mha", "mgz"], [UInt16(3), 300, 40000])
    func roundTrip(_ ending: String, _ largest: UInt16) throws {
        for affine in [
            Self.affine, .identity, Affine(i: [0, 0, 2], j: [0, -1, 0], k: [3, 0, 0], origin: [9, -8, 7]),
        ] {
            var labels = LabelVolume(geometry: Geometry(shape: Self.shape, affine: affine))
            (labels.voxels[5], labels.voxels[23]) = (largest, 1)
            let path = folder.file("map." + ending)
            switch ending {
            case "nrrd": try NRRD.write(labels, to: path)
            case "mha": try MetaImage.write(labels, to: path)
            default: try MGH.write(labels, to: path)
            }
            let read = try LabelMaps.readLabels(path)
            #expect(read.voxels == labels.voxels)
            #expect(read.geometry.matches(labels.geometry, tolerance: 1e-4))
        }
    }

    @Test func aShearedGridIsNoMetaImage() throws {
        let sheared = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0.3, 1], origin: .zero)
        let labels = LabelVolume(geometry: Geometry(shape: Self.shape, affine: sheared))
        #expect(throws: VolumeFileError.self) { try MetaImage.write(labels, to: folder.file("x.mha")) }
        #expect(folder.contents == [])
        try NRRD.write(labels, to: folder.file("x.nrrd"))
        #expect(try LabelMaps.readLabels(folder.file("x.nrrd")).geometry.matches(labels.geometry))
    }

    /// Text in a header put into other text, and what is said then.
    static let damages: [(String, String, String)] = [
        ("sizes: 3 4 2", "sizes: 3 4 0", "header field sizes"), ("sizes: 3 4 2", "sizes: 3 4", "header field sizes"),
        ("sizes: 3 4 2", "sizes: 3000000000 3000000000 3000000000", "are more than a file can hold"),
        ("sizes: 3 4 2", "sizes: 3 4 20000", "cut off"), ("type: unsigned char", "type: block", "header field type"),
        ("space origin: (-10.5,20.25,-30)", "space origin: (nan,20.25,-30)", "no usable grid"),
        ("space origin: (-10.5,20.25,-30)", "space origin: (-10.5;20.25;-30)", "header field space origin"),
        ("space: left-posterior-superior", "space: scanner", "header field space"),
        ("encoding: raw", "encoding: bzip2", "NRRD of encoding 'bzip2' is not read"),
        ("encoding: raw", "data file: ../x.raw\nencoding: raw", "a file in the header's folder"),
        ("encoding: raw", "data file: /etc/passwd\nencoding: raw", "a file in the header's folder"),
        ("encoding: raw", "data file: none.raw\nencoding: raw", "cannot be opened"),
        ("encoding: raw", "encoding: raw\nencoding: raw", "said twice"), ("kinds:", "kinds", "'field: value'"),
        ("NRRD0004", "NRRD0009", "a later version"), ("encoding: raw", "byte skip: -2\nencoding: raw", "byte skip"),
    ]

    @Test("A damaged NRRD header is named", arguments: damages)
    func damagedNRRD(_ text: String, _ other: String, _ said: String) throws {
        let path = try file(WrittenByOthers.sitkLabelsNrrd, "x.nrrd")
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        let range = try #require(bytes.firstRange(of: Array(text.utf8)))
        bytes.replaceSubrange(range, with: Array(other.utf8))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: VolumeFileError.self) { try LabelMaps.readLabels(path) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix(folder.file("")) == true)
    }

    static let metaDamages: [(String, String, String)] = [
        ("DimSize = 3 4 2", "DimSize = 3 4 -2", "header field DimSize"),
        ("NDims = 3", "NDims = 2", "header field DimSize"),
        ("DimSize = 3 4 2", "DimSize = 3 4 20000", "cut off"), ("MET_SHORT", "MET_STRING", "header field ElementType"),
        ("ElementDataFile = LOCAL", "ElementDataFile = LIST", "several files"),
        ("ElementDataFile = LOCAL", "ElementDataFile = ../x", "a file in the header's folder"),
        ("ElementSpacing = 0.69999999999999996", "ElementSpacing = 0", "no usable grid"),
        ("Offset = -10.5", "Offset = x", "header field Offset"),
    ]

    @Test("A damaged MetaImage header is named", arguments: metaDamages)
    func damagedMetaImage(_ text: String, _ other: String, _ said: String) throws {
        let path = try file(WrittenByOthers.sitkInt16RawMha, "x.mha")
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        let range = try #require(bytes.firstRange(of: Array(text.utf8)))
        bytes.replaceSubrange(range, with: Array(other.utf8))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: VolumeFileError.self) { try Images.readVolume(path) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test("Files cut off anywhere are refused", arguments: images)
    func cutOff(_ name: String, _ base64: String, _ format: VolumeFormat, _ type: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: file(base64, name)))
        for length in stride(from: 0, to: whole.count - (name.hasSuffix("mgz") ? 9 : 1), by: 7) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: folder.file(name)))
            #expect(throws: VolumeFileError.self, "\(length) of \(whole.count) bytes") {
                try Images.readVolume(folder.file(name))
            }
        }
    }

    @Test func aFolderOfLabelsIsALabelMap() throws {
        let geometry = Geometry(shape: Self.shape, affine: Self.affine)
        for (name, voxels) in [("liver", [1, 2]), ("spleen", [3]), ("empty", [])] {
            var mask = LabelVolume(geometry: geometry)
            voxels.forEach { mask.voxels[$0] = 255 }
            try NIfTI.write(mask, to: folder.file("seg/\(name).nii.gz"))
        }
        let map = try LabelMaps.read(folder.file("seg"))
        #expect(map.table?.entries.map(\.name) == ["empty", "liver", "spleen"])
        #expect(map.labels?.voxels.prefix(5) == [0, 2, 2, 3, 0])
        try NIfTI.write(
            LabelVolume(geometry: Geometry(shape: Shape(2, 2, 2), affine: .identity)), to: folder.file("seg/x.nii"))
        #expect(throws: LabelMapError.self) { try LabelMaps.read(folder.file("seg")) }
    }
}
