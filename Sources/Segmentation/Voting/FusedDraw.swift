/// One draw of support for a query slice, and what its registered labels say by themselves.
struct FusedDraw {
    let support: SupportSlices
    private let fusion: LabelFusion?
    /// Of the registered labels' vote against the network's.
    private let weight: Float

    init(_ support: SupportSlices, query: [Float], side: Int, fusion share: Double) {
        self.support = support
        let aligned = Float(support.aligned.count)
        // The vote of few volumes is a coarse one.
        weight = Float(share) * aligned / (aligned + 3)
        fusion = weight > 0 ? LabelFusion(query: query, slices: support.aligned, side: side) : nil
    }

    /// What the network and the vote say of a label together.
    func answer(network: [Float], _ label: UInt16, keepsSquares: Bool) -> Answer {
        var fused = network
        if let votes = fusion?.probabilities(of: label) {
            for n in fused.indices { fused[n] += weight * (votes[n] - fused[n]) }
        }
        return Answer(fused: fused, squares: keepsSquares ? squares(network: network, fused: fused) : [])
    }

    private func squares(network: [Float], fused: [Float]) -> [Float] {
        // A mean m of a with weight 1 - w and of b with w: the variance is (1 - w) w (a - b)^2, and m - a is w (b - a).
        let share = weight > 0 ? (1 - weight) / weight : 0
        return zip(network, fused).map { $1 * $1 + share * ($1 - $0) * ($1 - $0) }
    }
}

/// What is said of a label in a slice, [side][side].
struct Answer {
    /// Probabilities of network and vote together.
    var fused: [Float]
    /// Means of the squares of what network and vote say; empty unless they are kept.
    var squares: [Float]
}

extension Answer {
    /// Means over so many draws, of which these show the label; nil when none does. The others say no to it.
    init?(meanOf answers: [Answer], draws: Int) {
        guard var sum = answers.first else { return nil }
        func add(_ map: [Float], to sum: inout [Float]) {
            for n in map.indices { sum[n] += map[n] }
        }
        for answer in answers.dropFirst() {
            add(answer.fused, to: &sum.fused)
            add(answer.squares, to: &sum.squares)
        }
        func share(_ sum: [Float]) -> [Float] { draws > 1 ? sum.map { $0 / Float(draws) } : sum }
        self.init(fused: share(sum.fused), squares: share(sum.squares))
    }
}
