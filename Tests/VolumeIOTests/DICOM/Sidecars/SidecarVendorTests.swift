import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// What each vendor's private elements say, in files written here. The expected directions are dcm2niix's
/// (v1.0.20260724) for the same elements, brought from its turned rows to ours; formulas are named.
struct SidecarVendorTests {
    let folder = TemporaryFolder()

    /// The sidecar of two volumes of three 2-D EPI slices.
    private func sidecar(
        volumes: Int = 1, orientation: Orientation? = nil,
        _ change: (inout DICOMWriter, _ volume: Int, _ place: Int) -> Void
    ) throws -> [String: DICOMSidecar.Value] {
        for n in 0..<volumes * 3 {
            var slice = DICOMWriter.slice(n + 1, z: 2.5 * Double(n % 3), base: 100 * n)
            slice[0x0008, 0x0060, "CS"] = "MR"
            slice[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.4"
            slice[0x0018, 0x0020, "CS"] = "EP"
            slice[0x0018, 0x0023, "CS"] = "2D"
            slice[0x0018, 0x0080, "DS"] = "3000"
            slice[0x0018, 0x1312, "CS"] = "COL"
            if volumes > 1 { slice[0x0020, 0x0100, "IS"] = "\(n / 3 + 1)" }
            change(&slice, n / 3, n % 3)
            try slice.write(to: folder.file("IM\(n)"))
        }
        return try onlyVolumes(folder.path).sidecar(orientation: orientation).values
    }

    private static func ge(_ slice: inout DICOMWriter) {
        slice[0x0008, 0x0070, "LO"] = "GE MEDICAL SYSTEMS"
        slice[0x0019, 0x0010, "LO"] = "GEMS_ACQU_01"
        slice[0x0043, 0x0010, "LO"] = "GEMS_PARM_01"
    }

    // MARK: Phase encoding

    @Test(
        "GE's polarity of an EPI, for each axis",
        arguments: [
            ("COL", "LINEAR", "j-", "Flipped"), ("COL", "REVERSE_LINEAR", "j", "Unflipped"),
            ("ROW", "LINEAR", "i-", "Flipped"), ("ROW", "REVERSE_LINEAR", "i", "Unflipped"),
        ])
    func gePolarity(_ axis: String, _ order: String, _ expected: String, _ word: String) throws {
        let values = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice[0x0018, 0x1312, "CS"] = axis
            slice[0x0018, 0x9034, "CS"] = order
        }
        #expect(values["PhaseEncodingDirection"] == .text(expected))
        #expect(values["PhaseEncodingPolarityGE"] == .text(word))
        #expect(values["PhaseEncodingAxis"] == nil)
    }

