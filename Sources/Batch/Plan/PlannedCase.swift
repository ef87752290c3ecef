import Studies
import VolumeIO
import Volumes

/// Where the image of a planned case lies, below the study.
public struct CaseSource: Codable, Sendable, Hashable {
    /// The path that the case goes by: the file, or of a DICOM series the folder that holds all its files. Empty where the
    /// study is the image.
    public var path: String
    /// What the paths of all files begin with.
    public var folder: String
    /// The files below it.
    public var files: [String]
    /// Of a DICOM series (0020,000E) and (0020,0011).
    public var seriesInstanceUID: String?
    /// (0020,0011), where the series has one.
    public var seriesNumber: Int?
    /// Which part of the series, and which of several images in one.
    public var part, variant: String?
    /// Files of the series that are not there, with the reason.
    public var absent: [IgnoredFile]?
    /// What a person should know of where it was found.
    public var notices: [String]?

    /// A file that is not read.
    public struct IgnoredFile: Codable, Sendable, Hashable {
        /// Below the study.
        public var path: String
        /// Why.
        public var reason: String
    }
}

/// What is wrong with a case before any work.
public struct CaseProblem: Codable, Sendable, Hashable {
    /// For people.
    public var reason: String
    /// The kind of error, as ``CaseOutcome/category`` has it.
    public var category: String
}

/// One case of a plan: what it is made from, and what is known of it before it is done.
public struct PlannedCase: Codable, Sendable, Hashable {
    /// Name of the case, and of its folder.
    public var id: String
    /// Where its image lies.
    public var source: CaseSource
    /// SHA-256 of its image's file; of several files, of their hashes in order. Nil when they could not be read.
    public var sha256: String?
    /// Tells whether the files may have been changed since they were hashed: a hash of their sizes and times.
    public var stamp: String?
    /// Bytes of the files.
    public var bytes: Int
    /// Voxels along i, j and k.
    public var shape: [Int]?
    /// Distances of the voxels in mm.
    public var spacing: [Double]?
    /// Bytes that the case will take in memory, in one process with all threads.
    public var memory: Int?
    /// Why it cannot be done.
    public var problem: CaseProblem?
}
