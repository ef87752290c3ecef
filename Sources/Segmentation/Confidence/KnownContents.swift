import Foundation

/// What a pack's volumes look like, to tell by its voxels a case that is unlike them: mirrored or upside down, of another
/// contrast, or in another unit.
///
/// docs/accuracy.md says how many right and wrong ones of the development sets this flags.
struct KnownContents: Sendable {
    private let looks: [VolumeLook]
    /// Each of the pack's volumes against the others: how like them it is, and how far the spread of its values is from
    /// theirs. Empty for packs of one or two.
    private let likenesses: [Double], distances: [Double]

    /// How much less like the pack's volumes a case may be than they are like each other, and how much further off.
    private static let least = 0.6, greatest = 2.0
    /// Packs of fewer tell little of how a body differs from its mirror image, and ask for a clear lead.
    private static let few = 8, clear = 0.1

    init(_ looks: [VolumeLook]) {
        self.looks = looks
        guard looks.count > 2 else {
            (likenesses, distances) = ([], [])
            return
        }
        let others = looks.indices.map { n in looks.indices.filter { $0 != n }.map { looks[$0] } }
        likenesses = zip(looks, others).map { VolumeLook.likeness($0.thumbnail, to: $1) }
        distances = zip(looks, others).map { $0.distance(to: $1) }
    }

    /// The mirror images of a case that are more like the pack's volumes than the case is, the likeliest first.
    func likelierMirrors(of look: VolumeLook) -> [MirrorImage] {
        let own = VolumeLook.likeness(look.thumbnail, to: looks) + (looks.count < Self.few ? Self.clear : 0)
        let mirrored = MirrorImage.all.map { ($0, VolumeLook.likeness(look.mirrored($0), to: looks)) }
        return mirrored.filter { $0.1 > own }.sorted { $0.1 > $1.1 }.map(\.0)
    }

    /// A sentence about each other way in which a case is unlike the pack.
    func remarks(on look: VolumeLook) -> [String] {
        guard looks.count > 2 else { return [] }
        let likeness = VolumeLook.likeness(look.thumbnail, to: looks) / 2
        let distance = look.distance(to: looks)
        let (usualLikeness, usualDistance) = (Self.median(likenesses) / 2, Self.median(distances))
        var remarks: [String] = []
        if likeness < Self.least * usualLikeness {
            remarks.append(
                "\(InputGate.unlike): seen from afar its correlation with them is \(Self.text(likeness)), theirs "
                    + "with each other \(Self.text(usualLikeness)): review the result, and whether it shows the same part "
                    + "of the body in the same contrast")
        }
        if distance > Self.greatest * usualDistance {
            remarks.append(
                "\(InputGate.unlike): its windowed values are spread otherwise (distance \(Self.text(distance)), "
                    + "theirs from each other \(Self.text(usualDistance))): review the result, and whether contrast, unit "
                    + "and window are the same")
        }
        return remarks
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func text(_ value: Double) -> String { String(format: "%.2f", value) }
}
