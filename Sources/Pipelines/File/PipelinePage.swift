/// docs/pipeline.md: made from the table of keys, so that it says what the program does.
public enum PipelinePage {
    /// The page, in Markdown. It changes with the table and nothing else: not with the machine or the person's settings.
    public static var text: String {
        """
        # The pipeline file

        A pipeline file says what `tomos run` does with every image of a study: which images are cases, which task pack
        they are segmented with, how, and what is written. It is YAML, and this page is made from the program's own table
        of keys (`tomos pipeline docs`).

        ## An example

        As `pipelines/liver.yaml` in the folder of this repository:

        ```yaml
        \(example)
        ```

        ```sh
        tomos pipeline check pipelines/liver.yaml                # is everything there that it needs?
        tomos run pipelines/liver.yaml sample-data/study -o out/liver
        tomos run pipelines/liver.yaml sample-data/study -o out/fine --set segment.support=32 --set prepare.plane=coronal
        ```

        Any value can be set on the command line: `--set KEY=VALUE`, where a list or a mapping stands in brackets
        (`--set "outputs=[nifti, bids]"`). Relative paths in the file start at the file's folder, those behind `--set` at the
        working directory. A key that does not exist, and a value that a key does not take, are refused with file, line and
        column. `tomos pipeline check` says the same without a study, reads task pack and weights, and shows every value
        with the place it comes from.

        ## Keys

        | key | what it does | takes | default |
        |---|---|---|---|
        \(PipelineSchema.keys.map(row).joined(separator: "\n"))

        `task` and `version` must be given. Where a list is taken, a single word or number may stand without brackets.
        Inside `{ }` and `[ ]`, a value with a comma or with `${` stands in quotes, and so does, anywhere, one that begins
        with `*`.

        These change no result, so that what is done stays done when they change:
        \(harmless).
        `task` and `segment.weights` may name another place too, as long as the same files lie there. With
        `run.reduce: allowed`, memory decides for a case that does not fit; its case.json says so. Any other change makes a
        result stale.

        ## Includes

        ```yaml
        include: base.yaml            # or a list: [base.yaml, scanner.yaml]
        segment: { support: 32 }
        ```

        `include` names other pipeline files, relative to this one. Their values hold where this file gives none; of several
        files the later one wins. A key is taken as a whole: a list here replaces the list there. Paths in an included file
        start at that file's folder. Included files may include others.

        ## Environment variables

        In paths (`task`, `segment.weights`, `include`), `${NAME}` stands for an environment variable, and `${NAME:-text}` for
        the text where the variable is not set or is empty:

        ```yaml
        task: ${PACKS:-../packs}/liver
        ```

        A variable that is not set and has no text is an error. `$${` stands for `${` itself. `tomos run` notes what the
        variables came to when it plans the run: its workers, and other machines that work on the same plan, look none up.

        ## In an editor

        Editors that speak YAML through its language server (VS Code with the YAML extension, Neovim, Emacs, JetBrains)
        complete keys, explain them, and mark mistakes, once they know the schema:

        ```sh
        tomos pipeline schema > pipeline.schema.json
        ```

        Then either let the file's first line name it, or give it to all pipelines in the editor's settings (`yaml.schemas` in
        VS Code):

        ```yaml
        # yaml-language-server: $schema=pipeline.schema.json
        ```

        It is a JSON Schema, draft 7, and needs neither the editor nor Tomos: `check-jsonschema --schemafile
        pipeline.schema.json *.yaml` (PyPI) holds files to it in a hook or in CI.

        """
    }

    /// A pipeline over the sample study, as it would stand in `pipelines/`.
    static let example = """
        version: 1
        name: liver
        input:
          include: ["**/*.nii.gz", dicom]
        task: ../sample-data/packs/phantom
        prepare: { plane: axial, window: "range(-200, 300)" }
        segment: { support: 16, labels: [1] }
        clean: [ { keep-largest: { parts: 1 } }, { remove-smaller: 20 mm3 } ]
        outputs: [ nifti, volumes, picture ]
        run: { memory: 2 GiB, timeout: 30 min }
        """

    private static func row(_ key: PipelineKey) -> String {
        let cells = [key.summary, key.allowed, key.fallback ?? "must be given"]
        let escaped = cells.map { $0.replacing("|", with: "\\|").replacing("*", with: "\\*") }
        return "| `\(key.path)` | " + escaped.joined(separator: " | ") + " |"
    }

    /// The keys that change no result, in words.
    private static var harmless: String {
        let keys = PipelineSchema.keys.filter { $0.effect == .none && !["version", "include"].contains($0.path) }
        let names = keys.map { "`\($0.path)`" }
        return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }
}
