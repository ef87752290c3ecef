import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Grids that people's files state in unusual ways. Expected values are what was written, or what the README of the
/// shared case gives.
struct DICOMFieldGeometryTests {
    let folder = TemporaryFolder()

    private func write(_ slices: [DICOMWriter]) throws { try folder.write(slices) }

    private func stack(_ heights: [Double]) -> [DICOMWriter] { DICOMWriter.stack(heights) }

    private func read() throws -> Volume { try readOnlySeries(folder.path) }
    private var message: String { refusal(folder.path, hiding: folder.path) }
    private func shared(_ name: String) -> String { SharedFolder.file("conformance/field/\(name)") }

    // MARK: Directions

    @Test(
        "directions are brought to length 1, so that voxels are as large as PixelSpacing says",
        arguments: [
            ("0.71\\0.71\\0\\0\\0\\-1", Vec3(0.5.squareRoot(), 0.5.squareRoot(), 0), true),
            ("0.7\\0.7\\0\\0\\0\\-1", Vec3(0.5.squareRoot(), 0.5.squareRoot(), 0), true),
            ("0.9\\0.4\\0\\0\\0\\-1", Vec3(0.9, 0.4, 0) / 0.97.squareRoot(), true),
            ("0.7071\\0.7071\\0\\0\\0\\-1", Vec3(0.5.squareRoot(), 0.5.squareRoot(), 0), false),
        ])
    func directions(_ text: String, _ row: Vec3, _ isTold: Bool) throws {
        let across = Vec3(-row.y, row.x, 0)
        try write(
            (0..<3).map { n in
                var slice = DICOMWriter.slice(n, z: 0)
                let place = across * Double(2 * n)
                slice[0x0020, 0x0037, "DS"] = text
                slice[0x0020, 0x0032, "DS"] = "\(place.x)\\\(place.y)\\\(place.z)"
                return slice
            })
        let volume = try read()
        #expect((volume.geometry.spacing - Vec3(0.25, 0.5, 2)).length < 1e-9)
        // LPS to RAS turns the first two.
        #expect((volume.geometry.affine.column(0) - row * 0.25 * Vec3(-1, -1, 1)).length < 1e-9)
        let notice = "ImageOrientationPatient is \(text): its vectors are brought to length 1"
        #expect(volume.notices.contains(notice) == isTold)
    }

