/// What a task's network looks like: a U-Net (Ronneberger et al., MICCAI 2015) whose maps are [depth][row][column][channel].
///
/// At each level two convolutions of 3x3 in the plane and `taps` along the depth, each with instance norm and
/// LeakyReLU(0.01); between levels the largest of 2x2 values, or of 2x2x2. On the way up a 1x1 convolution to the channels
/// of the level above, linear interpolation to twice the size, and two convolutions of that beside what the way down left.
public struct NetworkShape: Sendable, Hashable, Codable {
    /// One level.
    public struct Level: Sendable, Hashable, Codable {
        /// Feature channels, a multiple of 16.
        public var channels: Int
        /// Taps of its convolutions along the depth: 1 or 3.
        public var taps: Int
        /// Whether the next level has half the depth too.
        public var halvesDepth: Bool

        /// Makes a level.
        public init(channels: Int, taps: Int, halvesDepth: Bool) {
            (self.channels, self.taps, self.halvesDepth) = (channels, taps, halvesDepth)
        }
    }

    /// Input channels: the image, and what is known beside it.
    public var inputs: Int
    /// Background and labels.
    public var classes: Int
    /// From the finest to the coarsest; at least two.
    public var levels: [Level]

    /// Background and labels, at most: classes are stored in a byte.
    public static let mostClasses = 256

    /// Makes a shape.
    public init(inputs: Int, classes: Int, levels: [Level]) {
        (self.inputs, self.classes, self.levels) = (inputs, classes, levels)
    }

    /// Levels, from the finest on, whose maps are judged in training: the coarsest has no way up, and in a map of an eighth
    /// of the size small structures are lost.
    var heads: Int { min(3, levels.count - 1) }
    /// Floats a voxel of the inputs, and of the logits.
    public var inputStride: Int { Self.group(inputs) }
    var classStride: Int { Self.group(classes) }

    private static func group(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

    /// Voxels along depth, rows and columns that a size must be a multiple of.
    public var multiple: SIMD3<Int> {
        levels.dropLast().reduce(SIMD3(1, 1, 1)) { $0 &* SIMD3($1.halvesDepth ? 2 : 1, 2, 2) }
    }

    /// The size of a level's maps where the finest's is `size`.
    func size(_ size: SIMD3<Int>, level: Int) -> SIMD3<Int> {
        levels.prefix(level).reduce(size) { $0 / SIMD3($1.halvesDepth ? 2 : 1, 2, 2) }
    }

    /// Whether such a network can be built; what a file holds may be anything, and nothing else may be asked of a shape that
    /// is not whole.
    package var isWhole: Bool {
        (1...64).contains(inputs) && (2...Self.mostClasses).contains(classes) && (2...8).contains(levels.count)
            && levels.allSatisfy {
                $0.channels % 16 == 0 && (16...512).contains($0.channels) && ($0.taps == 1 || $0.taps == 3)
            }
    }
}
