import VolumeIO

/// The path of an image below its BIDS data set, taken apart, and the name of the label map that is made of it.
struct BIDSImageName: Equatable {
    /// A `key-value` part of a file's name.
    struct Entity: Equatable {
        var key, value: String
    }

    /// The data type's folder: `anat`, `func`, `pet`, ...
    let datatype: String
    /// In the order of the name, `sub` first.
    let entities: [Entity]
    /// What stands last: `T1w`.
    let suffix: String

    /// Words at the end of a name that say label map or mask.
    private static let labelWords: Set<String> = ["dseg", "probseg", "mask", "defacemask"]

    /// Takes a path apart: `sub-01/ses-1/anat/sub-01_ses-1_acq-a_T1w.nii.gz` (BIDS specification 1.10, common principles,
    /// filenames).
    init(_ path: String) throws(BIDSError) {
        func refuse(_ reason: String) -> BIDSError { .notABIDSName(path, reason: reason) }
        var folders = path.split(separator: "/").map(String.init)
        guard folders.popLast() != nil, let stem = VolumeFileName(path)?.stem else { throw refuse("no image file") }
        var parts = stem.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard let suffix = parts.popLast(), Self.isLabel(suffix) else {
            throw refuse("it does not end in a suffix such as _T1w")
        }
        if Self.labelWords.contains(suffix) { throw refuse("_\(suffix) is a label map or a mask, and no image") }
        var entities: [Entity] = []
        for part in parts {
            let halves = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, Self.isKey(halves[0]), Self.isLabel(halves[1]) else {
                throw refuse("'\(part)' is no key-value pair of letters and digits")
            }
            if entities.contains(where: { $0.key == halves[0] }) { throw refuse("\(halves[0]) stands in it twice") }
            entities.append(Entity(key: halves[0], value: halves[1]))
        }
        guard let subject = entities.first, subject.key == "sub" else { throw refuse("it does not begin with sub-") }
        guard folders.first == "sub-" + subject.value else { throw refuse("its folder is not sub-\(subject.value)") }
        folders.removeFirst()
        let session = entities.first { $0.key == "ses" }.map { "ses-" + $0.value }
        let place = folders.first.flatMap { $0.hasPrefix("ses-") ? $0 : nil }
        guard session == place else {
            throw refuse("its name says \(session ?? "no session"), its folder \(place ?? "no session")")
        }
        if place != nil { folders.removeFirst() }
        guard folders.count <= 1 else { throw refuse("it lies deeper than the data type's folder") }
        (datatype, self.entities, self.suffix) = (folders.first ?? "anat", entities, suffix)
    }

    subscript(key: String) -> String? { entities.first { $0.key == key }?.value }

    // MARK: the label map

    /// Entities of a name in the order that the standard gives them.
    private static let order = [
        "sub", "ses", "task", "acq", "ce", "rec", "dir", "run", "echo", "part", "space", "chunk", "atlas", "seg",
        "scale", "res", "desc",
    ]

    /// Entities that a `_dseg` of the data type may take over from its image (BIDS specification, schema,
    /// rules.files.deriv.imaging: anat_, func_ and dwi_discrete_segmentation).
    private static let kept: [String: Set<String>] = {
        let all: Set = ["sub", "ses", "acq", "rec", "run", "part", "space", "chunk", "atlas", "scale", "res"]
        return [
            "anat": all.union(["task", "ce", "echo"]), "func": all.union(["task", "ce", "echo", "dir"]),
            "dwi": all.union(["dir"]),
        ]
    }()

    /// The data type's folder of the label map. There is no `_dseg` of other data types than these three, and without `task`
    /// none of `func`.
    private var labelDatatype: String {
        Self.kept[datatype] == nil || datatype == "func" && self["task"] == nil ? "anat" : datatype
    }

    /// The label map's path below the derivative without its ending:
    /// `sub-01/ses-1/anat/sub-01_ses-1_acq-a_seg-hippocampus_desc-T1w_dseg`.
    ///
    /// `desc` holds what the name would else lose: the image's own `desc`, its suffix, and entities that a label map must
    /// not have. So no name depends on which other images there are.
    ///
    /// - Parameter segmentation: The value of `seg`, letters and digits.
    func labelMap(segmentation: String) -> String {
        let type = labelDatatype
        let kept = Self.kept[type] ?? []
        var values = Dictionary(
            entities.filter { kept.contains($0.key) }.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })
        let lost = entities.filter { !kept.contains($0.key) && $0.key != "desc" }
        values["seg"] = segmentation
        values["desc"] = (self["desc"] ?? "") + suffix + lost.map { $0.key + $0.value }.joined()
        let name = Self.order.compactMap { key in values[key].map { "\(key)-\($0)" } }.joined(separator: "_")
        let session = self["ses"].map { "ses-\($0)/" } ?? ""
        return "sub-\(self["sub"] ?? "")/\(session)\(type)/\(name)_dseg"
    }

    /// A name as a label of BIDS: its letters and digits, a capital where a word began. `head-neck 2` is `headNeck2`.
    static func label(_ name: String) -> String {
        let words = name.split { !isLetterOrDigit($0) }
        let text = words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
        return text.isEmpty ? "task" : text
    }

    /// Letters and digits; `+` joins several labels.
    static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { isLetterOrDigit($0) || $0 == "+" }
    }

    private static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { isLetterOrDigit($0) && $0.isLetter }
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
