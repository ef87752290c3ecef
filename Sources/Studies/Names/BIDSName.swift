/// A BIDS file name without its ending, in its parts: `sub-01_ses-2_desc-manual_dseg` has the entities sub, ses and desc
/// and the word dseg (BIDS specification, common principles, filenames).
struct BIDSName: Equatable {
    /// `key-value` parts in order; keys such as `sub`.
    let entities: [(key: String, value: String)]
    /// Parts that are no entity, in order: the suffix and what stands before it (`T1w`, `dseg`).
    let words: [String]

    /// Words at the end of a name that say label map or mask.
    private static let labelWords: Set<String> = ["dseg", "probseg", "mask"]

    init(_ stem: String) {
        var entities: [(String, String)] = []
        var words: [String] = []
        for part in stem.split(separator: "_") {
            let halves = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2, !halves[0].isEmpty, halves[0].allSatisfy(\.isLetter) {
                entities.append((String(halves[0]), String(halves[1])))
            } else {
                words.append(String(part))
            }
        }
        (self.entities, self.words) = (entities, words)
    }

    subscript(key: String) -> String? { entities.first { $0.key == key }?.value }

    /// Whether the name begins as every name of the standard does.
    var isBIDS: Bool { entities.first?.key == "sub" }

    /// `T1w`, `dseg` and so on.
    var suffix: String { words.last ?? "" }

    /// Whether the name says label map or mask rather than image.
    var isLabelMap: Bool { Self.labelWords.contains(suffix) || isBIDS && self["label"] != nil }

    /// What image and label map of one scan share: the entities but for those named.
    func key(without left: Set<String>) -> String {
        entities.filter { !left.contains($0.key) }.map { "\($0.key)-\($0.value)" }.sorted().joined(separator: "_")
    }

    static func == (a: BIDSName, b: BIDSName) -> Bool {
        a.words == b.words && a.entities.elementsEqual(b.entities, by: ==)
    }
}
