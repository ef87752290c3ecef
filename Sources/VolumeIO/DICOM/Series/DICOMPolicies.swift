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

    /// The defaults.
    public init(tilt: Tilt = .native, gaps: Gaps = .fail, splitBy: [DICOMSplitKey] = []) {
        (self.tilt, self.gaps, self.splitBy) = (tilt, gaps, splitBy)
    }
}

extension DICOMSeries {
    /// The series parted as the policies say, and always into what is not one image (see `DICOMVariant`); without
    /// policies also where an enhanced image states stacks that lie differently.
    func parts() -> [DICOMSeries] {
        var keys = policies.splitBy
        if keys.isEmpty, statesStacks { keys = [.stack] }
        if Set(images.map(\.variant)).count > 1 { keys.append(.variant) }
        if keys.isEmpty { return [self] }
        let groups = Dictionary(grouping: images) { image in keys.map { image.keys[$0] ?? "none" } }
        guard groups.count > 1 else { return [self] }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, images in
            var part = self
            part.images = images
            part.part = zip(keys, values).map { $0 == .variant ? $1 : "\($0.rawValue) \($1)" }.joined(separator: ", ")
            part.variant = keys.contains(.variant) ? values.last : nil
            return part
        }
    }

    /// Whether every frame names its stack, and the stacks differ in orientation or size.
    private var statesStacks: Bool {
        guard let first = images.first, images.allSatisfy({ $0.keys[.stack] != nil }) else { return false }
        return images.contains { image in
            image.keys[.stack] != first.keys[.stack]
                && ((image.rowDirection - first.rowDirection).length > 1e-3
                    || (image.columnDirection - first.columnDirection).length > 1e-3
                    || (image.rows, image.columns) != (first.rows, first.columns))
        }
    }
}
