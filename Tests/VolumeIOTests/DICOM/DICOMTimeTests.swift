import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// What orders volumes in time. Expected orders are those in which the slices were written.
struct DICOMTimeTests {
    let folder = TemporaryFolder()

    /// A scan of three slices for each of `volumes`, numbered through; pixels rise from 1000 times the volume.
    private func series(
        _ volumes: Int, _ change: (inout DICOMWriter, Int, Int) -> Void
    ) throws -> [Double] {
        for n in 0..<volumes * 3 {
            var slice = DICOMWriter.slice(n + 1, z: 2.5 * Double(n % 3), base: 1000 * (n / 3))
            change(&slice, n / 3, n % 3)
            try slice.write(to: folder.file("IM\(n)"))
        }
        let read = try onlyVolumes(folder.path)
        return try (0..<read.count).map { try read.read(volume: $0).voxels[0] / 1000 }
    }

    @Test(
        "dates and times as files state them, in seconds",
        arguments: [
            ("20200101", "235959.5", 86_399.5, true), ("2020.01.01", "23:59:59", 86_399, true),
            (nil, "12", 43_200, false),
            ("20200101", "1230", 45_000, true), ("0000", "000001", 1, false),
        ] as [(String?, String, Double, Bool)])
    func moments(_ date: String?, _ time: String, _ second: Double, _ hasDay: Bool) throws {
        let moment = try #require(DICOMMoment(date: date, time: time))
        #expect(moment.second == second && (moment.day != nil) == hasDay)
    }

