import Volumes

/// What is wrong with a task pack or with what one is made from.
public enum TaskPackError: TomosError, Equatable {
    /// There is no such folder.
    case missing(String)
    /// The folder has no `pack.yaml`.
    case notAPack(String)
    /// A label id that the pack does not have.
    case unknownLabel(UInt16, pack: String, known: [UInt16])
    /// An image and its label map lie on different grids.
    case gridsDiffer(image: String, labels: String, reason: String)
    /// None of the label maps holds a label.
    case noLabels([String])
    /// A label that is asked for occurs in none of the label maps.
    case labelNeverOccurs(UInt16, found: [UInt16])
    /// The images and label maps cannot be paired.
    case unpaired(String)
    /// The pack's folder cannot be made.
    case cannotCreate(String, reason: String)
    /// A volume of the pack is not the one it was made with.
    case changed(String)
    /// `check.json` does not go with the pack.
    case staleFindings(String, reason: String)
    /// A label map names a label that the pack does not have.
    case unknownName(String, path: String, pack: String, known: [String])
    /// There is no volume of this name in the pack.
    case unknownVolume(String, pack: String, known: [String])
    /// A pack holds at least one volume.
    case lastVolume(String, pack: String)
    /// The pack's volume of this name is of another image.
    case anotherImage(String, pack: String)
    /// The pack holds this very label map already.
    case nothingChanges(String, pack: String)
    /// A pack of one volume cannot be judged by leave-one-out.
    case tooFew(pack: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .missing: .missingInput
        case .notAPack, .gridsDiffer, .noLabels, .labelNeverOccurs, .unpaired, .changed, .tooFew, .staleFindings,
            .unknownName, .lastVolume, .anotherImage, .nothingChanges:
            .badData
        case .unknownLabel, .unknownVolume: .badConfiguration
        case .cannotCreate: .cannotCreate
        }
    }

    /// What is wrong, with the file, the value and the way out.
    public var description: String {
        switch self {
        case .missing(let folder): "\(folder): there is no such task pack (make one with 'tomos task create')"
        case .notAPack(let folder):
            "\(folder): not a task pack: it has no pack.yaml (make one with 'tomos task create')"
        case .unknownLabel(let id, let pack, let known):
            "label \(id) is not in the pack '\(pack)'; it has \(list(known))"
        case .gridsDiffer(let image, let labels, let reason):
            "\(labels): the label map is not on the grid of \(image): \(reason) (a label map must lie on its image's grid, in whatever storage order)"
        case .noLabels(let paths): "\(paths.joined(separator: ", ")): no label in any label map: every voxel is 0"
        case .labelNeverOccurs(let id, let found): "label \(id) is in none of the label maps; they hold \(list(found))"
        case .unpaired(let reason): reason
        case .unknownName(let label, let path, let pack, let known):
            "\(path): its label '\(label)' is none of the pack '\(pack)', which has \(known.joined(separator: ", ")) (name it so)"
        case .unknownVolume(let volume, let pack, let known):
            "the pack '\(pack)' has no volume '\(volume)'; it has \(known.joined(separator: ", "))"
        case .lastVolume(let volume, let pack):
            "\(volume) is the only volume of the pack '\(pack)' (add another first, or delete the pack's folder)"
        case .anotherImage(let volume, let pack):
            "the pack '\(pack)' has a volume '\(volume)' of another image (give this one another name with --name, or remove that one)"
        case .nothingChanges(let volume, let pack):
            "the pack '\(pack)' has this label map of '\(volume)' already: nothing to change"
        case .cannotCreate(let folder, let reason): "\(folder): the task pack cannot be made: \(reason)"
        case .tooFew(let pack): "task '\(pack)' has one labelled volume: leave-one-out needs two or more"
        case .staleFindings(let path, let reason):
            "\(path): \(reason) (delete it, then check the pack again with 'tomos task check')"
        case .changed(let path):
            "\(path): its content is not what pack.yaml records (restore the file, or make the pack again with 'tomos task create')"
        }
    }

    private func list(_ ids: [UInt16]) -> String { ids.map(String.init).joined(separator: ", ") }
}
