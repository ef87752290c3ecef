import Foundation
import Platform
import TestSupport
import Testing
import Volumes

@testable import Studies
@testable import VolumeIO

@Suite("What lies in a study") struct FileContentTests {
    let folder = TemporaryFolder()
    let series = repository + "/sample-data/study/case-2"

    /// The slices of a series, in order of name.
    var slices: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: series)) ?? []).sorted() }

    func copy(_ slice: String, to name: String) throws {
        try FileManager.default.copyItem(atPath: series + "/" + slice, toPath: folder.file(name))
    }

    @Test("DICOM is known by its content, whatever it is named")
    func dicomNames() throws {
        let endings = [".img", ".hdr", ".nii", "", ".dcm", ".IMG"]
        // A pair by name, both of them slices.
        for (n, slice) in slices.enumerated() { try copy(slice, to: "s\(n / 2)" + endings[n % 6]) }
        let study = try StudyDiscovery.discover(folder.path)
        #expect(study.cases.count == 1 && study.ignored.isEmpty)
        #expect(try study.cases[0].readVolume().geometry.shape == Shape(96, 96, 31))
        let alone = try StudyDiscovery.discover(folder.file("s0.img"))
        guard case .dicom = alone.cases[0].source else {
            Issue.record("a slice named .img is not DICOM when it is named alone")
            return
        }
    }

    @Test("NIfTI is known by its header; globs that were given still choose by name")
    func niftiNames() throws {
        let image = Volume(geometry: Geometry(shape: Shape(2, 2, 2), affine: .identity), voxels: .uint8(Array(1...8)))
        for name in ["a.nii", "b.nii.gz"] { try NIfTI.write(image, to: folder.file(name)) }
        try FileManager.default.moveItem(atPath: folder.file("a.nii"), toPath: folder.file("scan"))
        try FileManager.default.moveItem(atPath: folder.file("b.nii.gz"), toPath: folder.file("t1.mgz"))
        let study = try StudyDiscovery.discover(folder.path)
        #expect(study.cases.map(\.id) == ["scan", "t1"] && study.ignored.isEmpty)
        #expect(try study.cases.map { try $0.readVolume().voxels } == [image.voxels, image.voxels])
        #expect(try StudyDiscovery.discover(folder.file("scan")).cases.count == 1)
        var selection = InputSelection()
        selection.include = ["t1*"]
        let some = try StudyDiscovery.discover(folder.path, selection: selection)
        #expect(some.cases.map(\.id) == ["t1"])
        #expect(some.ignored.map(\.reason) == ["not matched by input.include"])
    }

    @Test("What is not read is named with the way out, by its content or else by its name")
    func knownFormats() throws {
        try makeTree(folder, ["a.nii", "b.par", "notes.txt", ".hidden/x", ".hidden/y"])
        try Data("MATRIX72v".utf8).write(to: URL(fileURLWithPath: folder.file("c")))
        try Data().write(to: URL(fileURLWithPath: folder.file("d")))
        let study = try StudyDiscovery.discover(folder.path)
        #expect(
            study.ignored.map(\.reason) == [
                "hidden", "Philips PAR/REC is not read: convert it with 'dcm2niix'",
                "ECAT is not read: convert it with nibabel or 3D Slicer", "an empty file",
                "not an image of a format that is read",
            ])
        #expect(
            study.ignored.summary == "6 files ignored: \(folder.path)/.hidden (2 files: hidden); \(folder.path)/b.par "
                + "(Philips PAR/REC is not read: convert it with 'dcm2niix'); \(folder.path)/c (ECAT is not read: convert "
                + "it with nibabel or 3D Slicer); and 2 more")
    }

    @Test("Half of a pair is not passed over")
    func pair() throws {
        try makeTree(folder, ["a.hdr", "a.img"])
        let study = try StudyDiscovery.discover(folder.path)
        #expect(study.ignored.count == 1 && study.ignored.summary == nil)
    }

    @Test("A folder of slices in gzip is one case that fails with the way out, and counts all its files")
    func compressed() throws {
        for slice in slices.prefix(3) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: series + "/" + slice))
            try AtomicFile.write(to: folder.file(slice + ".dcm.gz")) { output in
                try bytes.withUnsafeBytes { try GzipWriter(path: "", level: 1).append([], $0, to: output) }
            }
        }
        let study = try StudyDiscovery.discover(folder.path)
        #expect(study.cases.count == 1)
        let error = #expect(throws: StudyError.self) { try study.cases[0].readVolume() }
        #expect(
            error?.description
                == "\(folder.path)/\(slices[0]).dcm.gz: a DICOM file that cannot be read: it is compressed "
                + "with gzip: unpack it with 'gunzip' (and 2 more in its folder)")
        #expect(Conversion.inputs(ConversionImage(study.cases[0], colour: false), error: "x").map(\.files) == [3])
    }

    @Test("A link to nothing among a series' slices refuses it; elsewhere it is told")
    func links() throws {
        for slice in slices.dropLast() { try copy(slice, to: slice) }
        for name in [slices[slices.count - 1], "t1.nii.gz"] {
            try FileManager.default.createSymbolicLink(atPath: folder.file(name), withDestinationPath: "../nowhere")
        }
        let study = try StudyDiscovery.discover(folder.path)
        let reason = "a link to nothing (fetch it, for example with 'datalad get', or remove it)"
        #expect(study.ignored == [IgnoredItem(path: folder.file("t1.nii.gz"), reason: reason, files: 1)])
        let error = #expect(throws: DICOMError.self) { try study.cases[0].readVolume() }
        #expect(
            error?.description.contains("may be missing slices, first \(folder.path)/\(slices[30]): \(reason)") == true)
        #expect(
            Conversion.inputs(ConversionImage(study.cases[0], colour: false), error: "x").filter { $0.reason == reason }
                .map(\.fate) == ["error"])
        var selection = InputSelection()
        selection.policies.takesIncomplete = true
        let kept = try StudyDiscovery.discover(folder.path, selection: selection)
        #expect(try kept.cases[0].readVolume().geometry.shape == Shape(96, 96, 30))
    }

    @Test(
        "File names from headers stay in the output folder and are not hidden",
        arguments: [
            ("%p/%d", ["p": "T1", "d": ".."], "T1/_"),
            ("%p/%d", ["p": "..", "d": "../../etc/passwd"], "_/_.._.._etc_passwd"),
            ("%d", ["d": "/etc"], "_etc"), ("%d", ["d": ".hidden"], "_.hidden"),
            ("%d_%s", ["d": "NUL", "s": "3"], "NUL_3"),
            ("%d", ["d": "nul"], "_nul"), ("%d", ["d": "a\u{1B}[2J\u{202E}b"], "a__2J_b"), ("%d", [:], "none"),
            ("%M%%%s", ["M": "MR", "s": "1"], "MR%1"), ("%d", ["d": ""], "_"),
            ("%4s_%2e", ["s": "7", "e": "1"], "0007_01"), ("%2s", ["s": "123"], "123"), ("%3s", [:], "none"),
        ] as [(String, [String: String], String)])
    func namesFromHeaders(_ pattern: String, _ texts: [String: String], _ expected: String) throws {
        let name = try ImageFileName(pattern, identity: true)
        #expect(name.name { texts[String($0.letter)] } == expected)
    }

    @Test("Long texts are cut, so that what follows them still shows")
    func longNames() throws {
        let long = String(repeating: "ä", count: 500)
        let name = try ImageFileName("%p-%d-%s", identity: true).name(suffix: "_ph") { $0.letter == "s" ? "7" : long }
        #expect(
            name.hasPrefix(String(repeating: "ä", count: 40) + "-ä") && name.hasSuffix("ä-7_ph")
                && name.utf8.count <= 230
        )
    }

    @Test(
        "Patterns that lead out of the folder or name hidden files are refused",
        arguments: ["../%s", "/%s", "%s//x", ".%s", ""])
    func badPatterns(_ pattern: String) {
        let error = #expect(throws: ImageFileName.PatternError.self) { try ImageFileName(pattern, identity: true) }
        #expect(error?.description.contains("outside the output folder") == true)
    }

    @Test("A text that a person typed needs permission, and the refusal says why", arguments: ["%p", "%d"])
    func typedTexts(_ pattern: String) {
        let error = #expect(throws: ImageFileName.PatternError.self) { try ImageFileName(pattern, identity: false) }
        #expect(
            error?.description.contains("as typed) can tell who the patient is: add --with-identity, or use %M") == true
        )
    }

    @Test("Gradients point where they did", arguments: ["RAS", "LPS", "PIR", "SLA", "IRP", "ASL"])
    func gradients(_ letters: String) throws {
        let target = try #require(Orientation(letters))
        for handed in [1.0, -1] {
            let grid = Geometry(
                shape: Shape(2, 3, 4),
                affine: Affine(i: [0.8 * handed, 0.6, 0], j: [-0.6 * handed, 0.8, 0], k: [0, 0, 2], origin: .zero))
            let gradient = Vec3(0.36, 0.48, 0.8)
            let turned = grid.gradient(gradient, in: target)
            // FSL: the first axis counts backwards where the determinant is positive.
            func inSpace(_ g: Vec3, _ grid: Geometry) -> Vec3 {
                let x = grid.affine.determinant > 0 ? -g.x : g.x
                return grid.affine.column(0).normalized * x + grid.affine.column(1).normalized * g.y
                    + grid.affine.column(2).normalized * g.z
            }
            let error = inSpace(turned, grid.reoriented(to: target)) - inSpace(gradient, grid)
            #expect(error.length < 1e-12)
        }
    }

    @Test("An axis is found again where it went") func places() {
        let grid = Geometry(shape: Shape(2, 3, 4), affine: .identity)
        #expect(grid.place(ofAxis: 2, in: nil) == .init(axis: 2, reversed: false))
        #expect(grid.place(ofAxis: 2, in: Orientation("RAI")) == .init(axis: 2, reversed: true))
        #expect(grid.place(ofAxis: 2, in: Orientation("IRP")) == .init(axis: 0, reversed: true))
    }
}
