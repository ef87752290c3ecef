import Export

/// One kind of result file.
public enum OutputKind: Sendable, Hashable {
    /// `volumes.csv`: voxels, mm³ and mean probability of each label.
    case volumes
    /// `<case>_probability.nii.gz` and `<case>_disagreement.nii.gz`: how sure each voxel is.
    case certainty
    /// `report/` with what the page of the whole study, `RESULTS/report/index.html`, shows of the case: ``CaseView``.
    case report
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
        [.labels, .volumes, .certainty, .report]
        + LabelExporters.all.map { OutputKind.export($0.name) }.filter { $0 != .labels }

    /// The word in the pipeline file.
    public var name: String {
        switch self {
        case .volumes: "volumes"
        case .certainty: "certainty"
        case .report: "report"
        case .export(let name): name
        }
    }
}
