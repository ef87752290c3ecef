import ArgumentParser
import Segmentation
import Studies
import VolumeIO
import Volumes

/// Where names, colours and codes of a label map come from.
struct NameOptions: ParsableArguments {
    @Option(help: "The task pack whose names, colours and codes are used.")
    var task: String?

    @Option(
        help: ArgumentHelp(
            "Or a table: any of those that 'tomos export' writes, lines of 'id name' or 'id name R G B', a .csv or .tsv with titles, or a dataset.json. Without both the names are those that the label map holds.",
            valueName: "file"))
    var table: String?

    func validate() throws {
        if task != nil, table != nil { throw ValidationError("give either --task or --table") }
    }

    /// The table of a label map read from `path`; says where it has no names, unless quiet.
    func names(of map: LabelMap, at path: String, quiet: Bool) throws -> LabelTable {
        if let task { return try TaskPack.load(task).labels }
        if let table { return try LabelTableFile.read(table) }
        if map.table == nil, !quiet {
            Console.note(
                "\(path) holds no names: labels are called 'label 1' and so on (--task or --table names them)")
        }
        return map.table ?? LabelTable([])
    }
}
