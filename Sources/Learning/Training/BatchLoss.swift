import Foundation
import Platform

/// The loss of a batch: cross-entropy and one less the mean Dice of the labels (Milletari et al., 3DV 2016), both over all
/// voxels of the batch, as a weighted mean over the heads.
///
/// Balanced cross-entropy lets the classes count by their voxels to the power 1 - balance instead of by their voxels. Where a
/// structure has one voxel in thousands, neither its share of the plain one nor the Dice of the little that is given to it
/// pulls a network out of never giving it anything.
struct BatchLoss {
    /// One image's sums for one head, of each class: probability where it is the label, probability, voxels, and -log p
    /// where it is the label.
    struct Sums {
        var both, given, wanted, entropies: [Double]

        init(classes: Int) {
            both = [Double](repeating: 0, count: classes)
            (given, wanted, entropies) = (both, both, both)
        }

        static func + (a: Sums, b: Sums) -> Sums {
            var sum = a
            for n in a.both.indices {
                sum.both[n] += b.both[n]
                sum.given[n] += b.given[n]
                sum.wanted[n] += b.wanted[n]
                sum.entropies[n] += b.entropies[n]
            }
            return sum
        }
    }

    /// The loss.
    private(set) var value = 0.0
    /// Per head and class: the factor of -log p, and the derivatives by a probability: where it is the label's, beside that
    /// of any.
    private(set) var entropies: [AlignedBuffer] = [], hits: [AlignedBuffer] = [], anys: [AlignedBuffer] = []

    /// What makes the Dice of an absent label whole.
    private static let smooth = 1.0

    /// Sums per image and head, in the images' order; floats a voxel of the logits; 0 for plain cross-entropy, 1 where all
    /// classes that the batch shows count alike.
    init(_ images: [[Sums]], stride: Int, balance: Double = 0) {
        let heads = images[0].count
        let weights = (0..<heads).map { 1 / Double(1 << $0) }
        let total = weights.reduce(0, +)
        for head in 0..<heads {
            let sums = images.dropFirst().reduce(images[0][head]) { $0 + $1[head] }
            let weight = weights[head] / total
            let factors = Self.factors(sums.wanted, balance: balance)
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
            let entropy = zip(factors, sums.entropies).reduce(0) { $0 + $1.0 * $1.1 }
            value += weight * (entropy + 1 - dice / Double(labels.count))
            let unused = [Float](repeating: 0, count: stride - factors.count)
            entropies.append(AlignedBuffer(factors.map { Float(weight * $0) } + unused))
            hits.append(AlignedBuffer(hit))
            anys.append(AlignedBuffer(any))
        }
    }

    /// What -log p of a class's voxel counts; over all voxels that is 1.
    private static func factors(_ voxels: [Double], balance: Double) -> [Double] {
        let powers = voxels.map { $0 > 0 ? pow($0, -balance) : 0 }
        let total = zip(powers, voxels).reduce(0) { $0 + $1.0 * $1.1 }
        return powers.map { $0 / total }
    }
}
