import Synchronization

/// The support of a cut's slices, for some labels at a time.
///
/// A volume whose labels' probabilities do not fit into memory together is gone through several times. What a slice's
/// support shows is the same every time, so it is made again only for labels that it shows.
final class LabelledSupport: Sendable {
    private let source: any SupportSource
    /// [slice]: the ids that its support shows; nil as long as it was not made.
    private let shown: Mutex<[Set<UInt16>?]>

    init(_ source: any SupportSource, slices: Int) {
        self.source = source
        shown = Mutex([Set<UInt16>?](repeating: nil, count: slices))
    }

    /// The support of a slice, draw by draw; none where it shows no label of these.
    func support(for slice: Int, of labels: [UInt16]) -> [SupportSlices] {
        if let known = shown.withLock({ $0[slice] }), known.isDisjoint(with: labels) { return [] }
        let draws = source.support(for: slice)
        let ids = draws.reduce(into: Set<UInt16>()) { ids, draw in draw.present.forEach { ids.formUnion($0) } }
        shown.withLock { $0[slice] = ids }
        return ids.isDisjoint(with: labels) ? [] : draws
    }
}
