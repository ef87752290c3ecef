import Foundation
import Preparation
import VolumeIO
import Volumes

/// What came of one read.
enum ReadOutcome: CustomStringConvertible {
    case volume(String)
    case refused(String)

    var description: String {
        switch self {
        case .volume(let text): "read: \(text)"
        case .refused(let text): "refused: \(text)"
        }
    }
}

/// A reader that broke its word without crashing.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String
}

/// Puts input files through the readers, as a program would.
enum InputReader {
    /// Reads the files of volumes among `names` one by one, or else the folder as DICOM.
    static func read(_ names: [String], in folder: String) throws -> [ReadOutcome] {
        guard names.contains(where: { VolumeFileName($0) != nil }) else {
            return try readDICOM(folder, files: names.count) + readObjects(names, in: folder)
        }
        return try names.flatMap { name in
            let path = folder + "/" + name
            return [
                try outcome { try checked(Images.readVolume(path)) },
                try outcome {
                    let labels = try LabelMaps.readLabels(path)
                    return try checked(labels.voxels.count, labels.geometry)
                },
            ]
        }
    }

    /// As it is read by default, then with gaps filled and slices set upright.
    private static func readDICOM(_ folder: String, files: Int) throws -> [ReadOutcome] {
        var policies = DICOMPolicies()
        (policies.gaps, policies.tilt) = (.resample, .shear)
        return try [DICOMPolicies(), policies].flatMap { try readDICOM(folder, files: files, $0) }
    }

    private static func readDICOM(_ folder: String, files: Int, _ policies: DICOMPolicies) throws -> [ReadOutcome] {
        let scan = try DICOM.scan([folder], policies: policies)
        let inSeries = scan.series.reduce(0) { $0 + $1.files.count }
        // Which part of a series they would belong to, nobody can tell: each part has them.
        let lost = Set(scan.series.flatMap { ($0.absent + $0.unreadable).map(\.path) })
        let fates = inSeries + lost.count + scan.ignored.count + scan.unreadable.count + scan.notDICOM.count
        guard fates == files else { throw BrokenPromise(description: "\(files) files have \(fates) fates") }
        let rest =
            (scan.ignored + scan.unreadable).map { ReadOutcome.refused($0.reason) }
            + scan.notDICOM.map { _ in ReadOutcome.refused("not DICOM") }
        return try scan.series.map { series in
            let outline = DICOM.outline(series)
            return try outcome {
                let volume = try DICOM.readVolume(series)
                guard outline?.geometry == volume.geometry else {
                    throw BrokenPromise(description: "an outline that is not the volume's")
                }
                return try checked(volume)
            }
        } + rest
    }

    /// Files as objects that hold labels.
    private static func readObjects(_ names: [String], in folder: String) throws -> [ReadOutcome] {
        let grid = Geometry(shape: Shape(16, 16, 8), affine: .identity)
        return try names.map { folder + "/" + $0 }.filter { FileKind(of: $0) == .dicom }.flatMap { path in
            try [nil, grid].map { grid in
                try outcome {
                    let map = try LabelMaps.read(path, on: grid)
                    return try checked(map.layers[0].count, map.geometry)
                }
            }
        }
    }

    private static func outcome(_ read: () throws -> String) throws -> ReadOutcome {
        do {
            return .volume(try read())
        } catch let error as any TomosError {
            return .refused("\(error)")
        }
    }

    private static func checked(_ volume: Volume) throws -> String {
        let text = try checked(volume.voxels.count, volume.geometry)
        if volume.voxels.count <= largestPrepared { try prepare(volume) }
        return text
    }

    /// Larger volumes are read alone: preparing them would take the time of many small ones.
    private static let largestPrepared = 2_000_000

    /// What every volume goes through before the network: orientation, window, slices and their square, the coarse grid.
    private static func prepare(_ volume: Volume) throws {
        let scale = try IntensityWindow.automatic.scale(for: volume)
        let reduced = ReducedVolume(volume, scale: scale, spacing: 4, most: 1 << 15)
        guard reduced.values.allSatisfy({ (-1e-3...1.001).contains($0) }) else {
            throw BrokenPromise(description: "values outside 0 to 1")
        }
        for plane in SlicePlane.allCases {
            let layout = SliceLayout(volume.geometry, plane: plane)
            let placement = Placement(layout, side: 64)
            let slice = volume.slice(layout.slices / 2, in: layout, scale: scale)
            let restored = placement.restore(placement.fit(slice))
            guard restored.count == slice.values.count, restored.allSatisfy(\.isFinite) else {
                throw BrokenPromise(description: "a slice that does not come back")
            }
        }
    }

    private static func checked(_ count: Int, _ geometry: Geometry) throws -> String {
        guard count == geometry.shape.count else {
            throw BrokenPromise(description: "\(count) voxels on a grid of \(geometry.shape)")
        }
        if let flaw = geometry.flaw { throw BrokenPromise(description: "an implausible grid: \(flaw)") }
        return "\(geometry.shape)"
    }
}
