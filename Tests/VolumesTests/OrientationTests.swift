import Testing

@testable import Volumes

struct OrientationCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let affine: Affine
    let letters: String

    init(_ name: String, _ i: Vec3, _ j: Vec3, _ k: Vec3, _ letters: String) {
        (testDescription, self.letters) = (name, letters)
        affine = Affine(i: i, j: j, k: k, origin: [11, -7, 3])
    }
}

@Suite struct OrientationTests {
    // Letters from nibabel 5's aff2axcodes over the same columns.
    static let cases = [
        OrientationCase("identity", [1, 0, 0], [0, 1, 0], [0, 0, 1], "RAS"),
        OrientationCase("DICOM axial", [-0.5, 0, 0], [0, -0.5, 0], [0, 0, 3], "LPS"),
        OrientationCase("FSL", [-2, 0, 0], [0, 2, 0], [0, 0, 2], "LAS"),
        OrientationCase("sagittal", [0, -1, 0], [0, 0, 1], [1.2, 0, 0], "PSR"),
        OrientationCase("coronal", [0.8, 0, 0], [0, 0, 0.8], [0, -4, 0], "RSP"),
        OrientationCase("30 degrees about x", [1, 0, 0], [0, 0.866025, 0.5], [0, -1.25, 2.165064], "RAS"),
        OrientationCase("44 degrees about z", [0.71934, 0.694658, 0], [-0.694658, 0.71934, 0], [0, 0, 1], "RAS"),
        OrientationCase("50 degrees about z", [0.642788, 0.766044, 0], [-0.766044, 0.642788, 0], [0, 0, 1], "ALS"),
        OrientationCase(
            "doubly oblique", [-0.612798, -0.072514, -0.330484], [0.164199, -0.661559, -0.159307],
            [-2.113091, -1.549878, 4.258254], "LPS"),
        OrientationCase(
            "oblique sagittal", [-0.137714, -0.88892, 0.029272], [-0.187121, 0, -0.880333],
            [0.869494, -0.140791, -0.184817], "PIR"),
        OrientationCase("sheared by a gantry", [-0.45, 0, 0], [0, -0.45, 0], [0, 0.669191, 2], "LPS"),
        OrientationCase(
            "random rotation 0", [-0.564223, 0.156963, 0.558436], [-1.27585, -0.644095, -1.108032],
            [0.286919, -2.066039, 0.870607], "SLP"),
        OrientationCase(
            "random rotation 1", [-0.758525, 1.858961, 3.00036], [1.879957, -1.154074, 1.190315],
            [1.315, 1.516128, -0.606915], "SRA"),
        OrientationCase(
            "random rotation 2", [-0.99432, 0.650964, -3.17228], [2.347191, -1.106025, -0.962665],
            [-1.260644, -2.561706, -0.130535], "IRP"),
    ]

    @Test(arguments: cases) func agreesWithNibabel(_ case: OrientationCase) {
        #expect(Orientation(`case`.affine).description == `case`.letters)
    }

    @Test func exactly45DegreesHasOneAnswer() {
        let half = 0.5.squareRoot()
        let affine = Affine(i: [half, half, 0], j: [-half, half, 0], k: [0, 0, 1], origin: [0, 0, 0])
        #expect(Orientation(affine).description == "RAS")
    }

    @Test(arguments: ["RAS", "LPS", "PIR", "SLA", "IRP", "ASL"]) func lettersAreReadAndPrinted(_ letters: String) {
        #expect(Orientation(letters)?.description == letters)
    }

    @Test(arguments: ["", "RA", "RAR", "RLS", "RASS", "ras", "XYZ"]) func otherLettersAreRefused(_ letters: String) {
        #expect(Orientation(letters) == nil)
    }
}

@Suite struct ReorientationTests {
    static let letters = ["RAS", "LPS", "PIR", "SLA", "IRP", "ASL", "LAS", "PSR"]

    /// A 2 x 3 x 4 volume with as many values as voxels.
    static func volume(_ affine: Affine) -> Volume {
        Volume(
            geometry: Geometry(shape: Shape(2, 3, 4), affine: affine),
            voxels: .int16((0..<24).map { Int16($0 * 3 - 20) }),
            scaling: ValueScaling(slope: 2, intercept: 1),
            origins: (0..<4).map { SliceOrigin(sopInstanceUID: "1.2.\($0)") })
    }

    @Test(arguments: OrientationTests.cases, letters)
    func everyVoxelKeepsItsPlaceInSpace(_ case: OrientationCase, _ letters: String) throws {
        let target = try #require(Orientation(letters))
        let before = Self.volume(`case`.affine)
        let after = before.reoriented(to: target)
        #expect(after.geometry.orientation == target)
        // The value found at every position (rounded to a micrometre) must be the same.
        #expect(places(after) == places(before))
    }

    @Test(arguments: OrientationTests.cases, letters)
    func theWayBackIsExact(_ case: OrientationCase, _ letters: String) throws {
        let target = try #require(Orientation(letters))
        let before = Self.volume(`case`.affine)
        let there = before.reoriented(to: target)
        let back = there.reoriented(to: before.geometry.orientation)
        #expect(back.voxels == before.voxels)
        #expect(back.geometry.matches(before.geometry, tolerance: 1e-9))
        let labels = LabelVolume(geometry: before.geometry, voxels: (0..<24).map { UInt16($0) })
        let labelsBack = labels.reoriented(to: target).reoriented(to: before.geometry.orientation)
        #expect(labelsBack.voxels == labels.voxels)
    }

    @Test func sliceOriginsFollowK() throws {
        let volume = Self.volume(.identity)
        let turned = volume.reoriented(to: try #require(Orientation("RAI")))
        #expect(turned.origins.map(\.sopInstanceUID) == ["1.2.3", "1.2.2", "1.2.1", "1.2.0"])
        #expect(volume.reoriented(to: try #require(Orientation("RSA"))).origins.isEmpty)
    }

    private func places(_ volume: Volume) -> [SIMD3<Int>: Double] {
        let shape = volume.geometry.shape
        var places: [SIMD3<Int>: Double] = [:]
        for n in 0..<shape.count {
            let voxel = Vec3(Double(n % shape.i), Double(n / shape.i % shape.j), Double(n / shape.i / shape.j))
            let p = (volume.geometry.affine.position(of: voxel) * 1000).rounded(.toNearestOrEven)
            places[SIMD3(Int(p.x), Int(p.y), Int(p.z))] = volume.voxels[n]
        }
        return places
    }
}
