import VolumeIO

/// Which files of a study folder are cases.
public struct InputSelection: Sendable, Hashable {
    /// Globs on the path below the study folder, for files of volumes. A glob without `/` matches the file name at any
    /// depth.
    public var include = InputSelection.everyImage
    /// Whether other files are looked at as DICOM.
    public var includesDICOM = true
    /// Globs of files to leave out.
    public var exclude: [String] = []
    /// DICOM modality to keep (`CT`, `MR`, `PT`); nil keeps all. Other files state no modality, and stay.
    public var modality: String?
    /// Folders in folders that are looked at; nil looks at all.
    public var depth: Int?
    /// What is done with DICOM series that are not one even, upright volume.
    public var policies = DICOMPolicies()

    /// Every ending of a file that begins with a header, in lower and in upper case.
    private static let everyImage = VolumeFormat.allCases.flatMap(\.endings).filter { !$0.hasPrefix(".img") }
        .flatMap { ["**/*" + $0, "**/*" + $0.uppercased()] }

    /// Why a file that ``include`` does not name is ignored.
    package static let notIncluded = "not matched by input.include"

    /// Takes every file of a volume and every DICOM series.
    public init() {}
}
