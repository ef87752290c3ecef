import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Sidecars that dcm2niix wrote of the same files, field by field; they stand beside its volumes in the suites.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct SidecarReferenceTests {
    /// What we leave out since it tells, or may tell, who was scanned, when or where; and dcm2niix's name and guess.
    static let leftOut: Set<String> = [
        "InstitutionName", "InstitutionalDepartmentName", "InstitutionAddress", "DeviceSerialNumber", "StationName",
        "ProcedureStepDescription", "StudyDescription", "AcquisitionTime", "ImageComments", "BidsGuess",
        "ConversionSoftware", "ConversionSoftwareVersion",
    ]
    /// Fields that differ for a reason, which is given.
    static let meant: [String: String] = [
        "TablePosition": "zeros do not tell which element they are",
        "MatrixCoilMode": "ucPATMode 1 is no parallel acquisition, which dcm2niix calls SENSE or None",
        "PulseSequenceType": "Siemens' sequence name tells the echo",
        "PulseSequenceName": "SequenceName, as dcm2niix calls it since",
    ]

    static let cases: [(source: String, reference: String, without: Set<String>)] =
        (1...9).map { ("dcm_qa_ts/In/\($0).dcm", "dcm_qa_ts/Ref/\($0)", []) }
        + [
            ("dcm_qa_12bit/In/12bitUnsigned.dcm", "dcm_qa_12bit/Ref/2", []),
            ("dcm_qa_12bit/In/12bitUnsigned_0x0F0F.dcm", "dcm_qa_12bit/Ref/3", []),
            ("dcm_qa_12bit/In/12bitSigned_0x0F0F.dcm", "dcm_qa_12bit/Ref/4", []),
            ("dcm_qa_nih/In/20180918Si/mr_0003", "dcm_qa_nih/Ref/EPI_PE=AP_3", []),
            ("dcm_qa_nih/In/20180918Si/mr_0004", "dcm_qa_nih/Ref/EPI_PE=PA_4", []),
            ("dcm_qa_nih/In/20180918Si/mr_0005", "dcm_qa_nih/Ref/EPI_PE=RL_5", []),
            ("dcm_qa_nih/In/20180918Si/mr_0006", "dcm_qa_nih/Ref/EPI_PE=LR_6", []),
            ("dcm_qa_nih/In/20180918GE", "dcm_qa_nih/Ref/DCM2NIIX_regression_test_5", []),
            ("dcm_qa_enh/In/Siemens", "dcm_qa_enh/Ref/Siemens_REST1_w_SMS_PF7-8_6", []),
            ("dcm_qa_ct/In/Philips", "dcm_qa_ct/Ref/1A_TRAUMA_PLAIN_HEAD_DM_Head_201", []),
        ]

    @Test("the fields of dcm2niix's sidecars", arguments: cases.map(\.source))
    func fields(_ source: String) throws {
        let (_, reference, without) = try #require(Self.cases.first { $0.source == source })
        let volumes = try onlyVolumes("\(dicomShared)/\(source)")
        let ours = try volumes.sidecar().values
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(dicomShared)/\(reference).json"))
        let theirs = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let image = try NIfTI.readVolume("\(dicomShared)/\(reference).nii").geometry
        let judge = SidecarJudge(theirs: image, ours: volumes.geometry)
        var compared = 0
        for (field, value) in theirs where !Self.leftOut.contains(field) && !without.contains(field) {
            if Self.meant[field] != nil { continue }
            let own = try #require(ours[field], "\(field) is missing; dcm2niix states \(value)")
            #expect(judge.isEqual(field, value, own), "\(field): dcm2niix \(value), ours \(own)")
            compared += 1
        }
        // So that a reference that lost its fields does not pass.
        #expect(compared > 12)
    }
}

/// Compares a field of two images whose voxels may be stored in different orders.
struct SidecarJudge {
    var theirs, ours: Geometry

    /// Whether a field says the same of both: numbers to 1e-4 of their size (dcm2niix writes six digits), directions in
    /// space.
    func isEqual(_ field: String, _ theirs: Any, _ ours: DICOMSidecar.Value) -> Bool {
        switch ours {
        case .text(let own):
            guard let text = theirs as? String else { return false }
            return field == "PhaseEncodingDirection"
                ? (direction(text, self.theirs) - direction(own, self.ours)).length < 1e-3 : text == own
        case .flag(let own): return theirs as? Bool == own
        case .texts(let own):
            // Older versions do not append the part of a complex image.
            guard let words = theirs as? [String] else { return false }
            return words == own || field == "ImageType" && words == own.dropLast()
        case .number(let own): return (theirs as? Double).map { Self.near($0, own) } ?? false
        case .numbers(let own):
            guard var numbers = theirs as? [Double], numbers.count == own.count else { return false }
            if field == "SliceTiming" {
                if (direction("k", self.theirs) + direction("k", self.ours)).length < 1e-3 { numbers.reverse() }
                // The volumes of a series differ by a step of the scanner's raster, 2.5 ms; either may be taken.
                return zip(numbers, own).allSatisfy { abs($0 - $1) < 3e-3 }
            }
            return zip(numbers, own).allSatisfy { Self.near($0, $1) }
        }
    }

    private static func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-4 * max(abs(a), abs(b)) + 1e-6 }

    /// `j-` of an image in space.
    private func direction(_ text: String, _ geometry: Geometry) -> Vec3 {
        let axis = ["i", "j", "k"].firstIndex(of: String(text.prefix(1))) ?? 0
        return geometry.affine.column(axis).normalized * (text.hasSuffix("-") ? -1 : 1)
    }
}
