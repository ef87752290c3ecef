/// One draw of support for a query slice, and what its registered labels say by themselves.
struct FusedDraw {
    let support: SupportSlices
    private let fusion: LabelFusion?
    /// Of the registered labels' vote against the network's.
    private let weight: Float

    init(_ support: SupportSlices, query: [Float], _ options: SegmentOptions) {
        self.support = support
        let aligned = Float(support.aligned.count)
        // The vote of few volumes is a coarse one.
        weight = Float(options.fusion) * aligned / (aligned + 3)
        fusion = weight > 0 ? LabelFusion(query: query, slices: support.aligned, side: options.side) : nil
    }

    /// Averages the network's probabilities with the vote.
    func fuse(_ map: inout [Float], _ label: UInt16) {
        guard let votes = fusion?.probabilities(of: label) else { return }
        for n in map.indices { map[n] += weight * (votes[n] - map[n]) }
    }
}
