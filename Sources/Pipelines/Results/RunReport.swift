import Export
import Platform
import Segmentation
import Studies
import Volumes

/// What became of one case. `case.json` holds one, `cases.json` all of them.
public struct CaseOutcome: Codable, Sendable {
    /// How a case ended.
    public enum Status: String, Codable, Sendable {
        /// Its results are there.
        case done
        /// It was refused or broke off; there are no results.
        case failed
        /// Its results were there before and were kept.
        case kept
    }

    /// One label of the case.
    public struct Structure: Codable, Sendable {
        /// Id in the label map.
        public var id: UInt16
        /// Its name in the task.
        public var name: String
        /// Voxels that carry it.
        public var voxels: Int
        /// Their volume.
        public var mm3: Double
        /// Mean probability over them; nil when there are none.
        public var meanProbability: Double?
        /// The Dice that the probabilities promise; 0 when there are no voxels.
        public var expectedDice: Double
        /// The true Dice to be expected, with the range of nine in ten; nil when the pack was not checked for this.
        public var predictedDice: DicePrediction?
        /// Why a person should look at it: `empty`, `truncated`, `implausible`.
        public var flags: [StructureFlag]
    }

    /// What the case took, in bytes and in what memory pays for.
    public struct Memory: Codable, Sendable {
        /// What it might take; nil for no limit.
        public var limit: Int?
        /// What was computed before it began.
        public var needed: Int
        /// The most that the process held from its start to the end of the case; nil where the system does not tell.
        public var peak: Int?
        /// Slices segmented at once, and support slices for each.
        public var jobs, support: Int
        /// What was asked for, where the limit was too low for it.
        public var jobsAskedFor, supportAskedFor: Int?
    }

    /// Name of the case and of its folder.
    public var id: String
    /// What it was made from.
    public var source: String
    /// (0020,000E), when the source is a DICOM series.
    public var seriesInstanceUID: String?
    /// How it ended.
    public var status: Status
    /// The error, when it failed.
    public var reason: String?
    /// The kind of error (`badData`, `missingInput`, ...), when it failed.
    public var category: String?
    /// Result files, relative to the results folder.
    public var outputs: [String] = []
    /// What was found when the label maps were read again, one for each format; nil in results of earlier versions.
    public var exports: [ExportProof]?
    /// The labels asked for.
    public var structures: [Structure] = []
    /// What a person should know about reading and segmenting it.
    public var notices: [String] = []
    /// What it took; nil when it has no results.
    public var memory: Memory?
    /// Time it took.
    public var seconds: Double = 0

    /// Makes an outcome without results.
    public init(_ studyCase: StudyCase, status: Status) {
        (id, source, self.status) = (studyCase.id, studyCase.sourceDescription, status)
        if case .dicom(let series, _) = studyCase.source { seriesInstanceUID = series.seriesInstanceUID }
    }

    /// Makes a failed outcome of an error.
    public init(_ studyCase: StudyCase, failure: any Error) {
        self.init(studyCase, status: .failed)
        if let error = failure as? any TomosError {
            (reason, category) = (error.description, "\(error.category)")
        } else {
            (reason, category) = ("internal error: \(failure)", "internal")
        }
    }
}

/// What made a result: enough to tell whether two results were made alike.
public struct Provenance: Codable, Sendable, Equatable {
    /// Version of this program.
    public var tomos = tomosVersion
    /// The pipeline's name.
    public var pipeline: String
    /// SHA-256 of the pipeline file with its overrides.
    public var pipelineSHA256: String
    /// Name of the task.
    public var task: String
    /// SHA-256 of its `pack.yaml`, which holds the hashes of its volumes.
    public var taskSHA256: String
    /// The weights in one line, with their licence.
    public var weights: String
    /// SHA-256 of the weights file.
    public var weightsSHA256: String
    /// The networks that were trained on the task and are put to use; nil where there are none.
    public var learned: LearnedRecord?
}

/// `case.json`: written last into a case's folder, so that a folder with it is complete.
struct CaseRecord: Codable {
    var made: Provenance
    var outcome: CaseOutcome
}

/// `cases.json`: a whole run.
public struct RunReport: Codable, Sendable {
    /// What made the results.
    public var made: Provenance
    /// The study that was searched.
    public var study: String
    /// What became of each case.
    public var cases: [CaseOutcome]
    /// Everything in the study that is no case, with the reason.
    public var ignored: [IgnoredItem]

    /// Cases that failed.
    public var failures: [CaseOutcome] { cases.filter { $0.status == .failed } }

    /// As JSON with sorted keys, ending in a newline.
    public func json() throws -> [UInt8] { try JSON.bytes(self) }

    /// `volumes.csv` of the run: a line per case and label, in the order of the cases.
    public func volumesCSV() -> String { VolumesTable.csv(cases) }
}

/// The table of volumes.
enum VolumesTable {
    /// Comma-separated values (RFC 4180 quoting, `.` as decimal point) with a header line.
    static func csv(_ cases: [CaseOutcome]) -> String {
        var text =
            "case,label,name,voxels,mm3,mean_probability,expected_dice,predicted_dice,predicted_lower,predicted_upper,flags\n"
        for outcome in cases {
            for structure in outcome.structures {
                let predicted = structure.predictedDice.map { [$0.dice, $0.lower, $0.upper] }
                var fields = [
                    SafeText.csv(outcome.id), String(structure.id), SafeText.csv(structure.name),
                    String(structure.voxels),
                ]
                fields.append(decimal(structure.mm3, 3))
                fields.append(structure.meanProbability.map { decimal($0, 4) } ?? "")
                fields.append(decimal(structure.expectedDice, 4))
                fields += predicted?.map { decimal($0, 4) } ?? ["", "", ""]
                fields.append(structure.flags.map(\.rawValue).joined(separator: " "))
                text += fields.joined(separator: ",") + "\n"
            }
        }
        return text
    }
}
