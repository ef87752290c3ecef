import Studies
import TestSupport
import Testing
import VolumeIO

@testable import Batch

/// Cases that are parts of a series: what was planned is found again, from files that hold no other part and from one
/// file that holds all.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct SeriesPartTests {
    @Test(
        "a planned part of a series is the same part when it is read",
        arguments: [
            ("dicom2nifti/philips/anatomical/002", ["magnitude", "phase"]),
            ("dcm_qa_enh/In/Philips", ["magnitude", "field map in Hz"]),
        ])
    func found(_ name: String, _ parts: [String]) throws {
        let root = SharedFolder.file("conformance/dicom/\(name)")
        let study = try StudyDiscovery.discover(root)
        #expect(study.cases.count == 2)
        var found: [String] = []
        for one in study.cases {
            let source = CaseSource(one, root: root)
            let again = try source.studyCase(one.id, below: root, policies: DICOMPolicies())
            guard case .dicom(let planned, _) = one.source, case .dicom(let read, _) = again.source else {
                Issue.record("no series")
                return
            }
            #expect(read.part == planned.part && read.variant == planned.variant && read.files == planned.files)
            #expect(try again.readVolume().voxels[1000] == one.readVolume().voxels[1000])
            #expect(again.key == one.key)
            found.append(planned.part ?? "")
        }
        #expect(found.sorted() == parts.sorted())
        #expect(Set(study.cases.map(\.id)).count == 2)
    }

    @Test("a part is not taken for the other one")
    func other() throws {
        let root = SharedFolder.file("conformance/dicom/dcm_qa_enh/In/Philips")
        let one = try StudyDiscovery.discover(root).cases[0]
        var source = CaseSource(one, root: root)
        source.part = "echo 7"
        #expect(throws: PlanError.self) { try source.studyCase("x", below: root, policies: DICOMPolicies()) }
    }
}