    @Test("GE's LINEAR of what is no EPI is no polarity")
    func geNoEPI() throws {
        let values = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice[0x0018, 0x0020, "CS"] = "GR"
            slice[0x0018, 0x9034, "CS"] = "LINEAR"
        }
        #expect(values["PhaseEncodingDirection"] == nil && values["PhaseEncodingAxis"] == .text("j"))
    }

    @Test(
        "UIH's polarity (0065,1058), for each axis",
        arguments: [("COL", "0", "j"), ("COL", "1", "j-"), ("ROW", "0", "i"), ("ROW", "1", "i-")])
    func uihPolarity(_ axis: String, _ polarity: String, _ expected: String) throws {
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = "UIH"
            slice[0x0018, 0x1312, "CS"] = axis
            slice[0x0065, 0x0010, "LO"] = "Image Private Header"
            slice[0x0065, 0x1058, "IS"] = polarity
        }
        #expect(values["PhaseEncodingDirection"] == .text(expected))
    }

    @Test("Philips and Canon state the axis alone", arguments: ["Philips Medical Systems", "CANON_MEC"])
    func axisAlone(_ maker: String) throws {
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = maker
            slice[0x0018, 0x9034, "CS"] = "LINEAR"
        }
        #expect(values["PhaseEncodingDirection"] == nil && values["PhaseEncodingAxis"] == .text("j"))
    }

    /// The slices' columns run to the left and their rows to the back: LPS. In RAS the same way is against j, in ARS it
    /// is against i; slices run along S in all of them.
    @Test(
        "directions name the axes of the file that is written",
        arguments: [("LPS", "j", nil), ("RAS", "j-", nil), ("ARS", "i-", nil), ("SAR", "j-", "i")]
            as [(String, String, String?)])
    func orientation(_ letters: String, _ expected: String, _ slices: String?) throws {
        let values = try sidecar(orientation: Orientation(letters)) { slice, _, place in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice.set(0x0029, 0x1010, "OB", SidecarProtocolTests.csa([("PhaseEncodingDirectionPositive", ["1"])]))
            slice[0x0029, 0x0010, "LO"] = "SIEMENS CSA HEADER"
            slice[0x0008, 0x0032, "TM"] = ["120000.00", "120001.00", "120000.50"][place]
        }
        #expect(values["PhaseEncodingDirection"] == .text(expected))
        #expect(values["SliceTiming"] == .numbers([0, 1, 0.5]))
        #expect(values["SliceEncodingDirection"] == slices.map { .text($0) })
    }

    // MARK: Echo spacing

    /// GE's formula (dcm2niix's README of GE): ((ceil(128 / 1.5 / 4) * 4) - 1) * 636 us = 0.055332 s of 128 lines.
    @Test("GE's echo spacing takes acceleration, partial Fourier and interpolation", arguments: [true, false])
    func geSpacing(_ isPartial: Bool) throws {
        let values = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice[0x0018, 0x0022, "CS"] = isPartial ? "EPI_GEMS\\PFF" : "EPI_GEMS"
            slice.set(0x0018, 0x1310, "US", [UInt16(128), 0, 0, 128].flatMap { DICOMWriter.little($0) })
            slice.set(0x0043, 0x102C, "SS", word: 636)
            slice[0x0043, 0x1083, "DS"] = "0.666667\\1"
        }
        let readout = isPartial ? 0.055332 : 85 * 636e-6
        guard case .number(let spacing) = values["EffectiveEchoSpacing"] else {
            Issue.record("no EffectiveEchoSpacing")
            return
        }
        #expect(abs(spacing - readout / 127) < 1e-9)
        // The image has 3 rows.
        #expect(values["ReconMatrixPE"] == .number(3) && values["AcquisitionMatrixPE"] == .number(128))
        guard case .number(let total) = values["TotalReadoutTime"] else {
            Issue.record("no TotalReadoutTime")
            return
        }
        #expect(abs(total - 2 * spacing) < 1e-9)
    }

    /// BIDS: EffectiveEchoSpacing = 1 / (BandwidthPerPixelPhaseEncode * ReconMatrixPE).
    @Test("Siemens' and UIH's echo spacing come from the bandwidth of a voxel", arguments: ["SIEMENS", "UIH"])
    func bandwidth(_ maker: String) throws {
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = maker
            slice[0x0019, 0x0010, "LO"] = "SIEMENS MR HEADER"
            slice.set(0x0019, 0x1028, "FD", DICOMWriter.little((20.0).bitPattern))
        }
        #expect(values["BandwidthPerPixelPhaseEncode"] == .number(20))
        #expect(values["EffectiveEchoSpacing"] == .number(0.0166666667))
        #expect(values["TotalReadoutTime"] == .number(0.0333333333))
    }

    /// Of dcm2niix's reference Philips_WIP_resting_state_1001_e1: shift 6.1441, 127.763569 MHz, train of 62.
    @Test("Philips' readout is estimated of an EPI, and of nothing else", arguments: ["YES", "NO"])
    func philips(_ isEcho: String) throws {
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = "Philips Medical Systems"
            slice[0x0018, 0x9018, "CS"] = isEcho
            slice[0x0018, 0x0084, "DS"] = "127.763569"
            slice[0x0018, 0x0091, "IS"] = "62"
            slice[0x2001, 0x0010, "LO"] = "Philips Imaging DD 001"
            slice.set(0x2001, 0x1022, "FL", DICOMWriter.little(Float(6.1441).bitPattern))
        }
        guard isEcho == "YES" else {
            #expect(values["EstimatedTotalReadoutTime"] == nil)
            return
        }
        guard case .number(let time) = values["EstimatedTotalReadoutTime"] else {
            Issue.record("no EstimatedTotalReadoutTime")
            return
        }
        #expect(abs(time - 0.0139195) < 1e-7)
    }

    // MARK: Times

    @Test("slices' times of day over midnight", arguments: ["", "20200101"])
    func midnight(_ date: String) throws {
        let values = try sidecar { slice, _, place in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            if !date.isEmpty { slice[0x0008, 0x0022, "DA"] = date }
            slice[0x0008, 0x0032, "TM"] = ["235959.50", "000000.50", "000001.00"][place]
        }
        #expect(values["SliceTiming"] == .numbers([0, 1, 1.5]))
    }

    @Test(
        "times that are not those of slices are none",
        arguments: [["120000", "120000", "120000"], ["120000", "120010", "120020"], ["120000", "", "120001"]])
    func noTiming(_ times: [String]) throws {
        let values = try sidecar { slice, _, place in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            if !times[place].isEmpty { slice[0x0008, 0x0032, "TM"] = times[place] }
        }
        #expect(values["SliceTiming"] == nil)
    }

    /// BIDS: RepetitionTime is from volume to volume; GE's (0018,0080) leaves the pause of (0043,107C) out.
    @Test("GE's pause after a volume is part of the repetition time")
    func groupDelay() throws {
        let values = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice.set(0x0043, 0x107C, "FL", DICOMWriter.little(Float(0.5).bitPattern))
        }
        #expect(values["RepetitionTime"] == .number(3.5) && values["DelayTime"] == .number(0.5))
    }

    @Test(
        "GE's slice times are its timer's, in seconds or in their ten thousandths, of the second volume",
        arguments: [1, 1e4])
    func timer(_ scale: Double) throws {
        let values = try sidecar(volumes: 2) { slice, volume, place in
            Self.ge(&slice)
            slice[0x0021, 0x0010, "LO"] = "GEMS_RELA_01"
            let time = volume == 0 ? 17.0 : 3 + [0.5, 2.5, 1.5][place]
            slice[0x0021, 0x105E, "DS"] = "\(time * scale)"
        }
        #expect(values["SliceTiming"] == .numbers([0, 2, 1]))
    }

    @Test("GE's slices cut down to some of those acquired have no times")
    func cut() throws {
        let values = try sidecar { slice, _, place in
            Self.ge(&slice)
            slice[0x0021, 0x0010, "LO"] = "GEMS_RELA_01"
            slice.set(0x0021, 0x104F, "SS", word: 60)
            slice[0x0018, 0x1060, "DS"] = "\(place * 1000)"
        }
        #expect(values["SliceTiming"] == nil)
    }

    /// Two images in each dynamic of 33.873 s, four shots of 4.234 s each, as of field/philips_asl_label_control.
    @Test("of a Philips 3-D series over time the repetition time is from volume to volume")
    func dynamics() throws {
        let values = try sidecar(volumes: 4) { slice, volume, _ in
            slice[0x0008, 0x0070, "LO"] = "Philips"
            slice[0x0018, 0x0023, "CS"] = "3D"
            slice[0x0018, 0x0080, "DS"] = "4234"
            slice[0x0018, 0x1060, "DS"] = "\(33_873 * (volume / 2))"
            slice[0x0020, 0x0100, "IS"] = "\(volume / 2 + 1)"
            slice[0x2005, 0x0010, "LO"] = "Philips MR Imaging DD 005"
            slice[0x2005, 0x1029, "CS"] = volume % 2 == 0 ? "CONTROL" : "LABEL"
        }
        #expect(values["RepetitionTime"] == .number(16.9365))
        #expect(values["RepetitionTimeExcitation"] == .number(4.234))
        #expect(values["ASLContext"] == .texts(["CONTROL", "LABEL", "CONTROL", "LABEL"]))
    }

    // MARK: Others

    @Test(
        "the frequency is in MHz, also where the file states Hz",
        arguments: [("128176051", 128.176051), ("127.7277", 127.7277)])
    func frequency(_ stated: String, _ expected: Double) throws {
        let values = try sidecar { slice, _, _ in slice[0x0018, 0x0084, "DS"] = stated }
        #expect(values["ImagingFrequency"] == .number(expected))
    }

    @Test(
        "phases are in radians where the file says so, else in units of their own",
        arguments: [("", "arbitrary"), ("US", "arbitrary"), ("radians", "rad"), ("mrad", "arbitrary")])
    func phase(_ type: String, _ expected: String) throws {
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\P\\ND"
            if !type.isEmpty { slice[0x0028, 0x1054, "LO"] = type }
        }
        #expect(values["Units"] == .text(expected))
        #expect(values["ImageType"] == .texts(["ORIGINAL", "PRIMARY", "P", "ND", "PHASE"]))
        #expect(values["NonlinearGradientCorrection"] == .flag(false))
    }

    /// As dcm2niix writes the type of a Siemens CT.
    @Test("words of ImageType keep their blanks and are parted at underscores")
    func imageType() throws {
        let values = try sidecar { slice, _, _ in slice[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SEQ "
        }
        #expect(values["ImageType"] == .texts(["ORIGINAL", "PRIMARY", "AXIAL", "CT", "SOM5 SEQ"]))
    }

    @Test("accelerations of each vendor")
    func acceleration() throws {
        let siemens = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice[0x0051, 0x0010, "LO"] = "SIEMENS MR HEADER"
            slice[0x0051, 0x1011, "LO"] = "p2 s4"
        }
        #expect(siemens["ParallelReductionFactorInPlane"] == .number(2))
        #expect(siemens["MultibandAccelerationFactor"] == .number(4))
        let ge = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice[0x0043, 0x1083, "DS"] = "0.5\\1"
            slice[0x0043, 0x10B6, "LO"] = "3\\4\\19\\\\\\\\"
        }
        #expect(ge["ParallelReductionFactorInPlane"] == .number(2))
        #expect(ge["MultibandAccelerationFactor"] == .number(3))
        let uih = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = "UIH"
            slice[0x0065, 0x0010, "LO"] = "Image Private Header"
            slice[0x0065, 0x100D, "SH"] = "F:2S"
        }
        #expect(uih["ParallelReductionFactorInPlane"] == .number(2))
    }

    @Test("GE's labelling, from its elements")
    func labelling() throws {
        let values = try sidecar { slice, _, _ in
            Self.ge(&slice)
            slice[0x0018, 0x0082, "DS"] = "2025"
            slice[0x0043, 0x10A3, "CS"] = "PSEUDOCONTINUOUS"
            slice[0x0043, 0x10A4, "LO"] = "3D pulsed continuous ASL technique"
            slice[0x0043, 0x10A5, "IS"] = "1450"
        }
        #expect(values["ArterialSpinLabelingType"] == .text("PCASL"))
        #expect(values["LabelingDuration"] == .number(1.45) && values["PostLabelingDelay"] == .number(2.025))
    }

    @Test("nothing of who was scanned, when, where or by whom stands in a sidecar")
    func privacy() throws {
        let secrets = ["Doe^Jane", "ID-4711", "19700102", "General Hospital", "Dr^House", "ACC-1", "SN-99", "STATION7"]
        let tags: [(UInt16, UInt16, String)] = [
            (0x0010, 0x0010, "PN"), (0x0010, 0x0020, "LO"), (0x0010, 0x0030, "DA"), (0x0008, 0x0080, "LO"),
            (0x0008, 0x0090, "PN"), (0x0008, 0x0050, "SH"), (0x0018, 0x1000, "LO"), (0x0008, 0x1010, "SH"),
        ]
        let values = try sidecar { slice, _, _ in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice[0x0008, 0x0020, "DA"] = "20210304"
            slice[0x0008, 0x0022, "DA"] = "20210304"
            slice[0x0008, 0x0032, "TM"] = "101112"
            for (tag, secret) in zip(tags, secrets) { slice[tag.0, tag.1, tag.2] = secret }
        }
        let text = String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        for secret in secrets + ["20210304", "101112", "10:11:12"] { #expect(!text.contains(secret), "\(secret)") }
        #expect(values["SeriesInstanceUID"] == .text("1.2.3"))
    }
}
