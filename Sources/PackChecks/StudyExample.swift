import Volumes

/// A case of an unlabelled study with the label map that was made for it, from which networks learn beside the pack's own
/// volumes. (Chakravarty et al., "Performing label-fusion-based segmentation using multiple automatically generated
/// templates", Human Brain Mapping 34(10), 2013, in which such cases become atlases.)
public struct StudyExample: Sendable {
    /// Its name.
    public var name: String
    /// How often networks look at it beside a volume of the pack, above 0: the Dice that its label map is expected to have.
    public var weight: Double
    /// Reads the image.
    public var image: @Sendable () throws -> Volume
    /// Reads the label map, on the grid of the image.
    public var labels: @Sendable (Geometry) throws -> LabelVolume

    /// Names a case.
    public init(
        name: String, weight: Double, image: @escaping @Sendable () throws -> Volume,
        labels: @escaping @Sendable (Geometry) throws -> LabelVolume
    ) {
        (self.name, self.weight, self.image, self.labels) = (name, weight, image, labels)
    }
}
