import Platform

/// A trained network: its shape and its parameters.
public struct LearnedNetwork: Sendable, Hashable {
    /// What it looks like.
    public let shape: NetworkShape
    /// All of them, as the layout places them.
    let parameters: [Float]

    init(shape: NetworkShape, parameters: [Float]) { (self.shape, self.parameters) = (shape, parameters) }

    /// Its parameters by their names, as files hold them: convolutions [taps][3][3][inputs][outputs], others
    /// [inputs][outputs] or [outputs].
    package var tensors: StateDict {
        NetworkLayout(shape).tensors.reduce(into: [:]) { tensors, place in
            tensors[place.name] = Tensor(shape: place.shape, values: Array(parameters[place.range]))
        }
    }

    /// Reads them; nil where one is missing, another one is there, or one has another shape or no finite number.
    package init?(shape: NetworkShape, tensors: StateDict) {
        guard shape.isWhole else { return nil }
        let layout = NetworkLayout(shape)
        guard tensors.count == layout.tensors.count else { return nil }
        var parameters = [Float](repeating: 0, count: layout.count)
        for place in layout.tensors {
            guard let tensor = tensors[place.name], tensor.shape == place.shape,
                tensor.values.count == place.count, tensor.values.allSatisfy(\.isFinite)
            else { return nil }
            parameters.replaceSubrange(place.range, with: tensor.values)
        }
        self.init(shape: shape, parameters: parameters)
    }
}
