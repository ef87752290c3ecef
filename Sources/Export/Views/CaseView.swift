import Platform
import VolumeIO
import Volumes

/// What a page shows of one case, small enough that hundreds of cases travel together: a thumbnail, the labels' outlines
/// in three planes, mosaics of slices with the label map beside them, and surfaces of the labels.
///
/// The planes are those of a radiologist's screen: the patient's right on the left, superior and anterior up, anterior on
/// the left of a sagittal slice. They follow the grid's nearest axes, as ``OverlayPicture`` does; pixels are square and
/// true to scale. Shown is a region around the labels, or the whole field where there are no labels or it is hardly
/// larger. Equal cases give equal bytes.
public struct CaseView: Sendable {
    /// The files, in the order in which they are listed; `view.js` is the last to appear.
    public static let files = [
        "thumbnail.webp", "planes.webp", "axial.webp", "coronal.webp", "sagittal.webp", "view.js",
    ]

    private let volume: Volume
    private let labels: LabelVolume
    private let table: LabelTable
    private let window: (lower: Float, upper: Float)
    private let id: String

    /// Prepares a view; nothing is computed.
    ///
    /// - Parameters:
    ///   - labels: The label map, on the image's grid.
    ///   - table: Names and colours. Ids that it lacks get an entry `label N`.
    ///   - window: The values shown black and white.
    ///   - id: The case's name, which `view.js` says again.
    public init(
        volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float), id: String
    ) {
        (self.volume, self.labels, self.table, self.window, self.id) = (volume, labels, table, window, id)
    }

    /// Writes the files into a folder, which is made. Files of the same names are replaced; on an error none is.
    ///
    /// - Returns: The names of ``files``.
    /// - Throws: ``ExportError`` where image and labels lie on different grids, where the window has no width, or where a
    ///   picture cannot be made; `AtomicFileError`.
    public func write(to folder: String) throws -> [String] {
        let contents = try contents()
        // Of files written at once the first appears last: who finds view.js finds all.
        let names = Array(Self.files.reversed())
        try AtomicFile.write(to: names.map { (folder.isEmpty ? "." : folder) + "/" + $0 }) { outputs in
            for (name, output) in zip(names, outputs) {
                try (contents[name] ?? []).withUnsafeBytes { try output.append($0) }
            }
        }
        return Self.files
    }

    /// The files' bytes by name.
    func contents() throws -> [String: [UInt8]] {
        guard let labels = labels.stored(like: volume.geometry) else {
            throw ExportError.differentGrids(image: volume.geometry, labels: labels.geometry)
        }
        guard window.lower < window.upper, window.lower.isFinite, window.upper.isFinite else {
            throw ExportError.badWindow(lower: window.lower, upper: window.upper)
        }
        if let flaw = volume.geometry.flaw { throw ExportError.pictureFailed(reason: "of the image's grid, \(flaw)") }

        let shown = ShownLabels(labels, table)
        let region = ViewRegion(volume.geometry, shown.extents.values.map(\.box))
        let source = TileSource(volume: volume, labels: labels, window: window, indices: shown.indices)
        let pictures = ViewPictures(source: source, region: region, shown: shown)
        var files = ["planes.webp": try pictures.planes(table: table)]

        let reserve = ViewBudget.surfaces(labels: shown.extents.count)
        let used = files.values.reduce(ViewBudget.thumbnail) { $0 + $1.count }
        var document = ViewDocument(
            case: id, labels: shown.entries.map(ViewDocument.Label.init), planes: [], surfaces: [],
            whole: region.isWhole)
        let mosaics = try Mosaics(
            source: source, region: region, budget: ViewBudget.whole - used - reserve - document.script().count)
        files["thumbnail.webp"] = try pictures.thumbnail(slices: mosaics.planes.map(\.mostTelling))
        for plane in mosaics.planes { files[plane.plane.fileName] = plane.webP }

        document.planes = mosaics.planes.map(\.described)
        let left = ViewBudget.whole - files.values.reduce(try document.script().count) { $0 + $1.count }
        document.surfaces = ViewSurfaces(of: shown, in: labels).fitting(left)
        files["view.js"] = try document.script()
        return files
    }
}

/// How many bytes what may take.
enum ViewBudget {
    /// All six files of a case, so that three hundred of them with their pages stay below 30 MB.
    static let whole = 92_000
    /// A row's picture in the table of a study.
    static let thumbnail = 8000
    /// The three planes with outlines.
    static let planes = 16_000

    /// What is kept for surfaces when slices are fitted: text of its own for every label.
    static func surfaces(labels: Int) -> Int { labels == 0 ? 0 : min(max(22_000, 400 * labels), 45_000) }
}

/// The labels that a view can show: a pixel of its maps is one byte.
struct ShownLabels {
    /// All labels of the table and of the label map, ids ascending; where they are more than fit into a byte those that
    /// occur, and of them the largest.
    let entries: [LabelEntry]
    /// Where those that occur lie.
    let extents: [UInt16: LabelExtent]
    /// For each id of a label map the entry's place in ``entries``, counted from 1; 0 for none.
    let indices: [UInt8]

    init(_ labels: LabelVolume, _ table: LabelTable) {
        let all = labels.extents()
        let most = Int(UInt8.max)
        var entries = table.completed(for: labels).entries
        if entries.count > most {
            entries = entries.filter { all[$0.id] != nil }
            let bySize = entries.sorted { (all[$0.id]?.count ?? 0, $1.id) > (all[$1.id]?.count ?? 0, $0.id) }
            entries = bySize.prefix(most).sorted { $0.id < $1.id }
        }
        var indices = [UInt8](repeating: 0, count: 65536)
        for (n, entry) in entries.enumerated() where entry.id != 0 { indices[Int(entry.id)] = UInt8(n + 1) }
        extents = all.filter { indices[Int($0.key)] != 0 }
        (self.entries, self.indices) = (entries, indices)
    }
}
