/// Where a network's weights come from.
public enum WeightsSource: Sendable, Hashable {
    /// The network inside the program, trained by this project on synthetic tasks.
    case bundled
    /// A `.safetensors` or PyTorch `.pt` file.
    case file(String)
}
