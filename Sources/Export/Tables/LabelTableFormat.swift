import Volumes

/// The ways of telling a viewer the names and colours of a label map. This list is the one registry: help texts, the
/// pipeline's check and the writers all read it.
public enum LabelTableFormat: String, Sendable, Hashable, CaseIterable {
    /// ITK-SNAP label descriptions, `NAME.label`.
    case itkSnap = "itk-snap"
    /// 3D Slicer colour table, `NAME.ctbl`.
    case slicer = "slicer"
    /// 3D Slicer colour table with terminology, `NAME.csv`.
    case slicerCSV = "slicer-csv"
    /// FreeSurfer colour look-up table, `NAME_LUT.txt`.
    case freeSurfer = "freesurfer"
    /// FSLeyes look-up table, `NAME.lut`.
    case fslEyes = "fsleyes"
    /// NiiVue label colour map, `NAME.niivue.json`.
    case niiVue = "niivue"
    /// BIDS derivative, `NAME_dseg.tsv` and `NAME_dseg.json`.
    case bids = "bids"

    /// What it is and which viewer reads it, in one line.
    public var summary: String {
        switch self {
        case .itkSnap: "ITK-SNAP label descriptions (.label): Segmentation > Import Label Descriptions"
        case .slicer: "3D Slicer colour table (.ctbl)"
        case .slicerCSV: "3D Slicer colour table with SNOMED CT codes (.csv)"
        case .freeSurfer: "FreeSurfer colour look-up table (_LUT.txt), for freeview -v map.nii.gz:colormap=lut:lut=..."
        case .fslEyes: "FSLeyes look-up table (.lut)"
        case .niiVue: "NiiVue label colour map (.niivue.json), for setColormapLabel"
        case .bids: "BIDS label table (_dseg.tsv and _dseg.json)"
        }
    }

    /// The table's files. `name` is the label map's name without `.nii.gz`.
    public func render(_ table: LabelTable, name: String) -> [RenderedTable] {
        switch self {
        case .itkSnap: [RenderedTable(fileName: name + ".label", text: ITKSnapTable.render(table))]
        case .slicer: [RenderedTable(fileName: name + ".ctbl", text: SlicerTable.render(table))]
        case .slicerCSV: [RenderedTable(fileName: name + ".csv", text: SlicerTable.renderCSV(table))]
        case .freeSurfer: [RenderedTable(fileName: name + "_LUT.txt", text: FreeSurferTable.render(table))]
        case .fslEyes: [RenderedTable(fileName: name + ".lut", text: FSLEyesTable.render(table))]
        case .niiVue: [RenderedTable(fileName: name + ".niivue.json", text: NiiVueTable.render(table))]
        case .bids: BIDSTable.render(table, name: name)
        }
    }

    /// What a person should know of names that the format cannot hold: those that a reader of ours does not get back.
    public func alteredNames(_ table: LabelTable) -> [String] {
        guard self == .slicerCSV else { return [] }
        return table.entries.filter { $0.quotableName != $0.oneLineName }.map {
            "\(rawValue): label \($0.id) is written as '\($0.quotableName)': the format's names hold no double quote"
        }
    }
}

/// A file to be written beside a label map.
public struct RenderedTable: Sendable, Hashable {
    /// Name without folder.
    public var fileName: String
    /// UTF-8 text, lines ended by a line feed.
    public var text: String

    /// Makes a file.
    public init(fileName: String, text: String) { (self.fileName, self.text) = (fileName, text) }
}
