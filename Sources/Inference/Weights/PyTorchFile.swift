import Platform

/// A `.pt` file as `torch.save(state_dict)` writes it.
enum PyTorchFile {
    /// Reads every float32 tensor of the state dict at the top, or under its key `state_dict` or `model`.
    static func read(_ bytes: [UInt8], path: String) throws(WeightsError) -> StateDict {
        let archive = try ZipArchive(bytes, path: path)
        guard let pickleName = archive.names.first(where: { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }),
            let pickle = archive[pickleName]
        else { throw .malformed(path: path, reason: "it has no data.pkl") }
        let folder = String(pickleName.dropLast("data.pkl".count))
        if let order = archive[folder + "byteorder"], Array(order) != Array("little".utf8) {
            throw .malformed(
                path: path, reason: "its byte order is \(String(decoding: order, as: UTF8.self)), expected little")
        }
        var reader = TensorUnpickler(Array(pickle), path: path)
        guard case .dictionary(var items, _) = try reader.run() else {
            throw .malformed(path: path, reason: "its pickle holds no dictionary of tensors")
        }
        for key in ["state_dict", "model"] {
            if case .dictionary(let inner, _)? = items.first(where: { $0.key == key })?.value { items = inner }
        }
        var tensors: StateDict = [:]
        for (name, value) in items {
            guard case .tensor(let view) = value else { continue }
            tensors[name] = try load(view, name: name, data: archive[folder + "data/" + view.storage], path: path)
        }
        return tensors
    }

    private static func load(
        _ view: TensorUnpickler.View, name: String, data: ArraySlice<UInt8>?, path: String
    ) throws(WeightsError) -> Tensor {
        guard let data else { throw .malformed(path: path, reason: "the data of \(name) is missing") }
        guard let count = elementCount(view.shape), view.stride == contiguousStride(view.shape) else {
            throw .malformed(path: path, reason: "\(name) is not contiguous; save it again after .contiguous()")
        }
        guard view.offset >= 0, view.offset <= data.count / 4 - count, data.count / 4 >= count else {
            throw .malformed(path: path, reason: "\(name) reaches past its storage")
        }
        let begin = data.startIndex + view.offset * 4
        return Tensor(shape: view.shape, values: Tensor.floats(data[begin..<begin + count * 4]))
    }

    private static func contiguousStride(_ shape: [Int]) -> [Int] {
        shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    }
}
