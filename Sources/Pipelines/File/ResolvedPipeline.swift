import Configuration

extension PipelineFile {
    /// Every value that holds, by its key, in the one form in which equal values are equal texts (``PipelineKey/shown(in:)``).
    ///
    /// Keys that the pipeline leaves to the task or the machine (`prepare.window`, `run.memory`) are not in it. Made from
    /// the properties, so that what was changed after reading is seen.
    public func resolvedOptions() -> [String: String] { options { _ in true } }

    /// Those of ``resolvedOptions()`` that decide what a case's result files hold.
    ///
    /// Not in it is what leaves a finished case as it is: the pipeline's name, which other images are cases, jobs, workers,
    /// time and memory. The task and the weights are not either, because it is their content that decides, wherever it
    /// lies: their SHA-256 belongs beside these. Nor is `run.reduce`, which changes only cases that do not fit into the
    /// memory, and these say so themselves: allowing it for a few cases leaves all others what they are.
    public var provenanceOptions: [String: String] { options { $0.effect == .results } }

    private func options(where isWanted: (PipelineKey) -> Bool) -> [String: String] {
        PipelineSchema.keys.reduce(into: [:]) { options, key in
            if isWanted(key) { options[key.path] = key.shown(in: self) }
        }
    }

    /// The pipeline as a file that stands for itself: JSON (and so YAML) with every value that holds, absolute paths, and
    /// neither includes nor environment variables. ``load(resolvedText:)`` makes an equal pipeline of it.
    ///
    /// - Throws: `ConfigurationError` where a value could not be read again, such as a number beyond its limits that was
    ///   set after the file was read.
    public func resolvedText() throws -> String {
        let text = (written(section: "") ?? [:]).json + "\n"
        _ = try PipelineFile.load(resolvedText: text)
        return text
    }

    /// The values of a section and of the sections in it; nil when there are none.
    private func written(section: String) -> WrittenValue? {
        let entries = PipelineSchema.children(of: section).compactMap { name -> WrittenValue.Entry? in
            let path = section.isEmpty ? name : section + "." + name
            let value = PipelineSchema.key(path).map { $0.write(self) } ?? written(section: path)
            return value.map { WrittenValue.Entry(name, $0) }
        }
        return entries.isEmpty ? nil : .mapping(entries)
    }
}
