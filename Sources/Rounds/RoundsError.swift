import Volumes

/// Why the next round cannot be prepared, or its corrections not be taken.
public enum RoundsError: TomosError, Equatable {
    /// Nothing of a results folder can be taken.
    case nothingToChoose(folder: String, reasons: [String])
    /// A folder that is there is no worklist.
    case notAWorklist(String)
    /// A worklist's own file cannot be read.
    case brokenWorklist(String)
    /// A worklist holds what was not there when it was made.
    case hasCorrections(String, cases: [String])
    /// A worklist is of another study.
    case otherResults(worklist: String, its: String, asked: String)
    /// The image beside the labels is not the one that was written there.
    case imageChanged(String)
    /// Several label maps of one case may be meant.
    case severalCorrections(id: String, files: [String])
    /// A case's label map does not lie on its image.
    case otherGrid(id: String, file: String, results: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .brokenWorklist, .imageChanged, .severalCorrections, .otherGrid: .badData
        case .nothingToChoose, .notAWorklist: .missingInput
        case .hasCorrections: .cannotCreate
        case .otherResults: .badConfiguration
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .nothingToChoose(let folder, let reasons):
            "\(folder): no case is left to be corrected"
                + (reasons.isEmpty ? ": none is done" : ": \(reasons.joined(separator: "; "))")
        case .notAWorklist(let path):
            "\(path): is not a worklist that 'tomos next RESULTS -o' has made, and is left alone (name another folder)"
        case .brokenWorklist(let path):
            "\(path): cannot be read as a worklist ('tomos next RESULTS -o' makes a new one)"
        case .hasCorrections(let path, let cases):
            "\(path): holds work that is not in the pack yet: \(cases.joined(separator: ", ")) ('tomos next RESULTS --add "
                + "\(path)' takes corrections; or write to another folder)"
        case .otherResults(let worklist, let its, let asked):
            "\(worklist): is a worklist of \(its), not of \(asked) (name that folder)"
        case .imageChanged(let path):
            "\(path): is not as it was written here (a viewer saved it again?): add the case by itself with 'tomos task "
                + "add', or make the worklist anew"
        case .severalCorrections(let id, let files):
            "\(id): \(files.joined(separator: " and ")) may both be the correction (delete one, or add it with 'tomos "
                + "task add')"
        case .otherGrid(let id, let file, let results):
            "\(file): does not lie on the grid of its image (it was changed since: 'tomos resume \(results) --redo all "
                + "--case \(id)' makes it again)"
        }
    }
}
