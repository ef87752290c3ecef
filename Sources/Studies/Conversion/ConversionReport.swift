import Platform
import VolumeIO
import Volumes

/// What became of the files of a conversion: every file that was found, and every image that was written or refused.
public struct ConversionReport: Sendable, Encodable {
    /// One file, or a folder when everything in it was left out for one reason.
    public struct Input: Sendable, Encodable {
        /// The file or folder.
        public var path: String
        /// `used`, `ignored` or `error`.
        public var fate: String
        /// Why, when it was not used.
        public var reason: String?
        /// Files that this stands for.
        public var files: Int

        /// Makes an entry.
        public init(path: String, fate: String, reason: String?, files: Int = 1) {
            (self.path, self.fate, self.reason, self.files) = (path, fate, reason, files)
        }
    }

    /// Where one slice came from.
    public struct Slice: Sendable, Encodable {
        /// Slice of the volume, from 0.
        public var k: Int
        /// (0008,0018); empty for an interpolated slice.
        public var sopInstanceUID: String
        /// Frame within the instance, from 1.
        public var frame: Int
    }

    /// One image.
    public struct Output: Sendable, Encodable {
        /// The NIfTI file; nil when the image was refused.
        public var path: String?
        /// Files beside it: `.json`, `.bval`, `.bvec`.
        public var sidecars: [String] = []
        /// The input, for people.
        public var source: String
        /// Of a DICOM series.
        public var seriesInstanceUID, studyInstanceUID, modality, part: String?
        /// (0020,0011).
        public var seriesNumber: Int?
        /// Voxels along i, j and k.
        public var shape: [Int]?
        /// Volumes on the grid.
        public var volumes: Int?
        /// Voxel index to mm, RAS: rows of the matrix.
        public var affine: [[Double]]?
        /// E.g. `int16`.
        public var datatype: String?
        /// What tells the volumes apart.
        public var fourthDimension: [String]?
        /// What a person should know.
        public var notices: [String] = []
        /// For each volume the origin of its slices.
        public var slices: [[Slice]]?
        /// Why it was refused.
        public var error: String?
    }

    /// The version that converted.
    public var tomos = tomosVersion
    /// Every file that was found.
    public var inputs: [Input] = []
    /// Every image.
    public var outputs: [Output] = []

    /// An empty report.
    public init() {}
}
