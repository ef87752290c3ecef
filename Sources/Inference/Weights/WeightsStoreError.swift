import Volumes

/// Why the store of weights cannot do what it was asked.
public enum WeightsStoreError: TomosError, Equatable {
    /// No weights of that name.
    case unknown(name: String, known: [String])
    /// The text cannot be a name.
    case badName(String)
    /// The name is in use for other content.
    case taken(name: String, folder: String)
    /// The file is not UniverSeg's official one.
    case notOfficial(path: String, blob: String)
    /// The content is not what was imported.
    case changed(path: String, expected: String, found: String)
    /// The record of an import is not understood.
    case brokenRecord(path: String)
    /// The store's folder cannot be written.
    case cannotWrite(path: String, reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .unknown: .missingInput
        case .badName, .notOfficial, .changed, .brokenRecord: .badData
        case .taken, .cannotWrite: .cannotCreate
        }
    }

    /// What is wrong and the way out.
    public var description: String {
        switch self {
        case .unknown(let name, let known):
            "no weights are called \(name); there are \(known.joined(separator: ", ")) (tomos weights import FILE --name \(name) adds some)"
        case .badName(let name):
            "weights cannot be called '\(name)': use up to 64 letters, digits, '-' and '_', and not 'bundled'"
        case .taken(let name, let folder):
            "other weights are called \(name) already: choose another --name, or remove \(folder)/\(name).json"
        case .notOfficial(let path, let blob):
            "\(path): not UniverSeg's official file: its git blob id is \(blob), expected \(Weights.officialGitBlob) (fetch it again, or import it without --official)"
        case .changed(let path, let expected, let found):
            "\(path): changed since it came: SHA-256 \(found), expected \(expected) (import it again under another name)"
        case .brokenRecord(let path): "\(path): not understood: remove it and import the weights again"
        case .cannotWrite(let path, let reason):
            "\(path) cannot be written: \(reason) (XDG_DATA_HOME names another folder)"
        }
    }
}
