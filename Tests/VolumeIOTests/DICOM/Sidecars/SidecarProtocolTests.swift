import Foundation
import TestSupport
import Testing

@testable import VolumeIO

/// Protocols within a header, whole and broken.
struct SidecarProtocolTests {
    let folder = TemporaryFolder()

    /// A CSA header of these elements. (Layout: nibabel, "Siemens format DICOM with CSA header")
    static func csa(_ elements: [(String, [String])]) -> [UInt8] {
        func word(_ number: Int) -> [UInt8] { DICOMWriter.little(UInt32(number)) }
        func padded(_ text: String, to count: Int) -> [UInt8] {
            Array(text.utf8) + Array(repeating: 0, count: count - text.utf8.count)
        }
        let body = elements.flatMap { name, values -> [UInt8] in
            let items = values.flatMap { value -> [UInt8] in
                let bytes = Array(value.utf8) + [0]
                let length = word(bytes.count)
                return length + length + word(77) + length
                    + bytes + Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
            }
            return padded(name, to: 64) + word(values.count) + padded("IS", to: 4) + word(6) + word(values.count)
                + word(77) + items
        }
        return Array("SV10".utf8) + [4, 3, 2, 1] + word(elements.count) + word(77) + body
    }

    @Test("a Siemens protocol, numbers and texts as scanners write them")
    func siemens() throws {
        let text = """
            <XProtocol> { junk = 1 }
            ### ASCCONV BEGIN object=MrProtDataImpl@MrProtocolData version=51130001 ###
            tSequenceFileName\t = \t""%SiemensSeq%\\ep2d_bold""
            sKSpace.ucPhasePartialFourier            = 0x8
            lDelayTimeInTR                           = 500000
            empty =
            ### ASCCONV END ###
            after = 2
            """
        let header = try #require(SiemensProtocol(text))
        #expect(header["tSequenceFileName"] == "%SiemensSeq%\\ep2d_bold")
        #expect(header.number("sKSpace.ucPhasePartialFourier") == 8)
        #expect(header.number("lDelayTimeInTR") == 500_000)
        #expect(header["empty"] == nil && header["after"] == nil && header["junk"] == nil)
        #expect(SiemensProtocol("nothing") == nil && SiemensProtocol("### ASCCONV BEGIN ###\n") == nil)
    }

