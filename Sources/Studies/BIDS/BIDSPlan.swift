import VolumeIO
import Volumes

/// Why an image gets no place in a BIDS data set.
public enum BIDSPlanError: TomosError, Equatable {
    /// Several descriptions fit it.
    case severalDescriptions(String, mapping: String, descriptions: [String])
    /// Two images have one name though it says which run each is.
    case sameRun(name: String, one: String, other: String)
    /// No image of the input fits any description.
    case nothingFits(mapping: String, images: [String])

    /// What the mapping says does not part the images.
    public var category: ErrorCategory { .badConfiguration }

    /// The message.
    public var description: String {
        switch self {
        case .severalDescriptions(let source, let mapping, let descriptions):
            "\(source): \(descriptions.count) descriptions of \(mapping) fit it: \(descriptions.joined(separator: "; ")) "
                + "(make their criteria narrower)"
        case .sameRun(let name, let one, let other):
            "\(name): \(one) and \(other) both get this name, which says the run (leave 'run' out of the entities, and runs "
                + "are counted)"
        case .nothingFits(let mapping, let images):
            "\(mapping): no description fits any of the \(images.count) images (-b o writes the sidecars that criteria look "
                + "at):\n  " + images.joined(separator: "\n  ")
        }
    }
}

/// The places of images in a BIDS data set.
public struct BIDSPlan: Sendable {
    /// What becomes of an image.
    public enum Fate: Sendable {
        /// It is written under a path below the data set, without ending, with changes of its sidecar.
        case written(String, [String: SidecarChange])
        /// It is not, and why.
        case leftOut(String)
        /// It cannot be, and why.
        case refused(any Error)
    }

    /// In the order of the images.
    public private(set) var fates: [Fate]

    private let mapping: BIDSMapping
    private let owner: [String: String]

    /// An image that one description fits.
    private struct Place {
        let image: Int
        let description: BIDSMapping.Description
        var entities: [String: String]
        var name: String { BIDSEntities.name(entities, suffix: description.suffix) }
    }

    /// Finds the places of images.
    /// - Parameters:
    ///   - subject: The label of `sub-`, letters and digits.
    ///   - session: The label of `ses-`, or nil.
    /// - Throws: ``BIDSPlanError/nothingFits(mapping:images:)``, `DICOMError` when a file cannot be opened any more.
    public init(_ images: [ConversionImage], _ mapping: BIDSMapping, subject: String, session: String?) throws {
        self.mapping = mapping
        owner = ["sub": subject].merging(session.map { ["ses": $0] } ?? [:]) { $1 }
        fates = []
        var places: [Place] = []
        for (n, image) in images.enumerated() {
            let (fate, description) = try Self.look(at: image, mapping)
            fates.append(fate)
            if let description {
                places.append(
                    Place(image: n, description: description, entities: owner.merging(description.entities) { $1 }))
            }
        }
        if places.isEmpty, fates.allSatisfy({ if case .leftOut = $0 { true } else { false } }) {
            throw BIDSPlanError.nothingFits(mapping: mapping.path, images: images.map(\.studyCase.sourceDescription))
        }
        places.sort { Self.order(images[$0.image]) < Self.order(images[$1.image]) }
        Self.tellApart(&places, images)
        let refused = Self.countRuns(&places)
        for place in places { fates[place.image] = .written(path(of: place), changes(of: place, among: places)) }
        for (place, other) in refused {
            fates[place.image] = .refused(
                BIDSPlanError.sameRun(
                    name: place.name, one: images[other.image].studyCase.sourceDescription,
                    other: images[place.image].studyCase.sourceDescription))
        }
    }

