import Foundation
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
    /// Reads the NIfTI files among `names` one by one, or else the folder as DICOM.
    static func read(_ names: [String], in folder: String) throws -> [ReadOutcome] {
        guard names.contains(where: NIfTI.hasNIfTIName) else { return try readDICOM(folder, files: names.count) }
        return try names.flatMap { name in
            let path = folder + "/" + name
            return [
                try outcome { try checked(NIfTI.readVolume(path)) },
                try outcome {
                    let labels = try NIfTI.readLabels(path)
                    return try checked(labels.voxels.count, labels.geometry)
                },
            ]
        }
    }

    private static func readDICOM(_ folder: String, files: Int) throws -> [ReadOutcome] {
        let scan = try DICOM.scan([folder])
        let inSeries = scan.series.reduce(0) { $0 + $1.files.count + $1.unreadable.count }
        let absent = Set(scan.series.flatMap { $0.absent.map(\.path) })
        let fates = inSeries + absent.count + scan.ignored.count + scan.unreadable.count + scan.notDICOM.count
        guard fates == files else { throw BrokenPromise(description: "\(files) files have \(fates) fates") }
        let rest =
            (scan.ignored + scan.unreadable).map { ReadOutcome.refused($0.reason) }
            + scan.notDICOM.map { _ in ReadOutcome.refused("not DICOM") }
        return try scan.series.map { series in try outcome { try checked(DICOM.readVolume(series)) } } + rest
    }

    private static func outcome(_ read: () throws -> String) throws -> ReadOutcome {
        do {
            return .volume(try read())
        } catch let error as any TomosError {
            return .refused("\(error)")
        }
    }

    private static func checked(_ volume: Volume) throws -> String {
        try checked(volume.voxels.count, volume.geometry)
    }

    private static func checked(_ count: Int, _ geometry: Geometry) throws -> String {
        guard count == geometry.shape.count else {
            throw BrokenPromise(description: "\(count) voxels on a grid of \(geometry.shape)")
        }
        guard geometry.affine.isUsable else { throw BrokenPromise(description: "an affine that cannot be inverted") }
        return "\(geometry.shape)"
    }
}
