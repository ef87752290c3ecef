import Preparation
import Volumes

/// The options that a check of a pack holds for, and only for: probabilities change with each of them but for the last
/// two, and with those what is made of probabilities.
public struct CheckedOptions: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Planes whose probabilities were averaged.
    public let planes: [SlicePlane]
    /// The window, as it is written.
    public let window: String
    /// How the support was chosen.
    public let choose: SupportStrategy
    /// Whether only the part around the labels was looked at, where that is small, and the weight of their vote; by
    /// position there is neither.
    public let crops: Bool, fusion: Double
    /// Support slices, draws of them, and rows and columns of the network's slices.
    public let support, ensemble, side: Int

    /// Whether slices of one value were left out; nil in files of before it was recorded.
    public let skipsEmpty: Bool?

    /// The way from these to results, counted up when it changes; nil in files of before it was counted.
    public let version: Int?

    /// Clean-up, as a pipeline file has it, and what became of doubtful labels; nil in files of before they were recorded.
    public private(set) var clean: [String]?, doubtful: DoubtPolicy?

    private static let currentVersion = 3

    init(_ options: SegmentOptions, planes: [SlicePlane], side: Int, window: IntensityWindow) {
        // In whatever order they are averaged, the mean is the same.
        self.planes = SlicePlane.allCases.filter(planes.contains)
        (self.window, choose) = (window.description, options.choose.resolved)
        crops = options.crops && choose != .position
        fusion = choose == .position ? 0 : options.fusion
        (support, ensemble, self.side) = (options.support, options.ensemble, side)
        skipsEmpty = options.skipsEmpty
        version = Self.currentVersion
        (clean, doubtful) = (options.clean.map(\.description), options.doubtful)
    }

    /// Whether the others give the same probabilities, whatever is made of them.
    func agreesInProbabilities(with other: CheckedOptions) -> Bool {
        var same = self
        (same.clean, same.doubtful) = (other.clean, other.doubtful)
        return same == other
    }

    /// What is made of probabilities, in the words of a pipeline file.
    var decision: String {
        "clean: [\((clean ?? []).joined(separator: ", "))], segment.doubtful: \(doubtful?.rawValue ?? "unknown")"
    }

    /// In the words of the command line.
    public var description: String {
        (version == Self.currentVersion ? "" : "an earlier version of tomos (check again), ")
            + "planes \(planes.map(\.rawValue).joined(separator: ", ")), window \(window), choose \(choose.rawValue), "
            + "crop \(crops ? "auto" : "none"), fusion \(fusion), support \(support), ensemble \(ensemble), side \(side)"
            + (skipsEmpty == true ? ", empty slices skipped" : "")
    }
}