    private static func look(
        at image: ConversionImage, _ mapping: BIDSMapping
    ) throws -> (Fate, BIDSMapping.Description?) {
        if let refusal = image.refusal { return (.refused(refusal), nil) }
        guard let volumes = image.volumes else {
            return (.leftOut("no DICOM series, of which alone a mapping tells"), nil)
        }
        let fitting = mapping.fitting(try volumes.sidecar().values)
        if let one = fitting.first, fitting.count == 1 { return (.leftOut(""), one) }
        if fitting.isEmpty { return (.leftOut("no description of \(mapping.path) fits it"), nil) }
        let error = BIDSPlanError.severalDescriptions(
            image.studyCase.sourceDescription, mapping: mapping.path,
            descriptions: fitting.map { "\($0.place) \($0.shown)" })
        return (.refused(error), nil)
    }

    /// Runs are counted in the order of series numbers.
    private static func order(_ image: ConversionImage) -> (Int, String, String, String) {
        (
            image.series?.seriesNumber ?? .max, image.series?.studyInstanceUID ?? "",
            image.series?.seriesInstanceUID ?? "",
            image.series?.part ?? ""
        )
    }

    /// Echoes of one series, and its magnitude and phase, get the entities that the standard has for them.
    private static func tellApart(_ places: inout [Place], _ images: [ConversionImage]) {
        let groups = Dictionary(grouping: places.indices) { n in
            [images[places[n].image].series?.seriesInstanceUID ?? "", places[n].name]
        }
        for group in groups.values where group.count > 1 {
            let kinds = group.map { BIDSKind(suffix: images[places[$0].image].series?.suffix ?? "") }
            let (hasEchoes, hasParts) = (kinds.contains { $0.echo != nil }, kinds.contains { $0.part != nil })
            for (n, kind) in zip(group, kinds) {
                if hasEchoes, places[n].entities["echo"] == nil { places[n].entities["echo"] = kind.echo ?? "1" }
                if hasParts, places[n].entities["part"] == nil { places[n].entities["part"] = kind.part ?? "mag" }
            }
        }
    }

    /// Gives images of one name their run; hands back and takes out those whose names say it already, each with the first
    /// of its name.
    private static func countRuns(_ places: inout [Place]) -> [(Place, Place)] {
        var refused: [(Place, Place)] = []
        let groups = Dictionary(grouping: places.indices) { places[$0].description.datatype + "/" + places[$0].name }
        for group in groups.values where group.count > 1 {
            for (run, n) in group.sorted().enumerated() {
                if places[n].entities["run"] == nil {
                    places[n].entities["run"] = "\(run + 1)"
                } else if run > 0 {
                    refused.append((places[n], places[group.min() ?? n]))
                }
            }
        }
        let gone = Set(refused.map(\.0.image))
        places.removeAll { gone.contains($0.image) }
        return refused
    }

    private func path(of place: Place) -> String {
        let folders = ["sub", "ses"].compactMap { key in owner[key].map { "\(key)-\($0)" } }
        return (folders + [place.description.datatype, place.name]).joined(separator: "/")
    }

    /// What the description changes, with the task's name, and with paths where `IntendedFor` names descriptions.
    private func changes(of place: Place, among places: [Place]) -> [String: SidecarChange] {
        var changes = place.description.changes
        if let task = place.entities["task"], changes["TaskName"] == nil { changes["TaskName"] = .text(task) }
        if let intended = changes["IntendedFor"] {
            let asked: [SidecarChange] = if case .list(let items) = intended { items } else { [intended] }
            changes["IntendedFor"] = .list(
                asked.flatMap { item -> [SidecarChange] in
                    guard case .text(let id) = item, mapping.descriptions.contains(where: { $0.id == id }) else {
                        return [item]
                    }
                    return places.filter { $0.description.id == id }.map { .text("bids::\(path(of: $0)).nii.gz") }
                })
        }
        return changes
    }
}

/// What the suffix of a part of a series (`_e2_ph`) says in entities.
private struct BIDSKind {
    var echo, part: String?

    init(suffix: String) {
        for word in suffix.split(separator: "_") {
            switch word {
            case "ph": part = "phase"
            case "real": part = "real"
            case "imaginary": part = "imag"
            default:
                let digits = word.dropFirst()
                if word.hasPrefix("e"), !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
                    echo = String(digits)
                }
            }
        }
    }
}
