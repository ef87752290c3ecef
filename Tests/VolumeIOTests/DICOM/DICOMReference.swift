import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// A grid with its axes turned to R, A, S as far as whole-axis turns go.
func canonicalAffine(_ geometry: Geometry) -> Affine {
    let orientation = geometry.orientation
    var origin = geometry.affine.origin
    let steps = [orientation.right, orientation.anterior, orientation.superior].map { signed in
        let step = geometry.affine.column(signed.axis)
        if signed.reversed { origin += step * Double(geometry.shape[signed.axis] - 1) }
        return signed.reversed ? -step : step
    }
    return Affine(i: steps[0], j: steps[1], k: steps[2], origin: origin)
}

/// Largest difference of two affines' entries.
func difference(_ a: Affine, _ b: Affine) -> Double {
    zip([a.rowX, a.rowY, a.rowZ], [b.rowX, b.rowY, b.rowZ]).map { ($0 - $1) }
        .flatMap { row in (0..<4).map { abs(row[$0]) } }.max() ?? 0
}

/// The rule for references of dcm2niix and dicom2nifti: both brought to RAS, |affine difference| < 1e-3, scaled voxels
/// equal (floats to 1e-5 relative). Returns what differs, nil when nothing does.
func mismatch(_ volume: Volume, _ reference: Volume) -> String? {
    let layouts = [volume, reference].map { SliceLayout($0.geometry, plane: .axial) }
    guard layouts[0].slices == layouts[1].slices, layouts[0].rows == layouts[1].rows,
        layouts[0].columns == layouts[1].columns
    else { return "shape \(volume.geometry.shape) against \(reference.geometry.shape)" }
    let affines = [volume, reference].map { canonicalAffine($0.geometry) }
    let gap = difference(affines[0], affines[1])
    guard gap < 1e-3 else { return "affine differs by \(gap): \(affines[0]) against \(affines[1])" }
    for n in 0..<layouts[0].slices {
        let (mine, theirs) = (volume.slice(n, in: layouts[0]).values, reference.slice(n, in: layouts[1]).values)
        for (at, (a, b)) in zip(mine, theirs).enumerated() where abs(a - b) > 1e-5 * abs(b) {
            return "slice \(n), voxel \(at): \(a) against \(b)"
        }
    }
    return nil
}

/// Reads the only series under a path.
func readOnlySeries(_ path: String) throws -> Volume {
    let scan = try DICOM.scan([path])
    try #require(scan.series.count == 1, "\(scan.series.count) series in \(path)")
    return try DICOM.readVolume(scan.series[0])
}

/// The volumes of the only series under a path.
func onlyVolumes(_ path: String, policies: DICOMPolicies = DICOMPolicies()) throws -> DICOMVolumes {
    let scan = try DICOM.scan([path], policies: policies)
    try #require(scan.series.count == 1, "\(scan.series.count) series in \(path)")
    return try DICOM.volumes(scan.series[0])
}

/// The same rule for every volume of a 4-D reference, in its order.
func mismatch(_ volumes: DICOMVolumes, _ reference: String) throws -> String? {
    let count = try NIfTI.info(reference).volumeCount
    guard volumes.count == count else { return "\(volumes.count) volumes against \(count)" }
    for n in 0..<count {
        let difference = mismatch(try volumes.read(volume: n), try NIfTI.readVolume(reference, volumeIndex: n))
        if let difference { return "volume \(n): \(difference)" }
    }
    return nil
}

/// What reading the only series under a path says, with the folder cut out of the text.
func refusal(_ path: String, hiding folder: String) -> String {
    do {
        _ = try readOnlySeries(path)
        return "read"
    } catch {
        return "\(error)".replacingOccurrences(of: folder + "/", with: "")
    }
}

let dicomShared = SharedFolder.file("conformance/dicom")
