import Export
import Platform
import Segmentation
import Studies
import Volumes

/// What is going on with a case.
public enum CaseStage: String, Codable, Sendable {
    /// Its image is being read.
    case reading
    /// Its labels are being found.
    case segmenting
    /// Its files are being written and read again.
    case writing
}

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
        /// Nothing was done yet: the run was stopped, or the case is another's.
        case waiting
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
        /// Mean and standard deviation of the image's values over them, in the image's unit; nil when there are none, and
        /// in results of earlier versions.
        public var meanIntensity, intensityDeviation: Double?
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
    /// What it was made from, for people.
    public var source: String
    /// The path of the image below the study: of a DICOM series the folder that holds all its files. Nil in results of
    /// earlier versions and where the study is one image.
    public var path: String?
    /// SHA-256 of the image's file; of several, of their hashes in order. Nil where it was not asked for.
    public var contentSHA256: String?
    /// (0020,000E), when the source is a DICOM series.
    public var seriesInstanceUID: String?
    /// How it ended.
    public var status: Status
    /// The error, when it failed.
    public var reason: String?
    /// The kind of error (`badData`, `missingInput`, ..., or ``Breakdown``), when it failed.
    public var category: String?
    /// What was going on, when it broke off.
    public var stage: CaseStage?
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

    /// The Dice that is predicted of its labels, their mean; where the pack was not checked, what their probabilities promise.
    public var confidence: Double {
        let promises = structures.map { $0.predictedDice?.dice ?? $0.expectedDice }
        return promises.reduce(0, +) / Double(max(1, promises.count))
    }

    /// Whether it was found, before the work, to be unlike the volumes of its task.
    public var isUnlikeTask: Bool { notices.contains { $0.hasPrefix(InputGate.unlike) } }

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

    /// Makes a report.
    public init(made: Provenance, study: String, cases: [CaseOutcome], ignored: [IgnoredItem]) {
        (self.made, self.study, self.cases, self.ignored) = (made, study, cases, ignored)
    }
}
