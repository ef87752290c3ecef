import Configuration
import Preparation
import Studies
import VolumeIO
import Volumes

extension PipelineSchema {
    /// Which images are cases, and how a volume is prepared.
    static let inputKeys: [PipelineKey] = [
        PipelineKey(
            "input.include", "Image files to take, as globs below the study folder; `dicom` takes DICOM series too.",
            .list(glob), allowed: "globs such as \"**/*.nii.gz\", and the word dicom",
            standard: .otherwise("every image file and DICOM series"), effect: .none,
            examples: [["**/*.nii.gz", "dicom"], "sub-*/anat/*_T1w.nii.gz"],
            write: { write($0.input) }
        ) { value, pipeline in
            let globs = try globs(value)
            pipeline.input.include = globs.filter { $0 != "dicom" }
            pipeline.input.includesDICOM = globs.contains("dicom")
        },
        PipelineKey(
            "input.exclude", "Files to leave out, as globs below the study folder.", .list(glob),
            allowed: "globs such as \"*_mask.nii.gz\"", standard: .value(), effect: .none, examples: ["*_mask.nii.gz"],
            write: { .list($0.input.exclude.map { .text($0) }) }
        ) { value, pipeline in pipeline.input.exclude = try globs(value) },
        PipelineKey(
            "input.select.modality",
            "DICOM series of this modality only; other files do not say theirs and stay.", .words(modalities),
            standard: .otherwise("all"), effect: .none, write: { $0.input.modality.map { .text($0) } }
        ) { value, pipeline in pipeline.input.modality = try value.oneOf(modalities) },
        PipelineKey(
            "input.tilt", "DICOM slices that lean (gantry tilt): kept, set upright or refused.",
            .words(of: DICOMPolicies.Tilt.self), standard: .value(),
            write: { .text($0.input.policies.tilt.rawValue) }
        ) { value, pipeline in pipeline.input.policies.tilt = try value.choice(of: DICOMPolicies.Tilt.self) },
        PipelineKey(
            "input.gaps", "DICOM series with missing slices: refused or interpolated.",
            .words(of: DICOMPolicies.Gaps.self), standard: .value(),
            write: { .text($0.input.policies.gaps.rawValue) }
        ) { value, pipeline in pipeline.input.policies.gaps = try value.choice(of: DICOMPolicies.Gaps.self) },
        PipelineKey(
            "prepare.plane", "Plane in which volumes are cut, or a list of them to average.",
            .list(.words(of: SlicePlane.self), atLeast: 1, isSet: true),
            standard: .otherwise("those that the task was checked with, or its own"), examples: [["axial", "coronal"]],
            write: { $0.options.planes.map { .list($0.map { .text($0.rawValue) }) } }
        ) { value, pipeline in
            let planes = try value.list().map { try $0.choice(of: SlicePlane.self) }
            if planes.isEmpty { throw value.bad() }
            if Set(planes).count < planes.count { throw value.bad("a plane twice", allowed: "each plane once") }
            pipeline.options.planes = planes
        },
        PipelineKey(
            "prepare.window", "Values that become 0 and 1.",
            .pattern(window, words: "auto, none, ct, mr, range(-500, 1000), percentile(0.5, 99.5)"),
            standard: .otherwise("the task's"), examples: ["auto", "range(-500, 1000)", "percentile(0.5, 99.5)"],
            write: { $0.options.window.map { .text($0.description) } }
        ) { value, pipeline in
            guard let window = IntensityWindow(try value.text()) else { throw value.bad() }
            pipeline.options.window = window
        },
        PipelineKey(
            "prepare.crop",
            "Region that is segmented: auto is the part around the pack's registered labels where that is less than "
                + "half of the volume.",
            .words(["auto", "none"]), standard: .value(), write: { .text($0.options.crops ? "auto" : "none") }
        ) { value, pipeline in pipeline.options.crops = try value.oneOf(["auto", "none"]) == "auto" },
    ]

    private static let modalities = ["CT", "MR", "PT"]

    /// A relative path without empty parts and without `.` and `..`.
    private static let glob = ValueForm.pattern(#"^(?!.*(^|/)\.{0,2}(/|$)).+$"#, words: "a glob")

    /// What `IntensityWindow` reads, but for capital letters and spaces that nobody writes.
    private static let window: String = {
        let number = #"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"#
        let bounds = #"\( *\#(number) *, *\#(number) *\)"#
        return #"^(auto|none|ct|CT|mr|MR|range *\#(bounds)|percentile *\#(bounds))$"#
    }()

    /// What to take; nil for everything.
    private static func write(_ input: InputSelection) -> WrittenValue? {
        let all = InputSelection()
        if input.include == all.include, input.includesDICOM == all.includesDICOM { return nil }
        return .list((input.include + (input.includesDICOM ? ["dicom"] : [])).map { .text($0) })
    }

    private static func globs(_ value: ConfigurationValue) throws -> [String] {
        let globs = try value.list().map { try $0.text() }
        for glob in globs where !Glob.isValid(glob) { throw value.bad(glob) }
        return globs
    }
}
