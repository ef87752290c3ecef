import Platform
import Preparation
import VolumeIO
import Volumes

/// The pack's volumes as cases are registered with them.
struct RegistrationLibrary: Sendable {
    /// What the label map of a volume says of it.
    struct Labelled: Sendable {
        /// Where the labels are; nil where there are none.
        let extent: Extent?
        /// What is kept around them; nil for the whole.
        let region: Region?
        /// How many of the labels there are.
        fileprivate let count: Int
        fileprivate let geometry: Geometry

        /// - Throws: what reading the headers and the label map throws.
        fileprivate init(_ example: TaskPack.Example, labels: Set<UInt16>, crops: Bool) throws {
            let geometry = try Images.info(example.image).geometry
            let truth = try example.readLabels(on: geometry)
            extent = truth.box(of: labels).map { truth.geometry.extent(of: $0) }
            region = crops ? extent.flatMap { Region(labelled: $0, of: geometry) } : nil
            count = labels.intersection(truth.histogram().keys).count
            self.geometry = geometry
        }
    }

    /// What is kept of a volume where parts are cut out.
    private struct Part: Sendable {
        let values: ReducedPart
        /// The labels' share on the grid of the whole.
        let labels: ReducedVolume
    }

    /// Volume by volume, known before any was read: none is held any longer than it takes to prepare it.
    let labelled: [Labelled]
    private let labels: Set<UInt16>
    private let crops: Bool
    private let grids: RegistrationGrids
    private var wholes: [ReducedVolume] = []
    /// As many, or none where all are kept whole.
    private var parts: [Part] = []

    /// Looks at the pack's label maps; its volumes are added one by one.
    ///
    /// - Parameter crops: Whether parts may be cut out around the labels.
    init(_ examples: [TaskPack.Example], labels: Set<UInt16>, crops: Bool) throws {
        (self.labels, self.crops) = (labels, crops)
        labelled = try examples.map { try Labelled($0, labels: labels, crops: crops) }
        let fields = labelled.compactMap { one in
            one.extent.map { RegistrationGrids.Field(around: $0, in: one.geometry) }
        }
        grids = RegistrationGrids(
            volumes: labelled.map { RegistrationGrids.Field($0.geometry) },
            parts: labelled.contains { $0.region != nil } ? fields : nil)
    }

    /// What is kept of the volume that comes next; nil for the whole.
    var nextRegion: Region? { labelled[wholes.count].region }

    /// Takes the next volume, what is kept of it, and its label map.
    mutating func add(_ volume: Volume, part: Volume, _ truth: LabelVolume, scale: IntensityScale) {
        let whole = grids.whole.reduced(volume, scale: scale)
        if let grid = grids.close {
            let offset = nextRegion?.offset ?? .zero
            parts.append(
                Part(
                    values: ReducedPart(grid.reduced(part, scale: scale), offset: offset),
                    labels: ReducedVolume(labels: labels, of: truth, size: whole.size)))
        }
        wholes.append(whole)
    }

    /// The library with only some of its volumes, by their places.
    func keeping(_ examples: [Int]) -> RegistrationLibrary { RegistrationLibrary(self, keeping: examples) }

    private init(_ other: RegistrationLibrary, keeping examples: [Int]) {
        (labels, crops, grids) = (other.labels, other.crops, other.grids)
        (labelled, wholes) = (examples.map { other.labelled[$0] }, examples.map { other.wholes[$0] })
        parts = other.parts.isEmpty ? [] : examples.map { other.parts[$0] }
    }

    /// Registers all volumes to a case, and says which region of it is worth looking at closely; nil for the whole.
    func register(
        to volume: Volume, scale: IntensityScale, threads: Int
    ) -> (region: Region?, registrations: [Registration]) {
        let whole = grids.whole.compared(volume, scale: scale)
        guard let grid = grids.close else {
            let found = concurrentMap(wholes.count, threads: threads) {
                Registration(fixed: whole, moving: wholes[$0])
            }
            return (region(of: volume, whole.coarsest, found.map { found in { found($0) } }), found)
        }
        let maps = maps(to: whole, threads: threads)
        let region = region(of: volume, whole.coarsest, maps.map { map in { map($0) } })
        let part = grid.compared(region.map { volume.cropped(to: $0.box) } ?? volume, scale: scale)
        let offset = region?.offset ?? .zero
        let found = concurrentMap(parts.count, threads: threads) {
            Registration(fixed: part, offset: offset, moving: parts[$0].values, from: maps[$0])
        }
        return (region, found)
    }

    /// From places in a case to those in each volume, as far as the labels are concerned.
    private func maps(to whole: ComparedVolume, threads: Int) -> [AffineMap] {
        let sights = concurrentMap(wholes.count, threads: threads) {
            LabelSight(whole, ComparedVolume(wholes[$0], coarser: whole.coarser), labels: parts[$0].labels)
        }
        let most = labelled.map(\.count).max() ?? 0
        return LabelConsensus(sights, isHeard: labelled.map { $0.count == most }, on: whole.coarsest).maps
    }

    private func region(
        of volume: Volume, _ reduced: ReducedVolume, _ images: [(SIMD3<Double>) -> SIMD3<Double>]
    ) -> Region? {
        guard crops else { return nil }
        return Region(volume, reduced: reduced, images: images, labelled: labelled.map(\.extent))
    }
}
