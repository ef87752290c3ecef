import Preparation
import VolumeIO
import Volumes

/// The pack's volumes registered to a case, just as the case is segmented with them.
package struct RegisteredPack: Sendable {
    private let query: Query
    private let examples: [TaskPack.Example]
    private let labels: Set<UInt16>
    private let plane: SlicePlane

    init(_ query: Query, of outlook: SegmentationOutlook) {
        (self.query, examples, plane) = (query, outlook.task.examples, outlook.planes[0])
        labels = Set(outlook.labels.map(\.id))
    }

    /// The labels of one of the pack's volumes carried over to the case's grid: at each voxel the one that holds more than
    /// half of the linear weights around its image. Background outside of the part that is looked at closely, and further
    /// beyond the volume's last slices than the slices of a case are cut.
    ///
    /// - Throws: what reading the label map throws.
    package func labels(of example: Int) throws -> LabelVolume {
        let known = try examples[example].readLabels()
        let image = IdGrid(known, keeping: labels)
        let registration = query.registrations[example]
        // Of the frame only the slice is asked for, whatever square the slices are fitted to.
        let slices = SliceLayout(known.geometry, plane: plane)
        let frame = StackFrame(known.geometry, plane: plane, placement: Placement(slices))
        let reach = RegisteredSupport.reach(slices: slices.slices)
        let offset = query.region?.offset ?? .zero
        var part = LabelVolume(geometry: query.part.geometry)
        let layout = SliceLayout(part.geometry, plane: .axial)
        let spacing = SIMD3(layout.sliceSpacing, layout.rowSpacing, layout.columnSpacing)
        for slice in 0..<layout.slices {
            var ids = [UInt16](repeating: 0, count: layout.rows * layout.columns)
            for row in 0..<layout.rows {
                for column in 0..<layout.columns {
                    let place = (SIMD3(Double(slice), Double(row), Double(column)) + 0.5) * spacing + offset
                    let found = registration(place)
                    guard reach.contains(Float(frame.index(of: found).x)) else { continue }
                    ids[row * layout.columns + column] = image.id(at: found)
                }
            }
            part.setSlice(slice, in: layout, to: ids)
        }
        return query.restored(part)
    }

    /// The ids of a label map along S, R, A.
    private struct IdGrid {
        let ids: [UInt16]
        let grid: SampleGrid
        let spacing: SIMD3<Double>

        init(_ map: LabelVolume, keeping labels: Set<UInt16>) {
            let layout = SliceLayout(map.geometry, plane: .axial)
            ids = (0..<layout.slices).flatMap { slice in
                map.slice(slice, in: layout).map { labels.contains($0) ? $0 : 0 }
            }
            grid = SampleGrid(SIMD3(layout.slices, layout.rows, layout.columns))
            spacing = SIMD3(layout.sliceSpacing, layout.rowSpacing, layout.columnSpacing)
        }

        /// The id at a place in mm.
        func id(at place: SIMD3<Double>) -> UInt16 {
            let cell = grid.cell(SIMD3<Float>(place / spacing - 0.5))
            return ids.withUnsafeBufferPointer { LabelSampler($0.baseAddress!)[cell] }
        }
    }
}

extension Segmenter {
    /// Registers the pack's volumes to a case as ``segment(_:progress:)`` does.
    ///
    /// - Throws: ``MemoryError``, or what the window throws.
    package func register(_ volume: Volume) throws -> RegisteredPack {
        RegisteredPack(try query(volume, scale: window.scale(for: volume)), of: outlook)
    }
}