    @Test("what is no time of day is none", arguments: ["", "2", "246000", "240000", "ab", "-1", "126000"])
    func noMoment(_ time: String) { #expect(DICOMMoment(date: "20200101", time: time) == nil) }

    @Test("days follow each other over ends of months and leap days, and offsets from UTC count")
    func days() throws {
        func day(_ text: String) throws -> Int { try #require(DICOMMoment(date: text, time: "12")?.day) }
        #expect(try day("20200301") - day("20200228") == 2)
        #expect(try day("20190301") - day("20190228") == 1)
        #expect(try day("20200101") - day("20191231") == 1)
        func seconds(_ text: String) throws -> Double {
            let moment = try #require(DICOMMoment(dateTime: text))
            return moment.seconds(day: try #require(moment.day))
        }
        #expect(try seconds("20200101000001+0100") - seconds("20191231235959+0100") == 2)
        // A clock set back from summer time, between two frames.
        #expect(try seconds("20201025020000.25+0100") - seconds("20201025025959.75+0200") == 0.5)
        #expect(DICOMMoment(dateTime: "20200101") == nil)
    }

    @Test(
        "volumes over midnight stay in their order, by date, or by their numbers where the date was taken off",
        arguments: [
            ["20200101", "20200101", "20200102", "20200102"], ["19000101", "19000101", "19000101", "19000101"],
            ["", "", "", ""],
        ], [0x0022, 0x0023])
    func midnight(_ dates: [String], _ dateElement: Int) throws {
        let times = ["235950", "235955", "000000", "000005"]
        let order = try series(4) { slice, volume, place in
            if !dates[volume].isEmpty { slice[0x0008, UInt16(dateElement), "DA"] = dates[volume] }
            slice[0x0008, UInt16(dateElement) + 0x10, "TM"] = times[volume]
            // Numbers that do not part volumes, so that the time orders them.
            slice[0x0020, 0x0013, "IS"] = "\(volume * 3 + (volume % 2 == 0 ? place : 2 - place) + 1)"
        }
        #expect(order == [0, 1, 2, 3])
    }

    @Test("a morning and an evening of one day are not turned round where the numbers do not say so")
    func twoSessions() throws {
        let order = try series(2) { slice, volume, place in
            slice[0x0008, 0x0022, "DA"] = "20200101"
            slice[0x0008, 0x0032, "TM"] = ["080000", "220000"][volume]
        }
        #expect(order == [0, 1])
    }

    @Test("frames of a PET series follow their reference time, milliseconds as numbers")
    func frameReferenceTime() throws {
        let order = try series(3) { slice, volume, place in
            slice[0x0054, 0x1300, "DS"] = ["5000.5", "15000", "120000"][volume]
            slice[0x0008, 0x0032, "TM"] = "120000"
            slice[0x0020, 0x0013, "IS"] = "\(place * 3 + [3, 1, 2][volume])"
        }
        #expect(order == [0, 1, 2])
        #expect(try onlyVolumes(folder.path).keys == [.frameReferenceTime])
    }

    @Test("volumes told apart by content time stand in its order, not in that of their numbers")
    func contentTime() throws {
        let order = try series(3) { slice, volume, place in
            slice[0x0008, 0x0033, "TM"] = ["100000", "100010", "100020"][volume]
            slice[0x0020, 0x0013, "IS"] = "\([[7, 2, 9], [4, 8, 1], [3, 6, 5]][volume][place])"
        }
        #expect(order == [0, 1, 2])
        #expect(try onlyVolumes(folder.path).keys == [.contentTime])
    }

    @Test(
        "images of one temporal position are ordered by number, whether it counts by volume or by slice",
        arguments: [true, false])
    func numbersWithinLabels(_ isByVolume: Bool) throws {
        let order = try series(4) { slice, volume, place in
            slice[0x0020, 0x0100, "IS"] = "\(volume / 2 + 1)"
            let bySlice = volume / 2 * 6 + place * 2 + volume % 2 + 1
            if !isByVolume { slice[0x0020, 0x0013, "IS"] = "\(bySlice)" }
        }
        #expect(order == [0, 1, 2, 3])
        #expect(try onlyVolumes(folder.path).keys == [.temporalPosition, .instance])
    }

    @Test("frames of an enhanced image follow FrameAcquisitionDateTime over midnight")
    func frameAcquisition() throws {
        func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] { DICOMWriter.little(value) }
        func element(_ group: UInt16, _ element: UInt16, _ vr: String, _ text: String) -> [UInt8] {
            let value = Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0x20])
            return bytes(group) + bytes(element) + Array(vr.utf8) + bytes(UInt16(value.count)) + value
        }
        func items(_ items: [[UInt8]]) -> [UInt8] {
            items.flatMap { bytes(UInt16(0xFFFE)) + bytes(UInt16(0xE000)) + bytes(UInt32($0.count)) + $0 }
        }
        func sequence(_ group: UInt16, _ element: UInt16, _ content: [UInt8]) -> [UInt8] {
            let value = items([content])
            return bytes(group) + bytes(element) + Array("SQ".utf8) + [0, 0] + bytes(UInt32(value.count)) + value
        }
        var file = DICOMWriter.slice(1, z: 0)
        file[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.4.1"
        for (group, element) in [(0x0020, 0x0032), (0x0020, 0x0037), (0x0028, 0x0030)] {
            file.remove(UInt16(group), UInt16(element))
        }
        file[0x0028, 0x0008, "IS"] = "4"
        let orientation = sequence(0x0020, 0x9116, element(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"))
        let measures = sequence(
            0x0028, 0x9110, element(0x0018, 0x0050, "DS", "2") + element(0x0028, 0x0030, "DS", "1\\1"))
        file.set(0x5200, 0x9229, "SQ", items([orientation + measures]))
        // Frames of the second volume stand first.
        let frames = [
            (0, "20200102000001.5"), (2, "20200102000001.5"), (0, "20200101235958"), (2, "20200101235958"),
        ].map { z, time in
            sequence(0x0020, 0x9111, element(0x0018, 0x9074, "DT", time))
                + sequence(0x0020, 0x9113, element(0x0020, 0x0032, "DS", "0\\0\\\(z)"))
        }
        file.set(0x5200, 0x9230, "SQ", items(frames))
        file.pixels((0..<48).map { UInt16($0) })
        try file.write(to: folder.file("enhanced"))
        let volumes = try onlyVolumes(folder.path)
        #expect(volumes.keys == [.acquisitionTime])
        #expect(try (0..<2).map { try volumes.read(volume: $0).voxels[0] } == [24, 0])
    }

    @Test("slices of a mosaic that pass midnight are timed within the repetition time")
    func sliceTimes() {
        func mosaic(_ times: [Double]) -> DICOMImageHeader {
            var header = DICOMImageHeader(
                DICOMImageFields(
                    path: "", transferSyntax: "", sopClass: "", sopInstance: "", study: "", series: "", modality: "MR",
                    imageType: ["MOSAIC"], rows: 4, columns: 4,
                    format: StoredFormat(bitsAllocated: 16, bitsStored: 16, highBit: 15, isSigned: true),
                    photometric: "MONOCHROME2",
                    position: .zero, rowDirection: [1, 0, 0], columnDirection: [0, 1, 0], rowSpacing: 1,
                    columnSpacing: 1,
                    scaling: .identity, mosaic: Mosaic(slices: times.count, across: 2, down: 2, normal: [0, 0, 1])))
            header.acquisition.repetitionTime = 2000
            header.acquisition.sliceTimes = times
            return header
        }
        let good = [86_399_500.0, 0, 500, 1000], bad = [0.0, 5000, 100, 200]
        #expect(DICOMSliceTiming([mosaic(good)]).times == [0, 0.5, 1, 1.5])
        #expect(DICOMSliceTiming([mosaic([0, 500, 1000, 1500]), mosaic(good)]).times == [0, 0.5, 1, 1.5])
        let second = DICOMSliceTiming([mosaic(bad), mosaic([0, 1000, 500, 1500])])
        #expect(second.times == [0, 1, 0.5, 1.5])
        #expect(
            second.notices == [
                "the slice times of volume 0 span more than the repetition time: SliceTiming is that of volume 1"
            ])
        let none = DICOMSliceTiming([mosaic(bad), mosaic(bad)])
        #expect(none.times == nil && none.notices.count == 1)
    }
}
