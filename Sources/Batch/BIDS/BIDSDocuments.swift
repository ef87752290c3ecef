import Pipelines
import Platform

/// The sidecar `_dseg.json` of a label map: what it is made from and by, and what was found.
///
/// The keys down to `Resolution` are those of the standard (BIDS specification 1.10, derivatives, common data types and
/// imaging); it lets others stand beside them.
struct BIDSSidecar: Codable {
    /// One label.
    struct Label: Codable {
        var Index: UInt16
        var Name: String
        var Voxels: Int
        var VolumeMM3: Double
        /// Mean probability over its voxels; nil when there are none.
        var MeanProbability: Double?
        var ExpectedDice: Double
        var PredictedDice: Prediction?
        /// Of the image's values over its voxels.
        var MeanIntensity, IntensityDeviation: Double?
        var Flags: [String]
    }

    /// The Dice to be expected, and where nine of ten are expected.
    struct Prediction: Codable {
        var Dice, Lower, Upper: Double
    }

    /// What a column of the table means that is not the standard's.
    struct Column: Codable {
        var Description: String
    }

    var Description: String
    var Sources: [String]?
    var SpatialReference: String
    var Manual = false
    var Resolution: String?
    var Labels: [Label]
    /// SHA-256 of the image's file.
    var SourceSHA256: String?
    var Provenance: Provenance
    var snomed_ct: Column?

    /// - Parameters:
    ///   - one: The case.
    ///   - source: The URI of its image; nil when nothing leads to it.
    ///   - hasCodes: Whether the table has a column of codes.
    init(_ one: BIDSCase, name: BIDSImageName, source: String?, hasCodes: Bool) {
        let file = one.image.split(separator: "/").last.map(String.init) ?? one.image
        Description = "Labels of the task '\(SafeText.words(one.made.task))' in \(file), on its grid"
        Sources = source.map { [$0] }
        SpatialReference = source ?? "orig"
        if name["res"] != nil { Resolution = "That of the image" }
        Labels = one.outcome.structures.map(Label.init)
        SourceSHA256 = one.outcome.contentSHA256
        Provenance = one.made.withoutPaths
        if hasCodes { snomed_ct = Column(Description: "SNOMED CT concept of the structure") }
    }
}

extension BIDSSidecar.Label {
    init(_ structure: CaseOutcome.Structure) {
        (Index, Name) = (structure.id, structure.name)
        (Voxels, VolumeMM3) = (structure.voxels, structure.mm3)
        (MeanProbability, ExpectedDice) = (structure.meanProbability, structure.expectedDice)
        PredictedDice = structure.predictedDice.map {
            BIDSSidecar.Prediction(Dice: $0.dice, Lower: $0.lower, Upper: $0.upper)
        }
        (MeanIntensity, IntensityDeviation) = (structure.meanIntensity, structure.intensityDeviation)
        Flags = structure.flags.map(\.rawValue)
    }
}

extension Provenance {
    /// With the last part of each path in it, since folders tell of this machine; the hashes say which files they were.
    var withoutPaths: Provenance {
        var made = self
        let name = weights.prefix { $0 != ":" }
        made.weights = Self.lastPart(String(name)) + weights.dropFirst(name.count)
        made.options = options?.mapValues(Self.lastPart)
        return made
    }

    private static func lastPart(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}

/// The texts that a derivative has once.
enum BIDSDocuments {
    /// The version of the standard that names and keys are from.
    static let version = "1.10.0"

    /// The name by which `DatasetLinks` and URIs know the data set that was read.
    static let link = "raw"

    /// What our keys of `dataset_description.json` say. Others that a person has put there stay.
    ///
    /// - Parameter link: The way to the data set that was read; nil where none can be told.
    static func description(of dataset: BIDSDataset, link: String?) -> [String: Any] {
        let name = dataset.description?.Name.map(SafeText.words) ?? ""
        var source: [String: String] = [:]
        source["URL"] = link
        source["DOI"] = dataset.description?.DatasetDOI
        var keys: [String: Any] = [
            "Name": "Segmentations by tomos" + (name.isEmpty ? "" : " of " + name),
            "BIDSVersion": version,
            "DatasetType": "derivative",
            "GeneratedBy": [
                [
                    "Name": "tomos", "Version": tomosVersion,
                    "Description":
                        "Label maps of task packs; the json of each says the task, the pipeline and the weights",
                ]
            ],
        ]
        if !source.isEmpty { keys["SourceDatasets"] = [source] }
        if let link { keys["DatasetLinks"] = [Self.link: link] }
        return keys
    }

    static let readme = """
        Segmentations by tomos

        Each label map lies on the grid of its own image:

            sub-<label>/[ses-<label>/]anat/<entities of the image>_seg-<task>_desc-<suffix of the image>_dseg.nii.gz

        `_dseg.tsv` beside it says what each label is, `_dseg.json` which image it is made from, by which task, pipeline,
        weights and version of the program, and for every label its volume, its mean probability and the Dice to be
        expected. What is flagged there (empty, truncated, implausible, doubtful) should be looked at by a person.

        `group_volumes.tsv`, where it is there, has a line for every label map and label; `group_volumes.json` says what
        its columns mean.

        The folder `.tomos` is the program's own: by it, it knows which files are its own, and replaces or removes no
        other. A label map that was corrected by hand is left as it is.

        Not a medical device. For research use only.

        """

    /// What the validator of BIDS is to leave out.
    static let ignored = "group_volumes.*"
}
