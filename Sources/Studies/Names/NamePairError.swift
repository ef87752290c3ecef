import Volumes

/// Why images and label maps cannot be paired.
public enum NamePairError: TomosError, Equatable {
    /// No NIfTI file is in the folder.
    case emptyFolder(String)
    /// A folder among files.
    case folderAmongFiles(String)
    /// Lists of different length.
    case differentCounts(images: Int, labels: Int)
    /// No label map goes by the image's name.
    case noLabelMap(image: String, labels: String)
    /// No image goes by the label map's name.
    case noImage(labels: String, images: String)
    /// nnU-Net's channels of one case.
    case severalChannels(name: String, images: [String])
    /// Several images go by the name of one label map.
    case severalImages(labels: String, images: [String])
    /// Several label maps go by the name of one image.
    case severalLabelMaps(image: String, labels: [String])
    /// The names tell another order; the pairs that they tell, image then label map.
    case otherOrder([[String]])
    /// One file as both.
    case sameFile(String)

    /// What is said in one place is not what is said in another.
    public var category: ErrorCategory { .badData }

    /// The message.
    public var description: String {
        switch self {
        case .emptyFolder(let folder):
            "\(folder): no files of images or label maps in the folder (make them of DICOM with 'tomos convert')"
        case .folderAmongFiles(let folder): "\(folder): a folder among files; give files, or one folder"
        case .differentCounts(let images, let labels):
            "\(Self.count(images, "image")) and \(Self.count(labels, "label map")): "
                + "give one label map for each image, in the same order"
        case .noLabelMap(let image, let labels): "\(image): no label map of this name in \(labels) (\(Self.forms))"
        case .noImage(let labels, let images): "\(labels): no image of this name in \(images) (\(Self.forms))"
        case .severalChannels(let name, let images):
            "\(images.joined(separator: " and ")): \(images.count) channels of '\(name)'; a task pack takes one image for "
                + "each label map: give the files of one channel (--images FOLDER/*_0000.nii.gz)"
        case .severalImages(let labels, let images):
            "\(labels): \(images.count) images go by its name, \(images.joined(separator: " and ")); "
                + "give the images that are meant as a list"
        case .severalLabelMaps(let image, let labels):
            "\(image): \(labels.count) label maps go by its name, \(labels.joined(separator: " and ")); "
                + "give the label maps that are meant as a list"
        case .otherOrder(let pairs):
            "the label maps are not in the order of the images; by their names the pairs are\n"
                + Self.list(pairs) + "\n  (give both lists in the same order, or two folders)"
        case .sameFile(let path): "\(path): given as an image and as its label map"
        }
    }

    private static let forms =
        "names that go together: a and a, a_0000 and a (nnU-Net), a and a_seg or a_labels, "
        + "sub-1_T1w and sub-1_dseg (BIDS); or give files one by one, in the same order"

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    private static func list(_ pairs: [[String]]) -> String {
        let lines = pairs.prefix(20).map { "  " + $0.joined(separator: "  ") }
        return (lines + (pairs.count > 20 ? ["  and \(pairs.count - 20) more"] : [])).joined(separator: "\n")
    }
}