    @Test("fields that stand in the protocol alone")
    func fields() throws {
        let text = """
            ### ASCCONV BEGIN ###
            tSequenceFileName = ""%CustomerSeq%\\cmrr_mbep2d_bold""
            sWipMemBlock.alFree[13] = 4
            sKSpace.ucPhasePartialFourier = 0x4
            lDelayTimeInTR = 500000
            sPat.lAccelFactPE = 2
            sPat.ucPATMode = 0x2
            sGRADSPEC.lOffsetX = 1
            sGRADSPEC.lOffsetY = -2
            sGRADSPEC.lOffsetZ = 3
            sGRADSPEC.alShimCurrent[0] = 40
            asCoilSelectMeas[0].asList[0].sCoilElementID.tCoilID = ""HeadMatrix""
            ### ASCCONV END ###
            """
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x0008, 0x0060, "CS"] = "MR"
        slice[0x0008, 0x0070, "LO"] = "SIEMENS"
        slice[0x0018, 0x0023, "CS"] = "2D"
        slice[0x0029, 0x0010, "LO"] = "SIEMENS CSA HEADER"
        slice.set(0x0029, 0x1020, "OB", Self.csa([("MrPhoenixProtocol", [text]), ("EchoTrainLength", ["72"])]))
        try slice.write(to: folder.file("IM"))
        let values = try onlyVolumes(folder.path).sidecar().values
        #expect(values["MultibandAccelerationFactor"] == .number(4))
        #expect(values["PartialFourier"] == .number(0.75) && values["DelayTime"] == .number(0.5))
        #expect(values["ParallelReductionFactorInPlane"] == .number(2) && values["MatrixCoilMode"] == .text("GRAPPA"))
        #expect(values["ShimSetting"] == .numbers([1, -2, 3, 40]) && values["ReceiveCoilName"] == .text("HeadMatrix"))
        #expect(values["PulseSequenceDetails"] == .text("%CustomerSeq%\\cmrr_mbep2d_bold"))
        #expect(values["EchoTrainLength"] == .number(72))
    }

    /// `printf 'PSEQ "Gradient Echo"\nSLICEORDER "1"\nNOSLC "3"\n' | gzip -n`
    static let gzip: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 11, 8, 118, 13, 84, 80, 114, 47, 74, 76, 201, 76, 205, 43, 81, 112,
        77, 206, 200, 87, 226, 10, 246, 241, 116, 118, 245, 15, 114, 113, 13, 82, 80, 50, 84, 226, 242, 243,
        15, 246, 113, 86, 80, 50, 86, 226, 2, 0, 87, 18, 126, 140, 46, 0, 0, 0,
    ]

    @Test("a GE protocol, and what is none")
    func ge() throws {
        let bytes = DICOMWriter.little(UInt32(Self.gzip.count)) + Self.gzip
        let header = try #require(GEProtocol(bytes))
        #expect(header["PSEQ"] == "Gradient Echo" && header.number("NOSLC") == 3 && header["SLICEORDER"] == "1")
        #expect(GEProtocol([]) == nil && GEProtocol([0x1F, 0x8B, 0x08]) == nil)
        #expect(GEProtocol(Array(repeating: 0, count: 100)) == nil)
    }

    @Test("a header cut anywhere, or with a byte changed, ends in a sidecar or in an error", arguments: 0..<40)
    func hostile(_ seed: Int) throws {
        var bytes = Self.csa([
            ("MosaicRefAcqTimes", ["0", "nan", "1e400"]), ("NumberOfImagesInMosaic", ["99999999999"]),
            ("BandwidthPerPixelPhaseEncode", ["inf"]),
            (
                "MrPhoenixProtocol",
                ["### ASCCONV BEGIN ###\nalTE[0] = nan\nsPat.lAccelFactPE = 1e999\nlDelayTimeInTR = -"]
            ),
        ])
        if seed % 2 == 0 {
            bytes = Array(bytes.prefix(bytes.count * seed / 40))
        } else {
            bytes[seed * 7 % bytes.count] ^= 0xFF
        }
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x0008, 0x0060, "CS"] = "MR"
        slice[0x0008, 0x0070, "LO"] = "SIEMENS"
        slice[0x0018, 0x1310, "US"] = ""
        slice[0x0018, 0x0084, "DS"] = "1e999"
        slice[0x0018, 0x0080, "DS"] = "nan"
        slice[0x0029, 0x0010, "LO"] = "SIEMENS CSA HEADER"
        slice.set(0x0029, 0x1010, "OB", bytes)
        slice.set(0x0029, 0x1020, "OB", bytes)
        try slice.write(to: folder.file("IM"))
        let scan = try DICOM.scan([folder.path])
        guard let series = scan.series.first, let volumes = try? DICOM.volumes(series) else { return }
        let values = try volumes.sidecar().values
        // JSON has no such numbers.
        _ = try JSONEncoder().encode(values)
        #expect(values["ImagingFrequency"] == nil && values["Modality"] == .text("MR"))
    }

    @Test("numbers lose the dust of binary fractions, and what is none is left out")
    func tidied() {
        func number(_ value: Double) -> DICOMSidecar.Value? { DICOMSidecar.Value.number(value).tidied }
        #expect(number(70.7 * 1e-3) == .number(0.0707) && number(0.1 + 0.2) == .number(0.3))
        #expect(number(3.4e-6) == .number(3.4e-6) && number(-1_234_567.89) == .number(-1_234_567.89))
        #expect(number(.nan) == nil && number(.infinity) == nil && number(0) == .number(0))
        #expect(DICOMSidecar.Value.numbers([1, .nan]).tidied == nil)
    }
}
