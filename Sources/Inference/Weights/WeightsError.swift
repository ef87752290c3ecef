import Volumes

/// Why a weights file cannot be used.
public enum WeightsError: TomosError, Equatable {
    /// The file is not there or cannot be read.
    case unreadable(path: String, reason: String)
    /// Neither a PyTorch zip file nor safetensors.
    case unknownFormat(path: String)
    /// The file's structure is broken or holds what is never executed here.
    case malformed(path: String, reason: String)
    /// The tensors are not UniverSeg's.
    case wrongNetwork(path: String, reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        if case .unreadable = self { return .missingInput }
        return .badData
    }

    /// What is wrong, with the file and the way out.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): the weights cannot be read: \(reason) (use 'bundled' for the network inside the program)"
        case .unknownFormat(let path):
            "\(path): neither a PyTorch .pt file (zip) nor .safetensors (legacy PyTorch files: load and save them again with torch.save)"
        case .malformed(let path, let reason): "\(path): the weights file is malformed: \(reason)"
        case .wrongNetwork(let path, let reason):
            "\(path): not the UniverSeg network this program runs (encoder_blocks=[64,64,64,64]): \(reason)"
        }
    }
}