    @Test(
        "vectors that are no directions are refused",
        arguments: ["0.6\\0.7\\0\\0\\0\\-1", "1\\0.02\\0\\0\\1\\0", "2\\0\\0\\0\\2\\0"])
    func noDirections(_ text: String) throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[0x0020, 0x0037, "DS"] = text
        try write([slice])
        #expect(
            message.contains("ImageOrientationPatient is '\(text)', expected two perpendicular vectors of length 1"))
    }

    @Test(
        "the shared series whose directions have two or three digits",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: ["071", "0707"])
    func sharedDirections(_ name: String) throws {
        // SimpleITK: 1.25 x 1.5.
        let spacing = try readOnlySeries(shared("iop-not-unit/\(name)")).geometry.spacing
        #expect(abs(spacing.x - 1.25) < 1e-9 && abs(spacing.y - 1.5) < 1e-9)
    }

    // MARK: Rounded positions

    @Test(
        "the shared stack with positions rounded to tenths is one even grid",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedRounding() throws {
        for gaps in DICOMPolicies.Gaps.allCases {
            let volumes = try onlyVolumes(shared("positions-rounded/in"), policies: DICOMPolicies(gaps: gaps))
            #expect(volumes.geometry.shape == Shape(12, 16, 20))
            #expect(abs(volumes.geometry.spacing.z - 6.9993) < 1e-4)
            #expect(
                volumes.notices.contains(
                    "the positions are rounded: the slices lie up to 0.055 mm beside an even grid of 6.999 mm, which is "
                        + "taken"))
            // No voxel is interpolated.
            #expect(volumes.origins(volume: 0).allSatisfy { !$0.sopInstanceUID.isEmpty })
        }
    }

    @Test(
        "positions rounded to tenths are judged against the grid they round",
        arguments: [1.0, 1.25, 2.37, 3.3, 7.0])
    func rounded(_ step: Double) throws {
        // An oblique stack: the way from slice to slice is along the normal (0, -0.6, 0.8).
        try write(
            (0..<15).map { n in
                var slice = DICOMWriter.slice(n, z: 0)
                let place = Vec3(-10, -0.6 * step * Double(n), 0.8 * step * Double(n))
                slice[0x0020, 0x0037, "DS"] = "1\\0\\0\\0\\0.8\\0.6"
                slice[0x0020, 0x0032, "DS"] = (0..<3).map { "\((place[$0] * 10).rounded() / 10)" }.joined(
                    separator: "\\")
                return slice
            })
        let geometry = try read().geometry
        #expect(geometry.shape.k == 15)
        #expect(abs(geometry.spacing.z - step) < 0.01)
        // Every slice lies within the rounding of where it was: 0.05 mm along two axes, and the fit's own error.
        let last = geometry.affine.position(of: [0, 0, 14])
        #expect((last - Vec3(10, 0.6 * step * 14, 0.8 * step * 14)).length < 0.1)
    }

    // What adds up, jumps or is missing is no rounding.
    @Test(
        "stacks that are uneven in truth stay refused",
        arguments: [
            ([0, 2, 4, 6.1, 8.2, 10.3, 12.4], "the slices are not evenly spaced"),
            ([0, 2.5, 5.1, 7.5, 10], "the slices are not evenly spaced"),
            ([0, 2.5, 5, 10, 12.5], "1 slice is missing"),
            ([0, 1, 2, 3.05, 4.1, 5.15, 6.2], "the slices are not evenly spaced"),
            ([0, 7.1, 14, 21.1, 28, 42.1, 49], "the slices are not evenly spaced"),
            ([0, 2.5, 5, 7.5, 10.02, 12.54, 15.06], "the spacing drifts"),
            ([0, 3, 5, 8, 10], "the slices are not evenly spaced"),
        ] as [([Double], String)])
    func uneven(_ heights: [Double], _ reason: String) throws {
        try write(stack(heights))
        #expect(message.contains(reason), "\(message)")
    }

    // MARK: Several parts in one file

    @Test("two orientations in one file: the advice can be followed, and works")
    func twoOrientations() throws {
        try write([
            DICOMWriter.enhanced(["0\\0\\0", "0\\0\\9"], orientations: ["1\\0\\0\\0\\1\\0", "0\\1\\0\\0\\0\\-1"])
        ])
        #expect(
            message
                == "series 1.2.3: slice orientation differs: 1\\0\\0\\0\\1\\0 in 1 frame (IM0); 0\\1\\0\\0\\0\\-1 in 1 frame "
                + "(IM0) (--split-by ImageOrientationPatient makes an image of each)")
        let scan = try DICOM.scan([folder.path], policies: DICOMPolicies(splitBy: [.orientation]))
        #expect(try scan.series.map { try DICOM.readVolume($0).geometry.shape } == [Shape(4, 3, 1), Shape(4, 3, 1)])
    }

    // Nobody can put frames of one file into folders of their own.
    @Test(
        "what is advised for the frames of one file can be done with one file",
        arguments: [
            (
                ["0\\0\\0", "0\\0\\2", "0\\0\\4.9"],
                "the slices are not evenly spaced (interpolate with --gaps resample)"
            ),
            (["0\\0\\0", "9\\0\\0"], "differing in place within the plane (export each part as a file of its own)"),
        ])
    func oneFile(_ places: [String], _ text: String) throws {
        try write([DICOMWriter.enhanced(places)])
        #expect(message.hasSuffix(text), "\(message)")
    }

    @Test(
        "the shared file with two orientations",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedOrientations() {
        let path = shared("one-file-two-orientations")
        #expect(refusal(path, hiding: path).hasSuffix("(--split-by ImageOrientationPatient makes an image of each)"))
    }

    // MARK: Mosaics

    /// A mosaic that has lost its word and its CSA header, and says its number in (0019,100A) alone.
    private func nameless(_ number: Int, matrix: Int) -> DICOMWriter {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.set(0x0028, 0x0010, "US", word: 8)
        slice.set(0x0028, 0x0011, "US", word: 8)
        slice.pixels((0..<64).map { UInt16($0) })
        slice[0x0019, 0x0010, "LO"] = "SIEMENS MR HEADER"
        slice.set(0x0019, 0x100A, "US", word: number)
        slice.set(0x0018, 0x1310, "US", [matrix, 0, 0, matrix].flatMap { DICOMWriter.little(UInt16($0)) })
        return slice
    }

    @Test("a mosaic is told by its number of slices; a slice that was taken out of one is not")
    func namelessMosaics() throws {
        try write([nameless(4, matrix: 4)])
        #expect(message.contains("IM0: a mosaic without its Siemens CSA header"))
        for (number, matrix) in [(4, 8), (1, 4), (9, 2), (0, 4)] {
            try write([nameless(number, matrix: matrix)])
            #expect(try read().geometry.shape == Shape(8, 8, 1))
        }
    }

    @Test(
        "the shared mosaic without MOSAIC in its ImageType",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedMosaic() throws {
        // dcm2niix: 64 x 64 x 35.
        let volume = try readOnlySeries(shared("mosaic_without_MOSAIC_in_ImageType"))
        #expect(volume.geometry.shape == Shape(64, 64, 35))
        #expect(volume.notices.contains("a Siemens mosaic of 35 slices"))
        #expect((volume.geometry.spacing - Vec3(3.25, 3.25, 3.6)).length < 1e-3)
    }

    /// A UIH grid of 2 x 2 tiles of 2 x 2 pixels, `places.count` of them in use: tile n holds 10 n to 10 n + 3.
    private func grid(_ places: [String]) -> DICOMWriter {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\M\\VFRAME"
        slice[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.4"
        slice[0x0008, 0x0060, "CS"] = "MR"
        slice[0x0008, 0x0070, "LO"] = "UIH"
        slice.remove(0x0020, 0x0032)
        slice.set(0x0028, 0x0010, "US", word: 4)
        slice.set(0x0028, 0x0011, "US", word: 4)
        slice.pixels([0, 1, 10, 11, 2, 3, 12, 13, 20, 21, 30, 31, 22, 23, 32, 33] as [UInt16])
        slice[0x0065, 0x0010, "LO"] = "Image Private Header"
        slice[0x0065, 0x1050, "DS"] = "\(places.count)"
        slice.set(
            0x0065, 0x1051,
            items: places.map { place in
                var item = DICOMWriter()
                item[0x0020, 0x0032, "DS"] = place
                return item
            })
        return slice
    }

    @Test(
        "a UIH grid is laid out by the positions of its frames",
        arguments: [
            (["1\\2\\0", "1\\2\\3", "1\\2\\6", "1\\2\\9"], Vec3(0, 0, 3)),
            (["1\\2\\9", "1\\2\\6", "1\\2\\3", "1\\2\\0"], Vec3(0, 0, -3)),
            (["1\\2\\0", "1\\2\\3", "1\\2\\6"], Vec3(0, 0, 3)),
        ])
    func uihGrid(_ places: [String], _ step: Vec3) throws {
        try write([grid(places)])
        let volume = try read()
        #expect(volume.geometry.shape == Shape(2, 2, places.count))
        #expect(volume.geometry.affine.column(2) == step)
        #expect(volume.geometry.affine.origin == [-1, -2, step.z > 0 ? 0 : 9])
        let values = (0..<volume.voxels.count).map { volume.voxels[$0] }
        let expected = places.indices.flatMap { n -> [Double] in (0..<4).map { Double(10 * n + $0) } }
        #expect(values == expected)
        #expect(volume.notices == ["a UIH grid of \(places.count) slices"])
    }

    @Test("a UIH grid that cannot be laid out is refused by its name")
    func badGrids() throws {
        var file = grid(["1\\2\\0", "1\\2\\3", "1\\2\\6", "1\\2\\9"])
        file[0x0065, 0x1050, "DS"] = "3"
        try write([file])
        #expect(message.contains("IM0: a UIH grid (ImageType VFRAME) states 3 slices and places 4"))
        file.remove(0x0065, 0x1051)
        try write([file])
        #expect(message.contains("a UIH grid (ImageType VFRAME) without its private MRVFrameSequence has no place"))
        try write([grid(["0\\0\\0", "0\\0\\3", "", "0\\0\\9"])])
        #expect(message.contains("a UIH grid (ImageType VFRAME) places 3 of 4 slices"))
        try write([grid(["0\\0\\0", "0\\0\\3", "0\\0\\9"])])
        #expect(message.contains("1 slice is missing"))
        try write([grid(["0\\0\\3", "0\\0\\0", "0\\0\\6"])])
        #expect(message.contains("the tiles of its UIH grid do not follow each other in space"))
        try write([grid((0..<5).map { "0\\0\\\($0)" })])
        #expect(message.contains("of 5 slices does not fit 4x4 pixels as 3x2 tiles"))
    }

    @Test("the shared UIH grids", .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func sharedGrids() throws {
        let volumes = try onlyVolumes(shared("uih_grid_mosaic"))
        #expect(volumes.count == 2 && volumes.geometry.shape == Shape(64, 64, 20))
        #expect((volumes.geometry.spacing - Vec3(3.5, 3.5, 4.2)).length < 1e-4)
        // The first item's position, in RAS.
        #expect((volumes.geometry.affine.origin - Vec3(114.442863, 112.324295, -6.39442587)).length < 1e-9)
        // b = 0 comes first (InstanceNumber 1): water is brighter there than in the weighted volume.
        let sums = try (0..<2).map { n in
            let volume = try volumes.read(volume: n)
            return (0..<volume.voxels.count).reduce(0) { $0 + volume.voxels[$1] }
        }
        #expect(sums[0] > 1.2 * sums[1])
    }
}
