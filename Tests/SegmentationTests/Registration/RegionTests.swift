import Foundation
import Preparation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// Small structures in large fields.
@Suite struct RegionTests {
    private let folder = TemporaryFolder()

    /// A phantom with three times as much field along i and j.
    private func wide(_ seed: Int) throws -> (volume: Volume, truth: LabelVolume) {
        let phantom = Phantom(seed: seed)
        let (small, affine) = (phantom.volume.geometry, phantom.volume.geometry.affine)
        let first = affine.position(of: Vec3(Double(-small.shape.i), Double(-small.shape.j), 0))
        let large = Geometry(
            shape: Shape(3 * small.shape.i, 3 * small.shape.j, small.shape.k),
            affine: Affine(i: affine.column(0), j: affine.column(1), k: affine.column(2), origin: first))
        let box = VoxelBox(
            i: small.shape.i..<2 * small.shape.i, j: small.shape.j..<2 * small.shape.j, k: 0..<small.shape.k)
        guard case .int16(let values) = phantom.volume.voxels else { throw CancellationError() }
        let stored = LabelVolume(geometry: small, voxels: values.map(UInt16.init(bitPattern:)))
        let voxels = stored.pasted(into: large, at: box).voxels.map(Int16.init(bitPattern:))
        return (Volume(geometry: large, voxels: .int16(voxels)), phantom.truth.pasted(into: large, at: box))
    }

    /// A pack of three wide phantoms with two of their labels.
    private func pack() throws -> TaskPack {
        let examples = try [1, 2, 3].map { seed in
            let (volume, truth) = try wide(seed)
            let example = TaskPack.Example(image: folder.file("i/\(seed).nii"), labels: folder.file("l/\(seed).nii"))
            try NIfTI.write(volume, to: example.image)
            try NIfTI.write(truth, to: example.labels)
            return example
        }
        let labels = LabelTable([1, 5].map { LabelEntry(id: $0, name: "\($0)", colour: Colour(1, 1, 1)) })
        return try TaskPack.create(
            TaskPack.Recipe(name: "wide", examples: examples, labels: labels, plane: .axial, window: .minMax),
            at: folder.file("pack"))
    }

    /// Registration, vote and networks: each piece of work is one thread's, and what they say is added up in one order.
    @Test func theNumberOfThreadsChangesNoBit() throws {
        let (task, query) = (try pack(), try wide(9).volume)
        let results = try [1, 3].map { threads in
            var options = SegmentOptions()
            (options.support, options.threads, options.keepsCertainty) = (6, threads, true)
            return try Segmenter(task: task, options: options).segment(query)
        }
        #expect(results[0].labels == results[1].labels && results[0].labels.histogram().count == 3)
        #expect(results[0].structures.map(\.meanProbability) == results[1].structures.map(\.meanProbability))
        let probabilities = try results.map { try #require($0.certainty).probability.voxels }
        #expect(probabilities[0] == probabilities[1])
    }

    @Test func smallStructuresAreLookedAtClosely() throws {
        let task = try pack()
        let (query, truth) = try wide(9)
        func segmented(crops: Bool) throws -> (SegmentedVolume, Double) {
            var options = SegmentOptions()
            (options.support, options.crops) = (6, crops)
            let result = try Segmenter(task: task, options: options).segment(query)
            return (result, (dice(result.labels, truth, 1) + dice(result.labels, truth, 5)) / 2)
        }
        let (close, whole) = (try segmented(crops: true), try segmented(crops: false))
        #expect(close.0.labels.geometry == query.geometry)
        #expect(close.1 > whole.1 && close.1 > 0.85, "\(close.1) against \(whole.1)")
        #expect(close.0.structures.map(\.voxels) == [1, 5].map { close.0.labels.histogram()[$0] ?? 0 })
        #expect(close.0.structures.allSatisfy { !$0.flags.contains(.truncated) })
    }

    /// The voxels of an extent along S, R, A, whichever way the axes run.
    @Test func aRegionHoldsItsExtent() throws {
        // i runs to the left, j to superior, k to posterior.
        let geometry = Geometry(
            shape: Shape(20, 30, 40), affine: Affine(i: [-2, 0, 0], j: [0, 0, 1], k: [0, -1, 0], origin: [5, 6, 7]))
        let extent = Extent(low: SIMD3(10, 12, 4), high: SIMD3(20.5, 20, 14))
        let region = try #require(Region(extent, of: geometry))
        // S: j 10 to 20.5 mm; R: 12 to 20 mm from the far end of i; A: 4 to 14 mm from the far end of k.
        #expect(region.box == VoxelBox(i: 10..<14, j: 10..<21, k: 26..<36))
        #expect(region.start == SIMD3(10, 6, 4))
        #expect(region.offset == SIMD3(10, 12, 4))
        let back = geometry.extent(of: region.box)
        #expect(back.low == SIMD3(10, 12, 4) && back.high == SIMD3(21, 20, 14))
        #expect(Region(Extent(low: .zero, high: SIMD3(30, 40, 21)), of: geometry) == nil)
        // What lies outside is cut to the border.
        let edge = try #require(Region(Extent(low: SIMD3(-50, -50, -50), high: SIMD3(5, 5, 5)), of: geometry))
        #expect(edge.box.shape == Shape(3, 5, 5))
    }

    /// Pixels of a part's slices lie where they lie in the whole.
    @Test(arguments: [SlicePlane.axial, .coronal, .sagittal]) func framesOfAPartSpeakOfTheWhole(plane: SlicePlane)
        throws
    {
        let geometry = Geometry(
            shape: Shape(20, 30, 40), affine: Affine(i: [-2, 0, 0], j: [0, 0, 1], k: [0, -1, 0], origin: [5, 6, 7]))
        let region = try #require(
            Region(Extent(low: SIMD3(10, 12, 4), high: SIMD3(20, 20, 14)), of: geometry))
        let part = geometry.cropped(to: region.box)
        let placement = Placement(SliceLayout(part, plane: plane), side: 64)
        let frames = [SIMD3<Double>.zero, region.offset].map {
            StackFrame(part, plane: plane, placement: placement, offset: $0)
        }
        let (alone, placed) = (
            frames[0].place(slice: 3, row: 20, column: 40), frames[1].place(slice: 3, row: 20, column: 40)
        )
        #expect(placed == alone + region.offset)
        let index = frames[1].index(of: placed)
        #expect(all(index .> SIMD3(2.999, 19.999, 39.999)) && all(index .< SIMD3(3.001, 20.001, 40.001)))
    }
}
