import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Values that people's files hold in unusual ways. Expected values are what was written, or what the README of the
/// shared case gives (pydicom, SimpleITK and dcm2niix where it says so).
struct DICOMFieldValueTests {
    let folder = TemporaryFolder()

    private func write(_ slices: [DICOMWriter]) throws { try folder.write(slices) }

    private var message: String { refusal(folder.path, hiding: folder.path) }

    private func values(_ volume: Volume) -> [Double] {
        (0..<volume.voxels.count).map { volume.voxels[$0] * volume.scaling.slope + volume.scaling.intercept }
    }

    /// For each of some first stored values twelve rising ones, each through `measured`.
    private func rising(_ firsts: [Int], _ measured: (Int) -> Int) -> [Double] {
        var values: [Double] = []
        for first in firsts {
            for n in 0..<12 { values.append(Double(measured(first + n))) }
        }
        return values
    }

    private func shared(_ name: String) throws -> Volume {
        try readOnlySeries(SharedFolder.file("conformance/field/\(name)"))
    }

    // MARK: Modality LUT

    private static let squares = (0..<12).map { $0 * $0 }, falling = (0..<12).map { 250 - $0 }

    // C.11.1.1: values before the table take its first entry, values behind it the last.
    @Test(
        "values go through a Modality LUT",
        arguments: [
            (0, Self.squares, 16, false, 0, Self.squares.map { Double($0) }),
            (4, [50, 60, 70], 16, false, 0, [50, 50, 50, 50, 50, 60, 70, 70, 70, 70, 70, 70]),
            (-2, [9, 8, 7, 6, 5], 16, false, -4, [9, 9, 9, 8, 7, 6, 5, 5, 5, 5, 5, 5]),
            (0, Self.falling, 8, true, 0, Self.falling.map { Double($0) }),
            (0, [1, 2, 3], 8, true, 0, [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]),
            (0, Self.falling, 8, false, 0, Self.falling.map { Double($0) }),
        ] as [(Int, [Int], Int, Bool, Int, [Double])])
    func modalityLUT(
        _ first: Int, _ entries: [Int], _ bits: Int, _ isPacked: Bool, _ base: Int, _ expected: [Double]
    ) throws {
        var slice = DICOMWriter.slice(0, z: 0, base: base)
        slice.modalityLUT(first: first, entries, bits: bits, isPacked: isPacked)
        try write([slice])
        let volume = try readOnlySeries(folder.path)
        #expect(values(volume) == expected)
        #expect(volume.notices.contains("values go through the file's Modality LUT (HU) to float32"))
        #expect(try DICOM.outline(DICOM.scan([folder.path]).series[0])?.bytesPerVoxel == 4)
    }

    @Test("a Modality LUT in a multi-frame file holds for each frame, in the data set or in the frame's groups")
    func modalityLUTOfFrames() throws {
        var file = DICOMWriter.enhanced(["0\\0\\0", "0\\0\\2"])
        file.modalityLUT(first: 0, (0..<112).map { 3 * $0 + 7 })
        try write([file])
        #expect(try values(readOnlySeries(folder.path)) == rising([0, 100]) { 3 * $0 + 7 })

        file.remove(0x0028, 0x3000)
        var group = DICOMWriter()
        group.modalityLUT(first: 0, (0..<112).map { 5 * $0 })
        var measures = DICOMWriter()
        measures[0x0028, 0x0030, "DS"] = "0.5\\0.25"
        var shared = DICOMWriter()
        shared.set(0x0028, 0x9110, items: [measures])
        shared.set(0x0028, 0x9145, items: [group])
        file.set(0x5200, 0x9229, items: [shared])
        try write([file])
        #expect(try values(readOnlySeries(folder.path)) == rising([0, 100]) { 5 * $0 })
    }

