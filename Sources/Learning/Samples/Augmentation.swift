/// How training patches are varied. `Augmentation()` has the amounts for packs of few volumes: the changes are those of
/// nnU-Net (Isensee et al., Nature Methods 18, 2021), somewhat more often, and an elastic deformation.
///
/// Changes of place move the image, all other channels and the labels alike; changes of intensity touch the image only.
/// Flat volumes (thick slices) change within their slices; these are never mixed.
public struct Augmentation: Sendable, Hashable, Codable {
    /// A change that is made with a probability, by an amount drawn anew each time.
    public struct Change: Sendable, Hashable, Codable {
        /// 0 (never) to 1 (in every patch).
        public var probability: Double
        /// The largest amount, or the deviation of a normal one: each change says which.
        public var amount: Double

        /// A change by up to `amount`.
        public init(probability: Double, amount: Double) { (self.probability, self.amount) = (probability, amount) }

        /// No change at all.
        public static let none = Change(probability: 0, amount: 0)
    }

    /// Axes along which every second patch is mirrored.
    public struct Mirroring: Sendable, Hashable, Codable {
        /// Whether patches are mirrored along each axis.
        public var z, y, x: Bool

        /// No axis, or those named.
        public init(z: Bool = false, y: Bool = false, x: Bool = false) { (self.z, self.y, self.x) = (z, y, x) }
    }

    /// Deviation of the logarithm of the magnification.
    public var scale = 0.15
    /// Probability that the magnification's deviation is `wideScaleFactor` times as large: headers have been known to state
    /// half or twice the spacing.
    public var wideScale = 0.15
    /// How many times as large the deviation of a wide magnification is.
    public var wideScaleFactor = 4.0
    /// Deviation of the logarithm of a further magnification of each axis.
    public var scalePerAxis = 0.05
    /// Deviation of the angle about each axis, in radians.
    public var rotation = 0.15
    /// Probability that the angles are `wideFactor` times as large.
    public var wideRotation = 0.1
    /// How many times as large the angles of a wide rotation are.
    public var wideFactor = 3.0
    /// Deviation of the angle of flat volumes, about z, in radians.
    public var flatRotation = 0.25
    /// Probability that the angle of a flat volume is any of the circle instead.
    public var fullTurn = 0.2
    /// Bending. The amount is the deviation of the displacement along each axis, as a fraction of the patch's longest
    /// side in mm.
    public var elastic = Change(probability: 0.5, amount: 0.025)
    /// Cells of the grid of displacements along the patch's longest side.
    public var elasticCells = 6
    /// Off where left and right are different structures.
    public var mirroring = Mirroring()

    /// Gaussian noise with a deviation of up to the amount (the image's own is 1).
    public var noise = Change(probability: 0.15, amount: 0.3)
    /// Gaussian blur with a sigma from half the amount up to it, in voxels.
    public var blur = Change(probability: 0.2, amount: 1)
    /// Multiplication by a smooth field, as a coil near the body makes it; its logarithm is plus or minus up to the amount.
    public var unevenness = Change(probability: 0.4, amount: 0.5)
    /// Multiplication by 1 plus or minus up to the amount.
    public var brightness = Change(probability: 0.3, amount: 0.25)
    /// Addition of plus or minus up to the amount.
    public var shift = Change(probability: 0.3, amount: 0.3)
    /// Multiplication of the distance from the mean by 1 plus or minus up to the amount, within the former range.
    public var contrast = Change(probability: 0.3, amount: 0.25)
    /// Voxels become up to 1 + amount times as long, and are interpolated back.
    public var lowResolution = Change(probability: 0.2, amount: 1)
    /// A power of the range's fraction; its logarithm is plus or minus up to the amount. Mean and deviation stay.
    public var gamma = Change(probability: 0.3, amount: 0.4)
    /// The same on the inverted image.
    public var invertedGamma = Change(probability: 0.15, amount: 0.4)

    /// The amounts for packs of few volumes.
    public init() {}

    /// No variation: patches are copies.
    public static let none: Augmentation = {
        var none = Augmentation()
        (none.scale, none.scalePerAxis, none.rotation, none.wideRotation) = (0, 0, 0, 0)
        (none.flatRotation, none.fullTurn, none.elastic) = (0, 0, .none)
        none.wideScale = 0
        (none.noise, none.blur, none.brightness, none.shift) = (.none, .none, .none, .none)
        none.unevenness = .none
        (none.contrast, none.lowResolution, none.gamma, none.invertedGamma) = (.none, .none, .none, .none)
        return none
    }()
}
