import Inference

/// A number that a person may set: what it may be stands here, and every check, help and document goes by it.
package struct Setting<Number: Comparable & Sendable>: Sendable {
    /// The limits in words: `1 to 512`.
    package let limits: String
    /// What holds where nobody sets it.
    package let standard: Number
    private let isAllowed: @Sendable (Number) -> Bool

    init(_ limits: String, standard: Number, _ isAllowed: @escaping @Sendable (Number) -> Bool) {
        (self.limits, self.standard, self.isAllowed) = (limits, standard, isAllowed)
    }

    /// Whether the number is within the limits.
    package func allows(_ number: Number) -> Bool { isAllowed(number) }
}

/// The numbers that command line, pipeline file, packs and library share.
package enum SegmentSettings {
    /// Support slices per query slice.
    package static let support = whole(1...512, standard: 16)
    /// What `support` is, for help and documentation.
    package static let supportSummary = "Annotated slices shown to the network per slice"
    /// Most support slices that the network was trained with.
    package static let trainedSupport = 64

    /// Rows and columns of the network's slices; `standard` is what it was trained with.
    package static let side = Setting(UniverSeg.sidesInWords, standard: UniverSeg.trainedSide) {
        UniverSeg.supports(side: $0)
    }
    /// The side that is taken where nobody names one, with words after its number.
    package static func sideByDefault(_ words: String = "") -> String {
        "\(PackGrids.smallSide)\(words) where no volume of the task has more than \(PackGrids.small) voxels along an "
            + "axis, else \(UniverSeg.trainedSide)"
    }

    /// Draws of support that are averaged.
    package static let ensemble = whole(1...4, standard: 1)
    /// What `ensemble` is, for help and documentation.
    package static let ensembleSummary = "Unlike draws of support that are averaged"

    /// Weight of the pack's vote.
    package static let fusion = Setting("0 to 1", standard: 0.6) { (0...1).contains($0) }
    /// What `fusion` is, for help and documentation.
    package static let fusionSummary = "Weight of the vote of the pack's registered labels against the network"

    /// Probability from which a voxel is foreground; `standard` is a pack's that names none.
    package static let threshold = Setting("a number above 0 and below 1", standard: 0.5) { $0 > 0 && $0 < 1 }
    /// What `threshold` is, for help and documentation.
    package static let thresholdSummary = "Probability from which a voxel is foreground"

    /// Most that a label map is smoothed by, in mm.
    package static let mostSmoothing = 20
    /// Standard deviation that a label map is smoothed by, in mm.
    package static let smoothing = Setting("above 0, at most \(mostSmoothing)", standard: 0.8) {
        $0 > 0 && $0 <= Double(mostSmoothing)
    }

    private static func whole(_ range: ClosedRange<Int>, standard: Int) -> Setting<Int> {
        Setting("\(range.lowerBound) to \(range.upperBound)", standard: standard) { range.contains($0) }
    }
}
