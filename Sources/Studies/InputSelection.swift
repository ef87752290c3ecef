import VolumeIO

/// Which files of a study folder are cases.
public struct InputSelection: Sendable, Hashable {
    /// Globs on the path below the study folder, for NIfTI files. A glob without `/` matches the file name at any depth.
    public var include = ["**/*.nii", "**/*.nii.gz", "**/*.hdr", "**/*.NII", "**/*.NII.GZ", "**/*.HDR"]
    /// Whether other files are looked at as DICOM.
    public var includesDICOM = true
    /// Globs of files to leave out.
    public var exclude: [String] = []
    /// DICOM modality to keep (`CT`, `MR`, `PT`); nil keeps all. NIfTI does not state a modality, so NIfTI files stay.
    public var modality: String?
    /// What is done with DICOM series that are not one even, upright volume.
    public var policies = DICOMPolicies()

    /// Takes every NIfTI file and every DICOM series.
    public init() {}
}
