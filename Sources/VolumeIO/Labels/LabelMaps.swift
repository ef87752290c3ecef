import Foundation
import Platform
import Volumes

/// Label maps, whatever the format: the one way by which a command comes to one.
public enum LabelMaps {
    /// What is read, for help texts.
    public static let formats =
        "NIfTI, NRRD and 3D Slicer's .seg.nrrd, MetaImage, MGH, DICOM SEG and RTSTRUCT, or a folder of NIfTI files, one a label"

    /// Reads a label map with the names, colours and codes that its file has. What a file is, its content says.
    ///
    /// A folder holds one NIfTI file for each label, with 1 (or any number but 0) where it is; the label's name is the
    /// file's, ids follow the names' order.
    ///
    /// - Parameter grid: Of the labels' image, where it is known: a DICOM object, whose slices may be some of the image's,
    ///   is laid onto it. Others have their own.
    /// - Throws: What the format's reader throws, ``LabelMapError``.
    public static func read(_ path: String, on grid: Geometry? = nil) throws -> LabelMap {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return try LabelFolder(path).read()
        }
        if FileKind(of: path) == .dicom { return try readObject(path, on: grid) }
        switch VolumeFormat.of(path: path) {
        case .nrrd: return try NRRD.readLabels(path)
        case .metaImage: return try MetaImage.readLabels(path)
        case .mgh: return try MGH.readLabels(path)
        case .nifti, nil: return LabelMap(try NIfTI.readLabels(path))
        }
    }

    /// A DICOM object that holds labels.
    private static func readObject(_ path: String, on grid: Geometry?) throws -> LabelMap {
        let sopClass = try DCMTKFile(path, .header).text(.sopClass) ?? ""
        if DICOMSegmentation.sopClasses.contains(sopClass) { return try DICOMSegmentation.read(path, on: grid) }
        guard sopClass == DICOMStructureSet.sopClass else {
            let name = DCMTKFile.name(ofUID: sopClass) ?? "an object without a class"
            throw DICOMError.file(
                path: path, reason: "\(name) holds no labels (give a segmentation or a structure set)")
        }
        guard let grid else {
            throw DICOMError.file(
                path: path, reason: "a structure set's contours lie on the slices of an image: name it (--reference)")
        }
        return try DICOMStructureSet.read(path, on: grid)
    }

    /// Reads a label map of one label a voxel.
    ///
    /// - Throws: ``LabelMapError/overlap(path:first:second:)`` where labels overlap, and what ``read(_:)`` throws.
    public static func readLabels(_ path: String, on grid: Geometry? = nil) throws -> LabelVolume {
        let map = try read(path, on: grid)
        guard let labels = map.labels else { throw LabelMapError(overlapIn: map, path: path) }
        return labels
    }

}

/// Why a label map is not taken.
public enum LabelMapError: TomosError, Equatable {
    /// Two labels share voxels.
    case overlap(path: String, first: String, second: String)
    /// A folder without label files.
    case emptyFolder(String)
    /// Two files of a folder lie on different grids.
    case gridsDiffer(String, String)
    /// More labels than ids.
    case tooMany(String, Int)

    /// Two labels of a map, by name where they have one.
    public init(overlapIn map: LabelMap, path: String) {
        let name = { (id: UInt16) in map.table?[id].map { "'\(SafeText.words($0.name))'" } ?? "label \(id)" }
        let (first, second) = map.overlap ?? (0, 0)
        self = .overlap(path: path, first: name(first), second: name(second))
    }

    /// Always: the data are not what they should be.
    public var category: ErrorCategory { .badData }

    /// The file, the labels and the way out.
    public var description: String {
        switch self {
        case .overlap(let path, let first, let second):
            "\(path): \(first) and \(second) overlap, and one label a voxel is wanted (cut one out of the other, for "
                + "example in 3D Slicer with 'Overwrite other segments')"
        case .emptyFolder(let path): "\(path): no NIfTI files here, which a folder of labels would hold, one a label"
        case .gridsDiffer(let one, let other):
            "\(one) and \(other) do not lie on one grid (labels in one folder are those of one image)"
        case .tooMany(let path, let count): "\(path): \(count) labels are more than ids from 1 to 65535"
        }
    }
}
