import Foundation
import Pipelines
import Platform
import Studies
import TestSupport
import Testing
import Volumes

@testable import Batch

@Suite("BIDS: derivatives")
struct BIDSDerivativesTests {
    let folder = TemporaryFolder()
    var out: String { folder.file("raw/derivatives/tomos") }
    static let images = [
        "sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz", "sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz",
        "sub-02/anat/sub-02_T1w.nii.gz",
    ]
    static let stems = [
        "sub-01/ses-1/anat/sub-01_ses-1_seg-headNeck_desc-T1w_dseg",
        "sub-01/ses-2/anat/sub-01_ses-2_seg-headNeck_desc-T1w_dseg", "sub-02/anat/sub-02_seg-headNeck_desc-T1w_dseg",
    ]
    static let labels = LabelTable([
        LabelEntry(id: 1, name: "brainstem", colour: Colour(255, 0, 16)),
        LabelEntry(id: 7, name: "liver", colour: Colour(0, 128, 0), snomed: "10200004"),
    ])

    /// A data set of three images with their results, and its derivative.
    func start(description: String = #"{"Name": "Two", "BIDSVersion": "1.10.0"}"#) throws -> BIDSDerivatives {
        try makeTree(folder, Self.images.map { "raw/" + $0 })
        try writeText(description, to: folder.file("raw/dataset_description.json"))
        let dataset = try BIDSDataset(folder.file("raw"), validating: false)
        return BIDSDerivatives(out, of: dataset, task: "head-neck", labels: Self.labels)
    }

    /// A case with a label map whose file holds some text.
    func one(_ image: String, map: String = "map", _ status: CaseOutcome.Status = .done) throws -> BIDSCase {
        let id = image.split(separator: "/").last.map { String($0.dropLast(".nii.gz".count)) } ?? image
        var outcome = CaseOutcome(
            StudyCase(id: id, source: .file(path: folder.file("raw/" + image)), path: image),
            status: status)
        let structures = """
            [{"id": 7, "name": "liver", "voxels": 20, "mm3": 40.5, "meanProbability": 0.9, "expectedDice": 0.75,
              "predictedDice": {"dice": 0.8, "lower": 0.7, "upper": 0.85}, "flags": ["truncated", "doubtful"]}]
            """
        outcome.structures = try JSONDecoder().decode([CaseOutcome.Structure].self, from: Data(structures.utf8))
        outcome.notices = ["\(folder.path)/secret: a notice"]
        outcome.reason = status == .failed ? "\(folder.path)/secret: a reason" : nil
        let results = folder.file("work/" + id)
        try writeText(map, to: "\(results)/\(id)_labels.nii.gz")
        return BIDSCase(image: image, folder: results, outcome: outcome, made: try Self.made(weights: "bundled"))
    }

    static func made(weights: String) throws -> Provenance {
        let text = """
            {"tomos": "1.2.3", "pipeline": "p", "pipelineSHA256": "a1", "task": "head-neck", "taskSHA256": "b2",
             "weights": "\(weights): CC0", "weightsSHA256": "c3",
             "options": {"segment.support": "16", "segment.weights": "/secret/place/w.pt"}}
            """
        return try JSONDecoder().decode(Provenance.self, from: Data(text.utf8))
    }

