import Export
import Foundation
import Platform
import Segmentation
import Studies
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Pipelines

/// A study of one good case and something hostile: the good case is always done, and as it is alone.
@Suite("Hostile studies") struct HostileStudyTests {
    private let folder = TemporaryFolder()
    private static let shape = Shape(24, 22, 10)
    private static let geometry = Geometry(
        shape: shape, affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 2], origin: [0, 0, 0]))

    /// A bright ball in a dark box.
    private static func ball(_ shift: Int) -> (image: [UInt8], labels: [UInt16]) {
        var (image, labels): ([UInt8], [UInt16]) = ([], [])
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    let (x, y, z) = (i - 11 - shift, j - 11 + shift, 2 * (k - 5))
                    let isInside = x * x + y * y + z * z < 49
                    image.append(UInt8((isInside ? 180 : 20) + (i * 7 + j * 5 + k * 3) % 16))
                    labels.append(isInside ? 1 : 0)
                }
            }
        }
        return (image, labels)
    }

    private func pack() throws -> TaskPack {
        let examples = try (0..<2).map { n in
            let (image, labels) = Self.ball(n)
            let example = TaskPack.Example(image: folder.file("p/\(n).nii"), labels: folder.file("l/\(n).nii"))
            try NIfTI.write(Volume(geometry: Self.geometry, voxels: .uint8(image)), to: example.image)
            try NIfTI.write(LabelVolume(geometry: Self.geometry, voxels: labels), to: example.labels)
            return example
        }
        let table = LabelTable([LabelEntry(id: 1, name: "ball", colour: Colour(1, 1, 1))])
        return try TaskPack.create(
            TaskPack.Recipe(name: "balls", examples: examples, labels: table, plane: .axial, window: .minMax),
            at: folder.file("pack"))
    }

    private func options(_ choose: SupportStrategy) -> SegmentOptions {
        var options = SegmentOptions()
        (options.support, options.side, options.doubtful, options.choose) = (1, 64, .keep, choose)
        // Larger images are refused by their headers: what is tried here is whether they fell the run.
        options.memory = .size(MemorySize(bytes: 400 << 20))
        options.clean = [.smooth(millimetres: 1), .removeSmaller(cubicMillimetres: 20)]
        return options
    }

    /// Runs studies of the good case and one hostile part each.
    private struct Runs {
        let segmenter: Segmenter
        let folder: TemporaryFolder
        /// What the good case gives alone.
        var alone: [Int] = []

        /// The outcomes of the good case and the others; `fill` puts the hostile part into the study's folder.
        func outcomes(_ fill: (String) throws -> Void) throws -> (good: CaseOutcome, others: [CaseOutcome]) {
            for part in ["study", "out"] { try? FileManager.default.removeItem(atPath: folder.file(part)) }
            try FileManager.default.createDirectory(atPath: folder.file("study/h"), withIntermediateDirectories: true)
            let volume = Volume(geometry: HostileStudyTests.geometry, voxels: .uint8(HostileStudyTests.ball(1).image))
            try NIfTI.write(volume, to: folder.file("study/good.nii.gz"))
            try fill(folder.file("study/h"))
            let study = try StudyDiscovery.discover(folder.file("study"))
            let runner = CaseRunner(
                segmenter: segmenter, outputs: [.labels, .report, .picture, .volumes],
                provenance: Provenance(
                    pipeline: "p", pipelineSHA256: "1", task: "t", taskSHA256: "2", weights: "w", weightsSHA256: "3"),
                results: ResultFolder(folder.file("out"), making: folder.file("out/.making.")))
            let outcomes = study.cases.map { runner.run(CaseTicket($0)) }
            let good = try #require(outcomes.first { $0.id == "good" })
            return (good, outcomes.filter { $0.id != "good" })
        }

        /// Checks one hostile part.
        func check(_ name: String, _ fill: (String) throws -> Void) throws {
            let (good, others) = try outcomes(fill)
            #expect(good.status == .done, "\(name): \(good.reason ?? "")")
            #expect(good.structures.map(\.voxels) == alone, "\(name)")
            for file in CaseView.files { #expect(good.outputs.contains("good/report/" + file), "\(name)") }
            for other in others {
                #expect(other.category != "internal", "\(name): \(other.reason ?? "")")
                #expect(other.status == .done || other.reason?.isEmpty == false, "\(name)")
            }
        }
    }

    private func runs(_ choose: SupportStrategy = .position) throws -> Runs {
        var runs = Runs(segmenter: try Segmenter(task: pack(), options: options(choose)), folder: folder)
        let alone = try runs.outcomes { _ in }
        #expect(alone.good.status == .done && alone.others.isEmpty)
        #expect((alone.good.structures.first?.voxels ?? 0) > 100)
        runs.alone = alone.good.structures.map(\.voxels)
        return runs
    }

    /// Files of a folder, by path.
    private func files(_ path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted().map { path + "/" + $0 }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    @Test(
        "Each hostile NIfTI file of the conformance data",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func nifti() throws {
        let (runs, shared) = (try runs(), SharedFolder.file("conformance/nifti/hostile"))
        for path in try files(shared) {
            let stem = path.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
            // With what belongs to it: a pair's other file.
            let group = try files(shared).filter {
                $0 == path || $0.hasSuffix("/\(stem).img") || $0.hasSuffix("/\(stem).hdr")
            }
            try runs.check(path) { folder in
                for file in group {
                    let name = file.split(separator: "/").last.map(String.init) ?? "x"
                    try FileManager.default.copyItem(atPath: file, toPath: folder + "/" + name)
                }
            }
        }
    }

    @Test(
        "Each hostile DICOM folder and each field case of the conformance data",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func dicom() throws {
        let runs = try runs()
        for parent in ["conformance/dicom/dicom2nifti/failing", "conformance/field"].map(SharedFolder.file) {
            for name in try FileManager.default.contentsOfDirectory(atPath: parent).sorted() {
                try runs.check(name) { folder in
                    try FileManager.default.copyItem(atPath: parent + "/" + name, toPath: folder + "/case")
                }
            }
        }
    }

    /// A NIfTI-1 file of the good case's size, some of its float32 fields changed.
    private func header(_ fields: [(offset: Int, value: Float)]) throws -> [UInt8] {
        let path = folder.file("plain.nii")
        try NIfTI.write(Volume(geometry: Self.geometry, voxels: .uint8(Self.ball(0).image)), to: path)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        // No qform to fall back on: qform_code is 0.
        bytes[252] = 0
        for (offset, value) in fields {
            for n in 0..<4 { bytes[offset + n] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * n)) }
        }
        return bytes
    }

    /// Offsets of nifti1.h: pixdim 80 to 88, scl_slope 112, scl_inter 116, quatern 256, qoffset 268, srow 280, 296, 312.
    @Test("Numbers that a NIfTI header can hold and no image has")
    func extremes() throws {
        let runs = try runs(.registered)
        let values: [Float] = [
            1e30, 1e20, 1e-30, 1e-20, -0.0, .nan, .infinity, -.infinity, 2_147_483_648, 9.3e18, 3e38, 1e-45, 10000,
            1e-4,
        ]
        try runs.check("extreme headers") { folder in
            for (m, value) in values.enumerated() {
                let (every, one) = ([(280, value), (300, value), (320, value)], [(280, value)])
                let offsets = [(292, value), (308, value), (324, value)]
                let scaling = [(112, value), (116, value)]
                for (n, fields) in [every, one, offsets, scaling, every + scaling].enumerated() {
                    try Data(try header(fields)).write(to: URL(fileURLWithPath: folder + "/\(m)-\(n).nii"))
                }
            }
        }
    }

    /// The whole way of `run`, with everything hostile at once.
    @Test("One run over all of it", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func together() throws {
        let task = try pack()
        let volume = Volume(geometry: Self.geometry, voxels: .uint8(Self.ball(1).image))
        try NIfTI.write(volume, to: folder.file("study/good.nii.gz"))
        for (n, part) in ["conformance/nifti/hostile", "conformance/dicom/dicom2nifti/failing"].enumerated() {
            try FileManager.default.copyItem(atPath: SharedFolder.file(part), toPath: folder.file("study/\(n)"))
        }
        try Data(try header([(280, 1e20), (300, 1e20), (320, 1e20)])).write(
            to: URL(fileURLWithPath: folder.file("study/huge.nii")))
        let text = """
            version: 1
            task: \(task.folder)
            segment: { support: 1, side: 64, choose: position }
            run: { memory: 300 MiB }
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("p.yaml")))
        let pipeline = try PipelineFile.load(folder.file("p.yaml"))
        let outlook = try SegmentationOutlook(task: TaskPack.load(pipeline.task), options: pipeline.options)
        let results = ResultFolder(folder.file("out"), making: folder.file("out/.making."))
        let runner = CaseRunner(
            segmenter: try Segmenter(outlook), outputs: pipeline.outputs,
            provenance: Provenance(of: pipeline, outlook: outlook), results: results)
        let study = try StudyDiscovery.discover(folder.file("study"), selection: pipeline.input)
        let outcomes = study.cases.map { runner.run(CaseTicket($0)) }
        #expect(outcomes.first { $0.id == "good" }?.status == .done)
        let huge = outcomes.first { $0.id == "huge" }
        #expect(huge?.status == .failed)
        #expect(huge?.reason?.contains("voxels along i lie 1.0") == true, "\(huge?.reason ?? "")")
        #expect(outcomes.allSatisfy { $0.category != "internal" })
        #expect(FileManager.default.fileExists(atPath: folder.file("out/good/case.json")))
    }
}
