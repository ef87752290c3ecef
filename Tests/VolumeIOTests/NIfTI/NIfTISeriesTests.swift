import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@Suite("Whole 4-D NIfTI files") struct NIfTISeriesTests {
    let folder = TemporaryFolder()
    let series = VolumeSeries(
        geometry: Geometry(shape: Shape(2, 2, 1), affine: .identity), voxels: .int16((0..<24).map { Int16($0 - 5) }),
        count: 6, scaling: ValueScaling(slope: 0.5, intercept: -3), interval: 2.5)

    /// The series' file with some bytes changed (offsets as in nifti1.h).
    func file(_ name: String, _ change: (inout [UInt8]) -> Void = { _ in }) throws -> String {
        let path = folder.file(name)
        try NIfTI.write(series, to: path)
        guard name.hasSuffix(".nii") else { return path }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("All volumes come back, compressed or not", arguments: ["a.nii", "a.nii.gz"])
    func all(_ name: String) throws {
        let (read, notices) = try NIfTI.readSeries(file(name))
        #expect(read.voxels == series.voxels && read.count == 6 && read.scaling == series.scaling)
        #expect(read.interval == 2.5 && read.geometry.matches(series.geometry) && notices.isEmpty)
        let third = try NIfTI.readVolume(folder.file(name), volumeIndex: 2)
        guard case .int16(let voxels) = third.voxels else { return }
        #expect(voxels == [3, 4, 5, 6])
    }

    @Test(
        "The time from volume to volume is read in its unit",
        arguments: [(8, 2500), (16, 2.5), (24, 0.0025), (0, 2500)])
    func units(_ unit: UInt8, _ seconds: Double) throws {
        let path = try file("a.nii") { bytes in
            bytes[123] = 2 | unit
            withUnsafeBytes(of: Float(2500).bitPattern.littleEndian) { bytes.replaceSubrange(92..<96, with: $0) }
        }
        let interval = try #require(try NIfTI.readSeries(path).series.interval)
        #expect(abs(interval - seconds) < 1e-9)
    }

    @Test("Hertz, and no time at all, are no seconds") func noTime() throws {
        #expect(try NIfTI.readSeries(file("a.nii") { $0[123] = 2 | 32 }).series.interval == nil)
        let path = try file("b.nii") { $0.replaceSubrange(92..<96, with: [0, 0, 0, 0]) }
        #expect(try NIfTI.readSeries(path).series.interval == nil)
    }

    @Test("More dimensions than four are not flattened; one of length one changes nothing") func fiveDimensions() throws
    {
        let path = try file("a.nii") { bytes in
            bytes[40] = 5
            (bytes[48], bytes[50]) = (2, 3)
        }
        let error = #expect(throws: VolumeFileError.self) { try NIfTI.readSeries(path) }
        #expect(
            error?.description
                == "\(path): an image of 5 dimensions as a whole is not read (choose one volume with --volume-index)")
        #expect(try NIfTI.readVolume(path, volumeIndex: 5).geometry.shape == Shape(2, 2, 1))
        #expect(try NIfTI.readSeries(file("b.nii") { $0[40] = 5 }).series.count == 6)
    }
}
