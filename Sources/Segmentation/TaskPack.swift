import Preparation
import Volumes

/// A folder of labelled volumes that says what to find: `pack.yaml`, `images/`, `labels/`.
public struct TaskPack: Sendable {
    /// One labelled volume.
    public struct Example: Sendable {
        /// Full paths.
        public var image, labels: String
    }

    /// The pack's folder.
    public var folder: String
    /// Name and version.
    public var name: String
    public var version: Int
    /// What is found.
    public var labels: LabelTable
    /// How its slices are cut and windowed unless a pipeline says otherwise.
    public var plane: SlicePlane
    public var window: IntensityWindow
    /// Tuned threshold on the probability.
    public var threshold: Double
    /// The labelled volumes, sorted by name.
    public var examples: [Example]

    /// Reads and checks `pack.yaml`; the volumes are read when segmenting.
    public static func load(_ folder: String) throws -> TaskPack { fatalError() }

    /// What `tomos task create` is told.
    public struct Recipe: Sendable {
        public var name: String
        /// Image files and label files, paired by position.
        public var examples: [Example]
        /// Names, colours and codes; labels that occur without an entry get `label N`.
        public var labels: LabelTable
        public var plane: SlicePlane
        public var window: IntensityWindow
        public init(
            name: String, examples: [Example], labels: LabelTable, plane: SlicePlane, window: IntensityWindow
        ) { fatalError() }
    }

    /// Makes a pack folder from labelled volumes; it appears whole or not at all.
    public static func create(_ recipe: Recipe, at folder: String) throws -> TaskPack { fatalError() }
}
