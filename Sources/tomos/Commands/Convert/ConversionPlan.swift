import Platform
import Studies
import VolumeIO
import Volumes

/// What a conversion will write, before anything is written.
struct ConversionPlan {
    /// One image.
    struct Item {
        var image: ConversionImage
        /// The NIfTI file.
        let path: String
        /// What its sidecar says besides.
        var changes: [String: SidecarChange] = [:]
        /// Why it is left out, which is no error; nil where it is written.
        var leftOut: String?
    }

    /// The images, in the order of the study.
    var items: [Item]
    /// What a person should know.
    var notices: [String] = []

    /// One image into the file that was named.
    init(_ image: ConversionImage, to path: String) { items = [Item(image: image, path: path)] }

    /// The unlike images of one series into the file that was named, each with its ending behind the name: `t2.nii.gz`,
    /// `t2_ph.nii.gz`. Nil where they are not of one series, or were parted on request.
    init?(parts images: [ConversionImage], to path: String) {
        let series = images.compactMap(\.series)
        guard let name = VolumeFileName(path), series.count == images.count, let first = series.first,
            series.allSatisfy({
                $0.seriesInstanceUID == first.seriesInstanceUID && $0.seriesNumber == first.seriesNumber
                    && $0.policies.splitBy.isEmpty
            })
        else { return nil }
        items = zip(images, series).map { image, part in
            Item(image: image, path: name.folder + name.stem + part.suffix + name.ending)
        }
    }

    /// Every image into a folder, under names by a pattern.
    /// - Parameters:
    ///   - folder: With a slash at its end.
    ///   - ending: `.nii` or `.nii.gz`.
    init(
        _ images: [ConversionImage], into folder: String, pattern: ImageFileName?, ending: String,
        _ existing: ExistingOutput,
        _ conversion: Conversion
    ) throws {
        let names = try OutputNames.of(images, pattern: pattern) { image, name in
            let files = existing == .rename ? conversion.files(of: image, at: folder + name + ending) : []
            return !ExistingOutputError.existing(files).isEmpty
        }
        items = zip(images, names.names).map { Item(image: $0, path: folder + $1 + ending) }
        notices = names.notices
    }

    /// The images that a mapping file knows into a BIDS data set.
    init(_ images: [ConversionImage], into root: String, _ options: BIDSOptions, ending: String) throws {
        let mapping = try BIDSMapping(options.bids ?? "")
        let plan = try BIDSPlan(
            images, mapping, subject: options.subjectLabel ?? "", session: options.sessionLabel)
        items = zip(images, plan.fates).map { image, fate in
            switch fate {
            case .written(let name, let changes):
                return Item(image: image, path: root + name + ending, changes: changes)
            case .leftOut(let reason): return Item(image: image, path: "", leftOut: reason)
            case .refused(let error):
                var refused = image
                refused.refusal = error
                return Item(image: refused, path: "")
            }
        }
        notices =
            mapping.notices
            + items.compactMap { item in
                item.leftOut.map { "\(item.image.studyCase.sourceDescription): left out, \($0)" }
            }
    }

    /// Leaves out what has nothing to be written, and what is there already where that is to be passed over.
    /// - Throws: `ExistingOutputError` where files are there and are not to be replaced.
    mutating func judge(_ existing: ExistingOutput, _ conversion: Conversion) throws {
        var inTheWay: [String] = []
        for (n, item) in items.enumerated() where item.leftOut == nil && item.image.refusal == nil {
            let files = conversion.files(of: item.image, at: item.path)
            if files.isEmpty {
                items[n].leftOut = "a file without DICOM headers, of which there is no sidecar to write"
                continue
            }
            let there = ExistingOutputError.existing(files)
            guard let first = there.first else { continue }
            switch existing {
            case .refuse: inTheWay += there
            case .skip: items[n].leftOut = "\(first) is there already (-w 0)"
            case .replace, .rename: break
            }
        }
        if !inTheWay.isEmpty { throw ExistingOutputError(paths: inTheWay) }
    }
}
