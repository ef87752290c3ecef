import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Every file ends in exactly one list, with the reason.
struct DICOMScanTests {
    let folder = TemporaryFolder()

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: folder.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func short(_ fates: [DICOMFileFate]) -> [String] {
        fates.map { "\($0.path): \($0.reason)".replacingOccurrences(of: folder.path + "/", with: "") }
    }

    private func other(_ change: (inout DICOMWriter) -> Void) -> [UInt8] {
        var file = DICOMWriter.slice(9, z: 0)
        change(&file)
        return file.bytes
    }

    @Test("a mixture of files")
    func mixture() throws {
        try put("a/IM1", DICOMWriter.slice(1, z: 0).bytes)
        try put("a/deep/er/IM2.dcm", DICOMWriter.slice(2, z: 1).bytes)
        try put("b/bare", other { $0.hasMeta = false })
        try put(
            "b/report",
            other {
                $0[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.88.11"; $0.remove(0x0028, 0x0010)
            })
        try put("b/scout", other { $0[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\LOCALIZER" })
        try put("b/seg", other { $0[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.66.4" })
        try put(
            "b/shot",
            other {
                $0[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.7"; $0.remove(0x0020, 0x0032)
            })
        try put(
            "b/index",
            other {
                $0[0x0008, 0x0016, "UI"] = "1.2.840.10008.1.3.10"; $0.remove(0x0028, 0x0010)
            })
        try put("c/notes.txt", Array("1.2.840.10008.5.1.4.1.1.2 is a UID, but this is text\n".utf8))
        try put("c/empty", [])
        try put(
            "c/picture.png",
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array(repeating: 7, count: 200))
        try put("c/volume.nii", [0x5C, 1, 0, 0] + Array(repeating: 0, count: 400))
        try put("c/.DS_Store", [1, 2, 3])
        try put("c/stub", Array(repeating: 0, count: 128) + Array("DICM".utf8) + [2, 0, 0])
        try FileManager.default.createSymbolicLink(atPath: folder.file("c/loop"), withDestinationPath: folder.path)
        try FileManager.default.createSymbolicLink(atPath: folder.file("c/nowhere"), withDestinationPath: "gone")

        let scan = try DICOM.scan([folder.path])
        #expect(scan.series.count == 1)
        #expect(
            scan.series[0].files.map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
                == ["a/IM1", "a/deep/er/IM2.dcm", "b/bare"])
        #expect(scan.series[0].studyInstanceUID == "1.2" && scan.series[0].seriesInstanceUID == "1.2.3")
        #expect(scan.series[0].seriesNumber == 7 && scan.series[0].modality == "CT")
        #expect(
            Set(short(scan.ignored)) == [
                "b/report: Basic Text SR Storage: not an image series", "b/scout: a localizer (ImageType)",
                "b/seg: Segmentation Storage: not an image series",
                "b/shot: Secondary Capture Image Storage: has no ImagePositionPatient, so it has no place in a volume",
                "b/index: DICOMDIR: an index of files, no image", "c/.DS_Store: hidden (its name begins with a dot)",
                "c/loop: the same file or folder as \(folder.path)",
            ])
        #expect(
            scan.notDICOM.map { $0.replacingOccurrences(of: folder.path + "/", with: "") } == [
                "c/empty", "c/notes.txt", "c/picture.png", "c/volume.nii",
            ])
        #expect(
            scan.unreadable.map(\.path).map { $0.split(separator: "/").last } == ["nowhere", "stub"]
                || scan.unreadable.map(\.path).map { $0.split(separator: "/").last } == ["stub", "nowhere"])
        #expect(scan.unreadable.count == 2)
    }

    @Test("a CT slice without a position fails its series, as it would leave a hole")
    func slicelessPosition() throws {
        try put("IM0", DICOMWriter.slice(0, z: 0).bytes)
        try put("IM1", other { $0.remove(0x0020, 0x0032) })
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "series 1.2.3: 1 file cannot be decoded, first IM1: CT Image Storage: has no ImagePositionPatient, "
                + "so it has no place in a volume")
    }

    @Test(
        "syntaxes that are not read are named, with the way out",
        arguments: [
            ("1.2.840.10008.1.2.4.100", "MPEG-2 video"), ("1.2.840.10008.1.2.4.102", "MPEG-4 video"),
            ("1.2.840.10008.1.2.4.107", "HEVC video"), ("1.2.840.10008.1.2.4.110", "JPEG XL lossless"),
            ("1.2.840.10008.1.2.4.112", "JPEG XL"), ("1.2.840.10008.1.2.4.201", "HTJ2K lossless"),
            ("1.2.840.10008.1.2.4.203", "HTJ2K"),
        ])
    func codings(_ uid: String, _ name: String) throws {
        try put(
            "IM0",
            other {
                $0.transferSyntax = uid; $0.encapsulated([1, 2])
            })
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "series 1.2.3: 1 file cannot be decoded, first IM0: \(name) (\(uid)) is not read "
                + "(export it uncompressed)")
    }

    @Test("an unknown transfer syntax is not taken for little endian")
    func unknownSyntax() throws {
        try put("IM0", other { $0.transferSyntax = "1.2.3.99" })
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "series 1.2.3: 1 file cannot be decoded, first IM0: transfer syntax 1.2.3.99 is not known "
                + "(export it uncompressed, e.g. with dcmconv)")
    }

    // Byte for byte as the character sets' standards have the letters.
    @Test(
        "a description is UTF-8, whatever character set it was written in",
        arguments: [
            ("ISO_IR 100", [0x42, 0xF6, 0x73], "B\u{F6}s"), ("ISO_IR 144", [0xBC, 0xD0], "\u{41C}\u{430}"),
            ("ISO_IR 192", Array("Scho\u{308}n".utf8), "Scho\u{308}n"),
            ("\\ISO 2022 IR 87", [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42], "\u{5C71}"),
            ("GB18030", [0xCD, 0xF5], "\u{738B}"), ("", Array("plain".utf8), "plain"),
            // Letters that the stated set does not have stay visible as such.
            ("ISO_IR 6", [0x41, 0xFF], "A\u{FFFD}"),
        ] as [(String, [UInt8], String)])
    func characterSets(_ set: String, _ bytes: [UInt8], _ text: String) throws {
        try put(
            "IM0",
            other {
                $0[0x0008, 0x0005, "CS"] = set
                $0.set(0x0008, 0x103E, "LO", bytes)
            })
        #expect(try DICOM.scan([folder.path]).series.map(\.seriesDescription) == [text])
    }

    @Test("files without a SeriesInstanceUID are a series for each folder, checked like any other")
    func noSeriesUID() throws {
        for (name, z) in [("a/1", 0.0), ("a/2", 1), ("a/3", 2), ("b/1", 0), ("b/2", 3)] {
            try put(
                name,
                other {
                    $0.remove(0x0020, 0x000E)
                    $0[0x0008, 0x0018, "UI"] = "1.2.3.\(name.utf8.reduce(0) { $0 + Int($1) })"
                    $0[0x0020, 0x0032, "DS"] = "0\\0\\\(z)"
                })
        }
        let series = try DICOM.scan([folder.path]).series
        #expect(series.map(\.files.count) == [3, 2])
        let volume = try DICOM.readVolume(series[0])
        #expect(volume.geometry.shape == Shape(4, 3, 3))
        #expect(volume.notices.contains { $0.contains("state no SeriesInstanceUID") })
        try put(
            "a/4",
            other {
                $0.remove(0x0020, 0x000E); $0[0x0020, 0x0032, "DS"] = "0\\0\\7"
            })
        #expect(refusal(folder.file("a"), hiding: folder.path).contains("slices are missing"))
    }

    @Test("several frames and colour are refused by name")
    func kinds() throws {
        try put("IM0", other { $0[0x0028, 0x0008, "IS"] = "5" })
        #expect(
            refusal(folder.path, hiding: folder.path).contains(
                "has no position of its 5 frames, so it has no place in a volume"))
        try put("IM0", other { $0[0x0028, 0x0004, "CS"] = "RGB" })
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "series 1.2.3: its images are in colour (RGB), which is no measured value (take the grey-scale "
                + "series; tomos convert --colour writes the colours for viewers)")
        try put("IM0", other { $0.remove(0x7FE0, 0x0010) })
        #expect(refusal(folder.path, hiding: folder.path) == "IM0: has no pixel data (export it again)")
    }

    @Test("a path that is not there is an error with its exit category")
    func missing() throws {
        #expect {
            try DICOM.scan([folder.file("nothing")])
        } throws: {
            "\($0)" == "\(folder.file("nothing")): No such file or directory"
                && ($0 as? any TomosError)?.category == .missingInput
        }
    }

    @Test("no text of the patient's reaches a message or notice")
    func privacy() throws {
        try put("IM0", DICOMWriter.slice(0, z: 0).bytes)
        let volume = try readOnlySeries(folder.path)
        #expect(!"\(volume.notices)\(volume.origins)".contains("Doe"))
        try put("IM1", other { $0[0x0020, 0x0032, "DS"] = "-10\\-20\\0" })
        #expect(!refusal(folder.path, hiding: folder.path).contains("Doe"))
    }
}
