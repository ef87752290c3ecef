import Platform

/// The loss of a batch: cross-entropy and one less the mean Dice of the labels (Milletari et al., 3DV 2016), both over all
/// voxels of the batch, as a weighted mean over the heads.
struct BatchLoss {
    /// One image's sums for one head, of each class: probability where it is the label, probability, voxels.
    struct Sums {
        var both, given, wanted: [Double]
        var entropy = 0.0

        init(classes: Int) {
            both = [Double](repeating: 0, count: classes)
            (given, wanted) = (both, both)
        }

        static func + (a: Sums, b: Sums) -> Sums {
            var sum = a
            for n in a.both.indices {
                sum.both[n] += b.both[n]
                sum.given[n] += b.given[n]
                sum.wanted[n] += b.wanted[n]
            }
            sum.entropy += b.entropy
            return sum
        }
    }

    /// The loss.
    private(set) var value = 0.0
    /// Per head: the factor of -log p, and the derivatives by a probability: where it is the label's, beside that of any.
    private(set) var entropies: [Float] = []
    private(set) var hits: [AlignedBuffer] = [], anys: [AlignedBuffer] = []

    /// What makes the Dice of an absent label whole.
    private static let smooth = 1.0

    /// Sums per image and head, in the images' order; floats a voxel of the logits.
    init(_ images: [[Sums]], stride: Int) {
        let heads = images[0].count
        let weights = (0..<heads).map { 1 / Double(1 << $0) }
        let total = weights.reduce(0, +)
        for head in 0..<heads {
            let sums = images.dropFirst().reduce(images[0][head]) { $0 + $1[head] }
            let weight = weights[head] / total
            let voxels = sums.wanted.reduce(0, +)
            let labels = sums.both.indices.dropFirst()
            var (hit, any) = ([Float](repeating: 0, count: stride), [Float](repeating: 0, count: stride))
            var dice = 0.0
            for n in labels {
                let (above, below) = (2 * sums.both[n] + Self.smooth, sums.given[n] + sums.wanted[n] + Self.smooth)
                dice += above / below
                let share = weight / Double(labels.count)
                hit[n] = Float(-2 * share / below)
                any[n] = Float(share * above / (below * below))
            }
            value += weight * (sums.entropy / voxels + 1 - dice / Double(labels.count))
            entropies.append(Float(weight / voxels))
            hits.append(AlignedBuffer(hit))
            anys.append(AlignedBuffer(any))
        }
    }
}
