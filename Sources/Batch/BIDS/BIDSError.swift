import Volumes

/// Why a BIDS data set cannot be taken, or a derivative cannot be made of it.
public enum BIDSError: TomosError, Equatable {
    /// Nothing is at the path.
    case missing(String)
    /// No BIDS data set.
    case notADataset(String, reason: String)
    /// Participants or sessions (`option` says which) that the data set does not have.
    case unknownLabels(option: String, labels: [String], known: [String])
    /// An image whose path below the data set is not one of the standard.
    case notABIDSName(String, reason: String)
    /// Several images whose label maps would have one name.
    case sameName(String, images: [String])
    /// The folder of the derivative, or of the work on it, cannot be that one.
    case badFolder(String, reason: String)
    /// The folder holds a data set that another program made.
    case madeByAnother(String, program: String)
    /// A case that is said to be done has no label map.
    case noLabelMap(String)
    /// No label map of ours is in the folder.
    case noDerivatives(String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .missing, .unknownLabels, .noLabelMap, .noDerivatives: .missingInput
        case .notADataset, .notABIDSName, .sameName: .badData
        case .badFolder, .madeByAnother: .cannotCreate
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such folder"
        case .notADataset(let path, let reason): "\(path): no BIDS data set: \(reason)"
        case .unknownLabels(let option, let labels, let known):
            "\(option) \(labels.joined(separator: " ")): not in the data set, which has "
                + (known.isEmpty ? "none" : Self.list(known))
        case .notABIDSName(let image, let reason):
            "\(image): not a name of BIDS: \(reason); rename it, or leave it out with --set 'input.exclude=[...]'"
        case .sameName(let name, let images):
            "\(images.joined(separator: " and ")): their label maps would both be \(name); "
                + "rename one, or leave it out with --set 'input.exclude=[...]'"
        case .badFolder(let path, let reason): "\(path): \(reason)"
        case .madeByAnother(let path, let program):
            "\(path): holds a data set of \(program); give a folder of its own, such as BIDS_DIR/derivatives/tomos"
        case .noLabelMap(let path): "\(path): the label map of a case that is done is not there; run the case again"
        case .noDerivatives(let path):
            "\(path): no label maps of tomos here (sub-*/**/*_seg-*_dseg.json); run the level 'participant' first"
        }
    }

    private static func list(_ labels: [String]) -> String {
        let shown = labels.prefix(20).joined(separator: " ")
        return labels.count > 20 ? "\(shown) and \(labels.count - 20) more" : shown
    }
}
