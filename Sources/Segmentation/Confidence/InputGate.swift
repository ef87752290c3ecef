import Preparation
import Volumes

/// Tells of a case, before the work, in what it is unlike the volumes of the pack.
package struct InputGate: Sendable {
    let frames: KnownFrames
    let contents: KnownContents

    /// What every remark begins with.
    package static let unlike = "unlike the task's volumes"
    /// How much more networks must promise of a volume as it is than of its mirror image to be believed.
    private static let clear = 0.002
    /// How many of the likelier mirror images the networks look at; each takes as long as the case.
    private static let looks = 3

    /// A sentence about each way in which a case is unlike the pack.
    ///
    /// - Parameter learned: The pack's networks, where they are in use. A case whose mirror image is more like the pack's
    ///   volumes from afar is not flagged for it where these promise more of the case.
    func remarks(on volume: Volume, scale: IntensityScale, learned: LearnedTask?, threads: Int) -> [String] {
        let look = VolumeLook(volume, scale: scale)
        var remarks = frames.remarks(on: volume.geometry)
        if let mirror = likelierMirror(of: volume, look: look, scale: scale, learned: learned, threads: threads) {
            remarks.append(
                "\(Self.unlike): it looks more like them with \(mirror.text): review the result, and whether "
                    + "the header states the right orientation")
        }
        return remarks + contents.remarks(on: look)
    }

    /// The mirror image that is most like the pack's volumes, if it is more so than the volume.
    private func likelierMirror(
        of volume: Volume, look: VolumeLook, scale: IntensityScale, learned: LearnedTask?, threads: Int
    ) -> MirrorImage? {
        let mirrors = contents.likelierMirrors(of: look)
        guard let learned, !mirrors.isEmpty else { return mirrors.first }
        func promise(_ volume: Volume) -> Double {
            learned.probabilities(volume, scale: scale, threads: threads).promise
        }
        let own = promise(volume)
        return mirrors.prefix(Self.looks).first { own <= promise($0.of(volume)) + Self.clear }
    }
}
