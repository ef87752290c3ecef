import Export
import Platform
import Segmentation
import Studies
import VolumeIO
import Volumes

/// What a pipeline file says: which images of a study to take, which task to do on them, and what to write.
public struct PipelineFile: Sendable {
    /// Name shown in reports; the file's name unless the file gives one.
    public var name: String
    /// Which images of the study are cases.
    public var input = InputSelection()
    /// The task pack's folder, resolved against the pipeline file's own folder.
    public var task = ""
    /// Preparation, network and clean-up.
    public var options = SegmentOptions()
    /// What is written for each case, each kind once.
    public var outputs: [OutputKind] = [.labels, .volumes]
    /// SHA-256 of the file's bytes and the overrides, in hexadecimal: says whether two runs did the same.
    public var sha256 = ""

    /// Makes a pipeline with every value at its default.
    public init(name: String) {
        self.name = name
        options.threads = ThreadBudget.count
    }
}

/// One kind of result file.
public enum OutputKind: Sendable, Hashable {
    /// `volumes.csv`: voxels, mm³ and mean probability of each label.
    case volumes
    /// `<case>_probability.nii.gz` and `<case>_disagreement.nii.gz`: how sure each voxel is.
    case certainty
    /// The label map, or its names and colours, for others: what ``LabelExporters`` has under the name.
    case export(String)

    /// The label map, `<case>_labels.nii.gz`. Always written, named or not.
    public static let labels = OutputKind.export("nifti")
    /// `<case>_overlay.png`: the labels over the image in three planes.
    public static let picture = OutputKind.export("picture")
    /// Objects that tell how probable the labels are.
    static let fractional = OutputKind.export("dicom-fractional")
    /// Every kind, in the order in which they are listed and written.
    public static let all =
        [.labels, .volumes, .certainty]
        + LabelExporters.all.map { OutputKind.export($0.name) }.filter { $0 != .labels }

    /// The word in the pipeline file.
    public var name: String {
        switch self {
        case .volumes: "volumes"
        case .certainty: "certainty"
        case .export(let name): name
        }
    }
}
