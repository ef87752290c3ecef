import Preparation
import Volumes

/// The options that a check of a pack holds for, and only for: probabilities change with each of them.
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

    /// The way from these to probabilities, counted up when it changes; nil in files of before it was counted.
    public let version: Int?

    private static let currentVersion = 2

    init(_ options: SegmentOptions, planes: [SlicePlane], side: Int, window: IntensityWindow) {
        // In whatever order they are averaged, the mean is the same.
        self.planes = SlicePlane.allCases.filter(planes.contains)
        (self.window, choose) = (window.description, options.choose.resolved)
        crops = options.crops && choose != .position
        fusion = choose == .position ? 0 : options.fusion
        (support, ensemble, self.side) = (options.support, options.ensemble, side)
        version = Self.currentVersion
    }

    /// In the words of the command line.
    public var description: String {
        (version == Self.currentVersion ? "" : "an earlier version of tomos (check again), ")
            + "planes \(planes.map(\.rawValue).joined(separator: ", ")), window \(window), choose \(choose.rawValue), "
            + "crop \(crops ? "auto" : "none"), fusion \(fusion), support \(support), ensemble \(ensemble), side \(side)"
    }
}
