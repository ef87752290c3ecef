/// What is done with series that are not one even, upright volume. The defaults change nothing and refuse what cannot
/// be right.
public struct DICOMPolicies: Sendable, Hashable {
    /// A gantry that leans: slices that are shifted against each other.
    public enum Tilt: String, Sendable, CaseIterable {
        /// Slices stay as acquired and the affine is sheared.
        case native
        /// Slices are shifted onto an upright grid, linearly.
        case shear
        /// The series is refused.
        case fail
    }

    /// Missing slices and uneven spacing.
    public enum Gaps: String, Sendable, CaseIterable {
        /// The series is refused.
        case fail
        /// Slices are interpolated onto an even spacing, linearly.
        case resample
    }

    /// For leaning stacks.
    public var tilt = Tilt.native
    /// For missing slices.
    public var gaps = Gaps.fail
    /// Whether a series is read though files that lie among its own are not there, or hold nothing that can be read.
    public var takesIncomplete = false
    /// What parts a series into several images.
    public var splitBy: [DICOMSplitKey] = []
    /// Whether echoes, and magnitude, phase and other unlike images of one series, stay volumes of one image. Without it
    /// each is an image of its own; what no grid or unit allows in one image is so always.
    public var packs = false
    /// Whether series of one study that follow each other, of one grid, protocol and description, are volumes of one 4-D
    /// image, told apart by time, echo or b-value.
    public var joins = false

    /// The defaults.
    public init(tilt: Tilt = .native, gaps: Gaps = .fail, splitBy: [DICOMSplitKey] = []) {
        (self.tilt, self.gaps, self.splitBy) = (tilt, gaps, splitBy)
    }
}
