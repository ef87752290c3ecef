import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Series whose headers say that something is missing or foreign. Expected texts follow the READMEs of the shared cases.
struct DICOMFieldEvidenceTests {
    let folder = TemporaryFolder()

    private func write(_ slices: [DICOMWriter]) throws { try folder.write(slices) }

    private func stack(_ count: Int, _ change: (inout DICOMWriter) -> Void = { _ in }) -> [DICOMWriter] {
        (0..<count).map { n in
            var slice = DICOMWriter.slice(n + 1, z: 2 * Double(n), base: 100 * n)
            change(&slice)
            return slice
        }
    }

    private var message: String { refusal(folder.path, hiding: folder.path) }
    private func shared(_ name: String) -> String { SharedFolder.file("conformance/field/\(name)") }

    // MARK: Counts

    @Test(
        "ImagesInAcquisition that does not fit is refused or told",
        arguments: [
            (5, nil), (4, nil),
            (6, "refused"), (8, "refused"),
            (10, "5 slices are here, ImagesInAcquisition says 10: the others may be other series, or missing"),
            (15, "5 slices are here, ImagesInAcquisition says 15: the others may be other series, or missing"),
            (13, "5 slices are here, ImagesInAcquisition says 13: slices at an end may be missing"),
            // An integer string is of 32 bits (PS3.5 6.2): what does not fit into them says nothing.
            (2_147_483_647, "5 slices are here, ImagesInAcquisition says 2147483647: slices at an end may be missing"),
            (1 << 62, nil),
        ] as [(Int, String?)])
    func imagesInAcquisition(_ stated: Int, _ text: String?) throws {
        try write(stack(5) { $0[0x0020, 0x1002, "IS"] = "\(stated)" })
        if text == "refused" {
            #expect(
                message.contains("5 slices are here, ImagesInAcquisition says \(stated): slices at an end are missing"))
        } else {
            #expect(try readOnlySeries(folder.path).notices == [text].compactMap { $0 })
        }
    }

    @Test(
        "NumberOfSlices of a PET series counts the slices of a volume",
        arguments: [
            (5, nil), (6, "refused"), (10, "refused"),
            (50, "5 slices are here, NumberOfSlices says 50: slices at an end may be missing"),
        ]
            as [(Int, String?)])
    func numberOfSlices(_ stated: Int, _ text: String?) throws {
        let slices = stack(5) { $0.set(0x0054, 0x0081, "US", word: stated) }
        // Other modalities mean other things by it: UIH counts volumes.
        try write(slices)
        #expect(try readOnlySeries(folder.path).notices == [])
        try write(
            slices.map { slice in
                var slice = slice
                slice[0x0008, 0x0060, "CS"] = "PT"
                return slice
            })
        if text == "refused" {
            #expect(message.contains("5 slices are here, NumberOfSlices says \(stated): slices at an end are missing"))
            let lenient = try onlyVolumes(folder.path, policies: DICOMPolicies(gaps: .resample))
            #expect(
                lenient.notices == ["5 slices are here, NumberOfSlices says \(stated): slices at an end may be missing"]
            )
        } else {
            #expect(try readOnlySeries(folder.path).notices == [text].compactMap { $0 })
        }
    }

    @Test("volumes that NumberOfTimeSlices misses are told")
    func timeSlices() throws {
        try write(
            stack(3) {
                $0[0x0008, 0x0060, "CS"] = "PT"
                $0.set(0x0054, 0x0101, "US", word: 4)
            })
        #expect(try readOnlySeries(folder.path).notices == ["1 volume is here, NumberOfTimeSlices says 4"])
    }

    @Test(
        "the shared series of which half is here",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedCounts() throws {
        #expect(
            try readOnlySeries(shared("half_of_ImagesInAcquisition")).notices == [
                "10 slices are here, ImagesInAcquisition says 20: the others may be other series, or missing"
            ])
        let path = shared("pet_NumberOfSlices_20_of_10")
        #expect(
            refusal(path, hiding: path).contains(
                "10 slices are here, NumberOfSlices says 20: slices at an end are missing"))
    }

    // MARK: Patients

    @Test(
        "slices of two patients in one series are refused, and nobody is named",
        arguments: [(0x0010_0020, "LO"), (0x0010_0010, "PN")])
    func twoPatients(_ tag: Int, _ vr: String) throws {
        let slices = (0..<4).map { n in
            var slice = DICOMWriter.slice(n, z: Double(n))
            slice[UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr] = n < 2 ? "Hush^A" : "Hush^B"
            return slice
        }
        try write(slices)
        #expect(
            message
                == "series 1.2.3: patient differs: one in 2 files (IM0); one in 2 files (IM2) "
                + "(put each part into a folder of its own and read it alone)")
    }

    @Test("one PatientID under two spellings of a name, or stated in some files alone, is one patient")
    func onePatient() throws {
        var slices = stack(3) { $0[0x0010, 0x0020, "LO"] = "17" }
        slices[1][0x0010, 0x0010, "PN"] = "DOE^JANE"
        slices[2].remove(0x0010, 0x0020)
        try write(slices)
        #expect(message == "read")
    }

    @Test(
        "the shared series of two patients",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedPatients() {
        let path = shared("two_patients_one_series")
        #expect(refusal(path, hiding: path).contains("patient differs"))
    }

    // MARK: Discs

    /// A disc of three slices whose DICOMDIR lists `names`.
    private func disc(_ names: [String]) throws {
        try FileManager.default.createDirectory(atPath: folder.file("D/A"), withIntermediateDirectories: true)
        for (n, slice) in stack(3).enumerated() { try slice.write(to: folder.file("D/A/IM\(n)")) }
        try DICOMWriter.slice(9, z: 90).write(to: folder.file("OUTSIDE"))
        var index = DICOMWriter()
        index[0x0008, 0x0016, "UI"] = "1.2.840.10008.1.3.10"
        index[0x0008, 0x0018, "UI"] = "1.2.3.99"
        index.set(
            0x0004, 0x1220,
            items: names.map { name in
                var record = DICOMWriter()
                record[0x0004, 0x1500, "CS"] = name
                return record
            })
        try index.write(to: folder.file("D/DICOMDIR"))
    }

    private func short(_ fates: [DICOMFileFate]) -> [String] {
        fates.map { "\($0.path): \($0.reason)".replacingOccurrences(of: folder.path + "/", with: "") }
    }

    private static let whole = ["A\\IM0", "A\\IM1", "A\\IM2"]

    @Test("a DICOMDIR that was named and lists a missing file is reported; what is there is read")
    func missingFile() throws {
        try disc(Self.whole + ["A\\IM7"])
        let scan = try DICOM.scan([folder.file("D/DICOMDIR")])
        #expect(
            short(scan.unreadable) == [
                "D/DICOMDIR: lists 1 of 4 files that are not there, first A/IM7 (copy the disc again; what is there is read "
                    + "with --keep-going, or where the folder of the DICOMDIR is named)"
            ])
        #expect(scan.series.map(\.files.count) == [3])
        #expect(try DICOM.readVolume(scan.series[0]).geometry.shape == Shape(4, 3, 3))
    }

    @Test("where a folder was named, its DICOMDIR only tells what is missing", arguments: [true, false])
    func missingFileInFolder(_ asFiles: Bool) throws {
        try disc(Self.whole + ["A\\IM7"])
        let files = ["D/DICOMDIR", "D/A/IM0", "D/A/IM1", "D/A/IM2"].map { folder.file($0) }
        let scan = try DICOM.scan(asFiles ? files : [folder.file("D")])
        #expect(scan.unreadable.isEmpty)
        #expect(
            short(scan.ignored) == [
                "D/DICOMDIR: DICOMDIR: an index of files, no image; it lists 1 of 4 files that are not there, first A/IM7"
            ])
        #expect(
            try DICOM.readVolume(scan.series[0]).notices == [
                "the DICOMDIR beside it lists 1 of 4 files that are not there, first A/IM7: slices may be missing"
            ])
    }

    @Test("files that were left out of a folder do not come back through its DICOMDIR")
    func leftOut() throws {
        try disc(Self.whole)
        let scan = try DICOM.scan(["D/DICOMDIR", "D/A/IM0", "D/A/IM1"].map { folder.file($0) })
        #expect(scan.series.map(\.files.count) == [2])
    }

    @Test(
        "a listed name never leads out of the disc's folder",
        arguments: [
            "..\\OUTSIDE", "A\\..\\..\\OUTSIDE", "../OUTSIDE", "A\\../../OUTSIDE", "\\etc\\passwd", "/etc/passwd", ".",
            "A\\\\IM0", ".. \\OUTSIDE", "..\u{1}\\OUTSIDE",
        ])
    func outside(_ name: String) throws {
        try disc(["A\\IM0", name])
        let scan = try DICOM.scan([folder.file("D/DICOMDIR")])
        #expect(scan.series.flatMap(\.files) == [folder.file("D/A/IM0")])
        #expect(scan.unreadable.map(\.path) == [folder.file("D/DICOMDIR")])
        #expect(scan.unreadable[0].reason.hasPrefix("lists 1 of 2 files outside its folder, first "))
        #expect(scan.unreadable[0].reason.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test("an index that is broken does not end the scan")
    func brokenIndex() throws {
        try disc(Self.whole)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("D/DICOMDIR")))
        try bytes.prefix(bytes.count - 5).write(to: URL(fileURLWithPath: folder.file("D/DICOMDIR")))
        let scan = try DICOM.scan([folder.file("D")])
        #expect(scan.series.map(\.files.count) == [3])
        #expect(scan.unreadable.map(\.path) == [folder.file("D/DICOMDIR")])
    }
}
