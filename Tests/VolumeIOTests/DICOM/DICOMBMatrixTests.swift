import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Directions that are not stated as such.
struct DICOMBMatrixTests {
    let folder = TemporaryFolder()

    /// b times the outer product of a direction with itself: xx, xy, xz, yy, yz, zz.
    private static let matrix = [230.4, -288, -307.2, 360, 384, 409.6]

    private func gradient(_ change: (inout DICOMWriter) -> Void) throws -> DICOMDiffusion {
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x0008, 0x0060, "CS"] = "MR"
        change(&slice)
        try slice.write(to: folder.file("IM"))
        return try onlyVolumes(folder.path).volumes[0][0].acquisition.diffusion
    }

    @Test("the direction of a b-matrix is its main axis, on the side of x")
    func axis() throws {
        let matrix = try #require(BMatrix(Self.matrix))
        #expect(abs(matrix.trace - 1000) < 1e-9)
        let direction = try #require(matrix.direction)
        #expect((direction - Vec3(0.48, -0.6, -0.64)).length < 1e-6)
    }

    @Test(
        "a matrix without a direction, or that is none, has none",
        arguments: [
            [333, 0, 0, 333, 0, 334], [0, 0, 0, 0, 0, 0], [1], [.nan, 0, 0, 1, 0, 0], [1e300, 0, 0, 0, 0, 0],
            [500, 0, 0, 500, 0, 0],
        ] as [[Double]])
    func none(_ values: [Double]) { #expect(BMatrix(values)?.direction == nil) }

    @Test("Siemens' matrix (0019,1027) is read where (0019,100E) is missing")
    func siemens() throws {
        let diffusion = try gradient { slice in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice[0x0019, 0x0010, "LO"] = "SIEMENS MR HEADER"
            slice[0x0019, 0x100C, "IS"] = "1000"
            slice.set(0x0019, 0x1027, "FD", Self.matrix.flatMap { DICOMWriter.little($0.bitPattern) })
        }
        #expect(diffusion.bValue == 1000)
        let found = try #require(diffusion.gradient)
        #expect((found - Vec3(0.48, -0.6, -0.64)).length < 1e-6)
        #expect(diffusion.caution?.contains("b-matrices") == true)
    }

    @Test("Siemens' direction is read where it stands without a type")
    func untyped() throws {
        let diffusion = try gradient { slice in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice[0x0019, 0x0010, "LO"] = "SIEMENS MR HEADER"
            slice[0x0019, 0x100C, "IS"] = "1000"
            slice.set(0x0019, 0x100E, "UN", [0.0, 0.6, -0.8].flatMap { DICOMWriter.little($0.bitPattern) })
        }
        let found = try #require(diffusion.gradient)
        #expect((found - Vec3(0, 0.6, -0.8)).length < 1e-6)
    }

    /// PS3.3 C.8.13.5.9: the matrix in an item of its own, in the frame's diffusion group.
    @Test("an enhanced image's matrix (0018,9602 to 9607) is read where it states no direction")
    func enhanced() throws {
        var file = DICOMWriter.enhanced(["0\\0\\0", "0\\0\\2.5"])
        var (matrix, weighting) = (DICOMWriter(), DICOMWriter())
        for (n, value) in Self.matrix.enumerated() {
            matrix.set(0x0018, UInt16(0x9602 + n), "FD", DICOMWriter.little(value.bitPattern))
        }
        weighting.set(0x0018, 0x9601, items: [matrix])
        weighting.set(0x0018, 0x9087, "FD", DICOMWriter.little(1000.0.bitPattern))
        var (spacing, holder) = (DICOMWriter(), DICOMWriter())
        spacing[0x0028, 0x0030, "DS"] = "0.5\\0.25"
        holder.set(0x0028, 0x9110, items: [spacing])
        holder.set(0x0018, 0x9117, items: [weighting])
        file.set(0x5200, 0x9229, items: [holder])
        try file.write(to: folder.file("IM"))
        let volumes = try onlyVolumes(folder.path)
        let diffusion = volumes.volumes[0][0].acquisition.diffusion
        #expect(diffusion.bValue == 1000)
        let found = try #require(diffusion.gradient)
        #expect((found - Vec3(0.48, -0.6, -0.64)).length < 1e-6)
        #expect(volumes.notices.contains { $0.contains("b-matrices") })
    }

    /// dcm2niix's live output for `b=1000(0.480,0.600,0.640)`, along rows, columns and normal.
    @Test(
        "Canon's comment for each plane and phase axis",
        arguments: [
            ("1\\0\\0\\0\\1\\0", "COL", [-0.6, -0.48, 0.64]), ("1\\0\\0\\0\\1\\0", "ROW", [-0.48, 0.6, 0.64]),
            ("0\\1\\0\\0\\0\\-1", "COL", [0.6, 0.48, -0.64]), ("0\\1\\0\\0\\0\\-1", "ROW", [0.48, -0.6, -0.64]),
            ("1\\0\\0\\0\\0\\-1", "COL", [-0.6, 0.48, 0.64]), ("1\\0\\0\\0\\0\\-1", "ROW", [0.48, 0.6, 0.64]),
        ])
    func canon(_ orientation: String, _ phase: String, _ expected: [Double]) throws {
        var slice = DICOMWriter.slice(1, z: 0)
        slice[0x0008, 0x0060, "CS"] = "MR"
        slice[0x0008, 0x0070, "LO"] = "CANON_MEC"
        slice[0x0020, 0x4000, "LT"] = "b=1000(0.480,0.600,0.640)"
        slice[0x0020, 0x0037, "DS"] = orientation
        slice[0x0018, 0x1312, "CS"] = phase
        try slice.write(to: folder.file("IM"))
        let image = try onlyVolumes(folder.path).volumes[0][0]
        let g = try #require(image.acquisition.diffusion.gradient)
        let found = Vec3(g.dot(image.rowDirection), g.dot(image.columnDirection), g.dot(image.normal))
        #expect((found - Vec3(expected[0], expected[1], expected[2])).length < 1e-6, "\(found)")
        #expect(image.acquisition.diffusion.bValue == 1000)
    }
}