    @Test("padding does not go through a Modality LUT")
    func modalityLUTAndPadding() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.modalityLUT(first: 0, (0..<12).map { 500 - $0 })
        slice.set(0x0028, 0x0120, "SS", word: 5)
        try write([slice])
        let volume = try readOnlySeries(folder.path)
        let padding = try #require(volume.padding)
        #expect(padding.upperBound < 489 && volume.voxels[5] == padding.lowerBound)
        #expect([volume.voxels[4], volume.voxels[6]] == [496, 494])
    }

    @Test("a Modality LUT that cannot be read is refused, never passed over")
    func badModalityLUT() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.modalityLUT(first: 0, [1, 2, 3], bits: 32)
        try write([slice])
        #expect(message.contains("IM0: its Modality LUT has the descriptor '3\\0\\32', expected entries, first value"))
        slice.modalityLUT(first: 0, [1, 2, 3])
        slice[0x0028, 0x1052, "DS"] = "-1024"
        try write([slice])
        #expect(message.contains("IM0: states both a Modality LUT and a rescale (slope 1.0, intercept -1024.0)"))
        slice[0x0028, 0x1052, "DS"] = "0"
        try write([slice])
        #expect(message == "read")
        var empty = DICOMWriter()
        empty.set(0x0028, 0x3002, "US", [9, 0, 0, 0, 16, 0])
        slice.set(0x0028, 0x3000, items: [empty])
        try write([slice])
        #expect(message.contains("IM0: its Modality LUT of 9 entries holds 0 bytes (export the file again)"))
    }

    @Test(
        "the shared series with a Modality LUT",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedModalityLUT() throws {
        // v * v of the stored values 0 to 15.
        let squares = Set((0..<16).map { Double($0 * $0) })
        #expect(Set(try values(shared("modality-lut"))) == squares)
        // 3 v + 7 for 256 entries: stored and measured values as pydicom gives them have no others.
        let volume = try shared("modality-lut-2")
        #expect(volume.geometry.shape == Shape(24, 20, 10))
        let table = Set((0..<256).map { Double(3 * $0 + 7) })
        #expect(Set(values(volume)).isSubset(of: table) && Set(values(volume)).count > 16)
    }

    // MARK: VR UN

    @Test("attributes of unknown value representation have that of the dictionary")
    func unknownRepresentation() throws {
        let tags: [(UInt16, UInt16)] = [
            (0x0008, 0x0008), (0x0020, 0x0032), (0x0020, 0x0037), (0x0028, 0x0002), (0x0028, 0x0004), (0x0028, 0x0010),
            (0x0028, 0x0011), (0x0028, 0x0030), (0x0028, 0x0100), (0x0028, 0x0101), (0x0028, 0x0102), (0x0028, 0x0103),
            (0x0028, 0x1052), (0x0028, 0x1053),
        ]
        var slices: [DICOMWriter] = []
        for n in 0..<3 {
            var slice = DICOMWriter.slice(n, z: Double(2 * n), base: 100 * n)
            slice[0x0028, 0x1052, "DS"] = "-1024"
            slice[0x0028, 0x1053, "DS"] = "2"
            for (group, element) in tags {
                var value = slice.value(group, element)
                if value.count % 2 != 0 { value.append(0x20) }
                slice.set(group, element, "UN", value)
            }
            slices.append(slice)
        }
        try write(slices)
        let volume = try readOnlySeries(folder.path)
        #expect(volume.geometry.shape == Shape(4, 3, 3) && volume.geometry.spacing == [0.25, 0.5, 2])
        #expect(values(volume) == rising([0, 100, 200]) { 2 * $0 - 1024 })
    }

    @Test("functional groups of unknown value representation are sequences, implicit inside")
    func unknownSequences() throws {
        func sequence(_ group: UInt16, _ element: UInt16, _ item: [UInt8]) -> [UInt8] {
            DICOMWriter.implicit(group, element, DICOMWriter.sequence([item]))
        }
        func text(_ group: UInt16, _ element: UInt16, _ value: String) -> [UInt8] {
            DICOMWriter.implicit(group, element, Array(value.utf8))
        }
        var file = DICOMWriter.enhanced(["0\\0\\0", "0\\0\\2"])
        let shared = sequence(0x0028, 0x9110, text(0x0028, 0x0030, "0.5\\0.25"))
        let frames = ["-1\\-2\\0", "-1\\-2\\2.5"].map { place in
            sequence(0x0020, 0x9113, text(0x0020, 0x0032, place))
                + sequence(0x0020, 0x9116, text(0x0020, 0x0037, "1\\0\\0\\0\\1\\0"))
        }
        file.set(0x5200, 0x9229, "UN", DICOMWriter.sequence([shared]))
        file.set(0x5200, 0x9230, "UN", DICOMWriter.sequence(frames))
        try write([file])
        let volume = try readOnlySeries(folder.path)
        #expect(volume.geometry.shape == Shape(4, 3, 2) && volume.geometry.spacing == [0.25, 0.5, 2.5])
        #expect(volume.geometry.affine.origin == [1, 2, 0])
    }

    // The toolkit itself gives the whole file up when such a value is not what its dictionary says.
    @Test("a value of unknown representation that is not what the dictionary says is left alone")
    func unknownGarbage() throws {
        var reference = DICOMWriter()
        reference[0x0008, 0x1155, "UI"] = "1.2.3"
        let values: [[UInt8]] = [
            Array("no items here".utf8), DICOMWriter.sequence([Array("no elements here".utf8)]),
            DICOMWriter.sequence([reference.dataSet]), [],
        ]
        for value in values {
            var slice = DICOMWriter.slice(0, z: 0)
            slice.set(0x0008, 0x1140, "UN", value + (value.count % 2 == 0 ? [] : [0]))
            try write([slice])
            #expect(message == "read")
        }
    }

    @Test("private values of unknown representation are read by their creator's dictionary")
    func unknownPrivate() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[0x2001, 0x0010, "LO"] = "Philips Imaging DD 001"
        slice.set(0x2001, 0x1003, "UN", DICOMWriter.little(Float(1000).bitPattern))
        try write([slice])
        #expect(try DICOM.scan([folder.path]).series[0].images[0].acquisition.diffusion.bValue == 1000)
    }

    @Test("sequences of unknown value representation count as nesting")
    func unknownNesting() throws {
        var inner: [UInt8] = []
        for _ in 0..<70 { inner = DICOMWriter.implicit(0x0008, 0x1140, DICOMWriter.sequence([inner])) }
        var slice = DICOMWriter.slice(0, z: 0)
        slice.set(0x0008, 0x1140, "UN", DICOMWriter.sequence([inner]))
        try write([slice])
        let scan = try DICOM.scan([folder.path])
        #expect(
            scan.unreadable.map(\.reason) == ["cannot be read as DICOM: its sequences are nested deeper than 64 levels"]
        )
    }

    @Test("the shared series in VR UN", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedUnknown() throws {
        let volume = try shared("vr-un")
        #expect(volume.geometry.shape == Shape(12, 16, 3) && volume.geometry.spacing == [1.25, 1.5, 2])
        #expect(volume.scaling == ValueScaling(slope: 1, intercept: -1024))
    }

    // MARK: Fragments

    /// A slice in RLE: the high bytes of its pixels, then the low ones, each as one run of 12.
    private func rle(_ number: Int, z: Double) -> DICOMWriter {
        var slice = DICOMWriter.slice(number, z: z)
        slice.transferSyntax = "1.2.840.10008.1.2.5"
        let starts: [UInt32] = [2, 64, 78] + Array(repeating: 0, count: 13)
        var fragment = starts.flatMap { DICOMWriter.little($0) }
        fragment += [11] + [UInt8](repeating: 0, count: 12) + [0x80]
        fragment += [11] + (0..<12).map { UInt8(10 * number + $0) } + [0x80]
        slice.encapsulated(fragment)
        return slice
    }

    @Test(
        "fragments without their closing delimiter, or with a piece of it, are read with a notice", arguments: [8, 3])
    func noDelimiter(_ cut: Int) throws {
        var slices = (0..<3).map { rle($0, z: Double($0)) }
        for n in 1..<3 { slices[n].cut = cut }
        try write(slices)
        let volume = try readOnlySeries(folder.path)
        #expect(values(volume) == rising([0, 10, 20]) { $0 })
        #expect(volume.notices == [DICOMFragments.openNotice])
        #expect(DICOMFragments.closing(folder.file("IM0")) == .delimited)
    }

    @Test("empty fragments behind the last frame are padding")
    func emptyFragments() throws {
        var slice = rle(0, z: 0)
        let fragment = slice.value(0x7FE0, 0x0010).dropFirst(16).dropLast(8)
        slice.encapsulated([Array(fragment), [], []])
        try write([slice])
        #expect(try values(readOnlySeries(folder.path)) == rising([0]) { $0 })
        #expect(
            try DICOMFrameIndex(
                DICOMFrameIndex.Evidence(lengths: [8, 6, 0, 0], frames: 2, tables: [], begins: [])
            ).fragments == [0..<1, 1..<2])
    }

    @Test(
        "a fragment that breaks off is refused with what is there",
        arguments: [(9, 91), (20, 80), (72, 28)])
    func cutFragment(_ cut: Int, _ left: Int) throws {
        var slice = rle(0, z: 0)
        slice.cut = cut
        try write([slice])
        #expect(
            message
                == "IM0: the compressed pixel data breaks off in fragment 1, of which \(left) of 92 bytes are there "
                + "(copy or export the file again)")
    }

    @Test(
        "the shared series without a delimiter, and the PET slice padded with a blank",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedFragments() throws {
        let open = try shared("no-sequence-delimiter")
        #expect(open.geometry.shape == Shape(12, 16, 3) && open.scaling == ValueScaling(slope: 1, intercept: -1024))
        #expect(open.notices.contains(DICOMFragments.openNotice))
        // pydicom, SimpleITK and dcm2niix: int16 0 to 32767, up to 7685.24.
        let pet = try shared("jpeg-padded-with-space")
        #expect(pet.geometry.shape == Shape(128, 128, 1))
        let range = (0..<pet.voxels.count).map { pet.voxels[$0] }
        #expect(range.min() == 0 && range.max() == 32767)
        #expect(abs(32767 * pet.scaling.slope - 7685.24) < 0.01)
    }

    @Test(
        "whatever byte pads a JPEG to even length, it is read",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: [0, 0x0A, 0x20, 0xFF] as [UInt8])
    func paddedJPEG(_ byte: UInt8) throws {
        var file = try Data(
            contentsOf: URL(fileURLWithPath: SharedFolder.file("conformance/field/jpeg-padded-with-space/pet.dcm")))
        let end = try #require(file.range(of: Data([0xFF, 0xD9, 0x20]), options: .backwards))
        file[end.upperBound - 1] = byte
        try file.write(to: URL(fileURLWithPath: folder.file("IM0")))
        #expect(message == "read")
        file[end.lowerBound] = 0
        try file.write(to: URL(fileURLWithPath: folder.file("IM0")))
        #expect(message == "IM0: compressed pixel data breaks off (copy or export the file again)")
    }
}