    func json(_ path: String) throws -> [String: Any] {
        let data = try #require(FileManager.default.contents(atPath: path))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Files of the derivative that are not the program's own.
    var visible: [String] {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: out)) ?? []
        return files.filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: out + "/" + path, isDirectory: &isFolder)
            return !isFolder.boolValue && !path.hasPrefix(".")
        }.sorted()
    }

    func files(_ stems: [String]) -> [String] {
        (["README", "dataset_description.json"] + stems.flatMap { [".json", ".nii.gz", ".tsv"].map($0.appending) })
            .sorted()
    }

    @Test("A label map with its table and sidecar for each case, and what a derivative has once")
    func whole() throws {
        let derivatives = try start()
        let changes = try derivatives.write(try Self.images.map { try one($0, map: $0) })
        #expect(changes.written == Self.stems)
        #expect(changes.notices.isEmpty && changes.removed.isEmpty)
        #expect(visible == files(Self.stems))
        for (image, stem) in zip(Self.images, Self.stems) {
            #expect(FileManager.default.contents(atPath: out + "/\(stem).nii.gz") == Data(image.utf8))
        }
        let description = try json(out + "/dataset_description.json")
        #expect(description["Name"] as? String == "Segmentations by tomos of Two")
        #expect(description["BIDSVersion"] as? String == "1.10.0")
        #expect(description["DatasetType"] as? String == "derivative")
        #expect(description["DatasetLinks"] as? [String: String] == ["raw": "../.."])
        #expect(description["SourceDatasets"] as? [[String: String]] == [["URL": "../.."]])
        let program = try #require((description["GeneratedBy"] as? [[String: String]])?.first)
        #expect(program["Name"] == "tomos")
        #expect(program["Version"] == tomosVersion)
    }

    @Test("The table: the standard's columns, codes where there are some, the standard's own labels mapped")
    func table() throws {
        _ = try start().write([try one(Self.images[2])])
        let text = try String(contentsOfFile: out + "/\(Self.stems[2]).tsv", encoding: .utf8)
        let rows = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows[0] == ["index", "name", "color", "snomed_ct", "mapping"])
        #expect([rows[1][0], rows[1][1], rows[1][2], rows[1][4]] == ["1", "brainstem", "#FF0010", "10"])
        #expect(rows[2] == ["7", "liver", "#008000", "10200004", "n/a"])
        let organs = BIDSLookup(LabelTable([LabelEntry(id: 2, name: "something", colour: Colour(0, 0, 0))]))
        #expect(organs.text == "index\tname\tcolor\n2\tsomething\t#000000\n")
        #expect(!organs.hasCodes)
    }

    @Test("The sidecar: sources as URIs, the grid, what was found and what made it")
    func sidecar() throws {
        _ = try start().write([try one(Self.images[0])])
        let sidecar = try json(out + "/\(Self.stems[0]).json")
        let uri = "bids:raw:sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz"
        #expect(sidecar["Sources"] as? [String] == [uri])
        #expect(sidecar["SpatialReference"] as? String == uri)
        #expect(sidecar["Manual"] as? Bool == false)
        #expect(
            sidecar["Description"] as? String
                == "Labels of the task 'head-neck' in sub-01_ses-1_T1w.nii.gz, on its grid")
        #expect(sidecar["Resolution"] == nil)
        let label = try #require((sidecar["Labels"] as? [[String: Any]])?.first)
        #expect(label["Index"] as? Int == 7)
        #expect(label["Name"] as? String == "liver")
        #expect(label["Voxels"] as? Int == 20)
        #expect(label["VolumeMM3"] as? Double == 40.5)
        #expect(label["PredictedDice"] as? [String: Double] == ["Dice": 0.8, "Lower": 0.7, "Upper": 0.85])
        #expect(label["Flags"] as? [String] == ["truncated", "doubtful"])
        let made = try #require(sidecar["Provenance"] as? [String: Any])
        #expect(made["tomos"] as? String == "1.2.3")
        #expect(made["taskSHA256"] as? String == "b2")
        #expect(made["options"] as? [String: String] == ["segment.support": "16", "segment.weights": "w.pt"])
    }

    @Test("The grid of an image whose name says resolution is described, as the standard requires")
    func resolution() throws {
        let image = "sub-02/anat/sub-02_space-T1w_res-2_desc-preproc_T1w.nii.gz"
        _ = try start().write([try one(image)])
        let sidecar = try json(out + "/sub-02/anat/sub-02_space-T1w_seg-headNeck_res-2_desc-preprocT1w_dseg.json")
        #expect(sidecar["Resolution"] as? String == "That of the image")
        #expect(sidecar["SpatialReference"] as? String == "bids:raw:" + image)
    }

    @Test("Nothing tells of this machine or of who is at it")
    func nothingIdentifying() throws {
        var cases = try Self.images.map { try one($0) }
        cases[0].made = try Self.made(weights: "/secret/place/my.pt")
        cases[1] = try one(Self.images[1], .failed)
        _ = try start().write(cases)
        try BIDSGroupTable(out).write(to: out)
        let files = try FileManager.default.subpathsOfDirectory(atPath: out)
        var count = 0
        for file in files {
            guard let data = FileManager.default.contents(atPath: out + "/" + file), !data.isEmpty else { continue }
            let text = String(decoding: data, as: UTF8.self)
            for secret in ["secret", folder.path] {
                #expect(!text.contains(secret), "\(file) holds \(secret)")
            }
            count += 1
        }
        // Two label maps with three files and a record each, and README, description, .bidsignore, table, its sidecar.
        #expect(count == 13)
        let made = try json(out + "/\(Self.stems[0]).json")["Provenance"] as? [String: Any]
        #expect(made?["weights"] as? String == "my.pt: CC0")
    }

    @Test("Where no short way leads to the data set, no link is made up")
    func unlinked() throws {
        _ = try start(description: #"{"Name": "Two", "DatasetDOI": "doi:10.1/2"}"#)
        let dataset = try BIDSDataset(folder.file("raw"), validating: false)
        let apart = try #require(["/dev/shm", "/var/tmp"].first { dataset.link(from: $0) == nil })
        let elsewhere = apart + "/tomos-bids-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: elsewhere) }
        let other = BIDSDerivatives(elsewhere, of: dataset, task: "head-neck", labels: Self.labels)
        _ = try other.write([try one(Self.images[2])])
        let description = try json(elsewhere + "/dataset_description.json")
        #expect(description["DatasetLinks"] == nil)
        #expect(description["SourceDatasets"] as? [[String: String]] == [["DOI": "doi:10.1/2"]])
        let sidecar = try json(elsewhere + "/\(Self.stems[2]).json")
        #expect(sidecar["Sources"] == nil)
        #expect(sidecar["SpatialReference"] as? String == "orig")
    }

    // MARK: again

    @Test("Again, nothing is touched; a case that is done again is replaced")
    func again() throws {
        let derivatives = try start()
        let cases = try Self.images.map { try one($0) }
        _ = try derivatives.write(cases)
        let map = out + "/\(Self.stems[0]).nii.gz"
        let before = try FileManager.default.attributesOfItem(atPath: map)[.systemFileNumber] as? Int
        var changes = try derivatives.write(cases)
        #expect(changes.unchanged == Self.stems && changes.written.isEmpty && changes.removed.isEmpty)
        #expect(try FileManager.default.attributesOfItem(atPath: map)[.systemFileNumber] as? Int == before)
        changes = try derivatives.write([try one(Self.images[0], map: "new")] + cases[1...])
        #expect(changes.written == [Self.stems[0]] && changes.unchanged.count == 2)
        #expect(try String(contentsOfFile: map, encoding: .utf8) == "new")
        #expect(visible == files(Self.stems))
    }

    @Test("Files of cases that are gone or failed are removed, with their folders")
    func stale() throws {
        let derivatives = try start()
        let cases = try Self.images.map { try one($0) }
        _ = try derivatives.write(cases)
        var changes = try derivatives.write([cases[0], try one(Self.images[1], .failed), cases[2]])
        #expect(changes.removed == [Self.stems[1]])
        #expect(visible == files([Self.stems[0], Self.stems[2]]))
        changes = try derivatives.write([cases[0]])
        #expect(changes.removed == [Self.stems[2]])
        #expect(visible == files([Self.stems[0]]))
        #expect(!FileManager.default.fileExists(atPath: out + "/sub-02"))
        #expect(BIDSMade.all(in: out).map(\.stem) == [Self.stems[0]])
    }

    @Test("What was not looked at stays: other participants, a run that was stopped, another task's label maps")
    func scope() throws {
        let derivatives = try start()
        let cases = try Self.images.map { try one($0) }
        _ = try derivatives.write(cases)
        let two = BIDSSelection(folders: ["sub-02"])
        let waiting = try Self.images[1...].map { try one($0, .waiting) }
        var changes = try derivatives.write([cases[0]] + waiting)
        #expect(changes.unchanged == [Self.stems[0]] && changes.removed.isEmpty && changes.written.isEmpty)
        changes = try derivatives.write([cases[2]], selection: two)
        #expect(changes.unchanged == [Self.stems[2]] && changes.removed.isEmpty)
        let dataset = try BIDSDataset(folder.file("raw"))
        let other = BIDSDerivatives(out, of: dataset, task: "other", labels: Self.labels)
        #expect(try other.write([cases[2]]).removed.isEmpty)
        let others = "sub-02/anat/sub-02_seg-other_desc-T1w_dseg"
        #expect(visible == files(Self.stems + [others]))
        #expect(try derivatives.write([], selection: two).removed == [Self.stems[2]])
        #expect(visible == files(Array(Self.stems[..<2]) + [others]))
    }

    @Test("Label maps of an image that is there as a link, and whose content is not, stay")
    func unfetched() throws {
        let derivatives = try start()
        let cases = try Self.images.map { try one($0) }
        _ = try derivatives.write(cases)
        let (files, image) = (FileManager.default, folder.file("raw/" + Self.images[2]))
        try files.removeItem(atPath: image)
        try files.createSymbolicLink(atPath: image, withDestinationPath: "../.git/annex/nothing")
        #expect(try derivatives.write(Array(cases[..<2])).removed.isEmpty)
        try files.removeItem(atPath: image)
        #expect(try derivatives.write(Array(cases[..<2])).removed == [Self.stems[2]])
    }

    @Test("A file that was changed since, or that somebody else put there, is neither replaced nor removed")
    func foreign() throws {
        let derivatives = try start()
        let cases = try Self.images.map { try one($0) }
        let foreign = out + "/\(Self.stems[2]).tsv"
        try writeText("theirs", to: foreign)
        var changes = try derivatives.write(cases)
        #expect(changes.written == Array(Self.stems[..<2]))
        #expect(changes.notices.count == 1 && changes.notices[0].contains("not as tomos wrote it"))
        #expect(!FileManager.default.fileExists(atPath: out + "/\(Self.stems[2]).nii.gz"))

        let corrected = out + "/\(Self.stems[0]).nii.gz"
        try writeText("corrected by hand", to: corrected)
        changes = try derivatives.write([try one(Self.images[0], map: "new"), cases[1]])
        #expect(changes.notices.count == 1 && changes.written.isEmpty && changes.removed.isEmpty)
        changes = try derivatives.write([cases[1]])
        #expect(changes.removed == [Self.stems[0]])
        #expect(changes.notices.count == 1 && changes.notices[0].contains("changed since tomos wrote it"))
        #expect(try String(contentsOfFile: corrected, encoding: .utf8) == "corrected by hand")
        #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "theirs")
        #expect(!FileManager.default.fileExists(atPath: out + "/\(Self.stems[0]).tsv"))
    }

    @Test("Files of a run that broke off while it replaced them are known as its own, old ones and new ones")
    func interrupted() throws {
        let derivatives = try start()
        var changed = try one(Self.images[2])
        _ = try derivatives.write([changed])
        // A folder in the way of the second file.
        let table = out + "/\(Self.stems[2]).tsv"
        try FileManager.default.removeItem(atPath: table)
        try writeText("", to: table + "/in the way")
        for map in ["new", "newer"] {
            changed = try one(Self.images[2], map: map)
            changed.outcome.contentSHA256 = map
            #expect(throws: AtomicFileError.self) { try derivatives.write([changed]) }
        }
        try FileManager.default.removeItem(atPath: table)
        let changes = try derivatives.write([changed])
        #expect(changes.written == [Self.stems[2]] && changes.notices.isEmpty)
        #expect(visible == files([Self.stems[2]]))
        #expect(BIDSMade.read(Self.stems[2], in: out)?.sha256.count == 3)
    }

    // MARK: what is refused, and what a person wrote

    @Test("Two images with one label map, and a label map that is not there, are refused by name")
    func refused() throws {
        let derivatives = try start()
        let images = [Self.images[2], "sub-02/anat/sub-02_T1w.nii"]
        var error = #expect(throws: BIDSError.self) { try derivatives.check(images) }
        #expect(error == .sameName(Self.stems[2] + ".nii.gz", images: images))
        let one = try one(Self.images[0])
        try FileManager.default.removeItem(atPath: one.folder)
        error = #expect(throws: BIDSError.self) { try derivatives.write([one]) }
        #expect(error?.category == .missingInput)
        let changes = try derivatives.write([try self.one("sub-02/anat/odd.nii.gz")])
        #expect(changes.notices.count == 1 && changes.written.isEmpty)
    }

    @Test("A data set of another program is left alone")
    func another() throws {
        let derivatives = try start()
        let path = out + "/dataset_description.json"
        try writeText(#"{"Name": "x", "GeneratedBy": [{"Name": "fMRIPrep"}]}"#, to: path)
        let error = #expect(throws: BIDSError.self) { try derivatives.write([try one(Self.images[0])]) }
        #expect(error == .madeByAnother(out, program: "fMRIPrep"))
        #expect(visible == ["dataset_description.json"])
    }

    @Test("What a person added to the description, the README and .bidsignore stays")
    func added() throws {
        let derivatives = try start()
        try writeText(
            #"{"Name": "x", "GeneratedBy": [{"Name": "tomos"}], "Authors": ["A", "B"]}"#,
            to: out + "/dataset_description.json")
        try writeText("better", to: out + "/README.md")
        try writeText("extra/\n", to: out + "/.bidsignore")
        for _ in 0..<2 { _ = try derivatives.write([try one(Self.images[0])]) }
        #expect(try json(out + "/dataset_description.json")["Authors"] as? [String] == ["A", "B"])
        #expect(!FileManager.default.fileExists(atPath: out + "/README"))
        #expect(try String(contentsOfFile: out + "/.bidsignore", encoding: .utf8) == "extra/\ngroup_volumes.*\n")
    }

    // MARK: group

    @Test("The table of all volumes is made of the derivative alone")
    func group() throws {
        #expect(throws: BIDSError.noDerivatives(out)) { try BIDSGroupTable(out) }
        _ = try start().write(try Self.images.map { try one($0) })
        try writeText(#"{"Description": "another program's"}"#, to: out + "/sub-02/anat/sub-02_seg-their_dseg.json")
        let table = try BIDSGroupTable(out)
        #expect(table.labelMaps == 3 && table.rows == 3)
        let rows = table.text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.map(\.count) == [15, 15, 15, 15])
        #expect(rows.map { $0[0] } == ["participant_id", "sub-01", "sub-01", "sub-02"])
        #expect(rows.map { $0[1] } == ["session_id", "ses-1", "ses-2", "n/a"])
        #expect(rows[3][2] == Self.stems[2] + ".nii.gz")
        #expect(Array(rows[3][3...6]) == ["7", "liver", "20", "40.500"])
        #expect(Array(rows[3][9...]) == ["0.8000", "0.7000", "0.8500", "n/a", "n/a", "truncated doubtful"])
        try table.write(to: out)
        let columns = try json(out + "/group_volumes.json")
        #expect(Set(columns.keys) == Set(rows[0]))
        #expect(try BIDSGroupTable(out, selection: BIDSSelection(folders: ["sub-01"])).labelMaps == 2)
    }
}

/// Writes a text, with the folders above it.
func writeText(_ text: String, to path: String) throws {
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
