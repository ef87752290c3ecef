import Volumes

/// How sure each voxel of the part that is looked at is, label after label.
struct VoxelCertainty: Sendable {
    /// As in ``CertaintyMaps``, in units of 1/65535.
    private var probability, disagreement: [UInt16]

    init(voxels: Int) {
        probability = [UInt16](repeating: 0, count: voxels)
        disagreement = probability
    }

    /// Takes over what is said of a label where it is more probable than those before.
    mutating func add(_ values: [UInt16], _ deviations: [UInt16]) {
        for n in values.indices where values[n] > probability[n] {
            (probability[n], disagreement[n]) = (values[n], deviations[n])
        }
    }

    /// The maps of a volume, to 1/255 from 0 to 1; 0 where it was not looked at.
    ///
    /// - Parameter box: The part of the volume that the values are of; nil for the whole.
    func maps(on geometry: Geometry, at box: VoxelBox?) -> CertaintyMaps {
        func map(_ values: [UInt16]) -> Volume {
            let bytes = values.map { UInt8((Int($0) + 128) / 257) }
            return Volume(
                geometry: geometry, voxels: .uint8(box?.pasted(bytes, into: geometry.shape, around: 0) ?? bytes),
                scaling: ValueScaling(slope: 1 / 255, intercept: 0))
        }
        return CertaintyMaps(probability: map(probability), disagreement: map(disagreement))
    }
}

/// How sure a segmentation is of each voxel, on the grid of the volume that was segmented: uint8, 0 to 1 in steps of
/// 1/255. 0 outside the part that was looked at.
public struct CertaintyMaps: Sendable {
    /// The greatest probability that any label has, the mean over network, vote, planes and draws, and the pack's own
    /// networks where it has them; whether it reaches the threshold or not, and before clean-up.
    public var probability: Volume
    /// Standard deviation of what network and vote say of that label in all planes and draws.
    /// Each counts by its weight in the mean.
    public var disagreement: Volume
}
