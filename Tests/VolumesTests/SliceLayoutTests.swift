import Testing

@testable import Volumes

@Suite struct SliceLayoutTests {
    static let orientations = ["RAS", "LPS", "PIR", "SLA", "IRP", "ASL", "LAS"]

    /// A 3 x 4 x 5 grid with spacing 1, 2, 3 mm along i, j, k whose axes run as the letters say.
    static func geometry(_ letters: String) throws -> Geometry {
        let o = try #require(Orientation(letters))
        var columns = [Vec3](repeating: .zero, count: 3)
        for (n, signed) in [o.right, o.anterior, o.superior].enumerated() {
            columns[signed.axis][n] = Double(signed.axis + 1) * (signed.reversed ? -1 : 1)
        }
        return Geometry(
            shape: Shape(3, 4, 5), affine: Affine(i: columns[0], j: columns[1], k: columns[2], origin: [5, 6, 7]))
    }

    @Test(arguments: orientations, SlicePlane.allCases)
    func labelsGoOutAndBack(_ letters: String, _ plane: SlicePlane) throws {
        let geometry = try Self.geometry(letters)
        let labels = LabelVolume(geometry: geometry, voxels: (0..<60).map { UInt16($0 + 1) })
        let layout = SliceLayout(geometry, plane: plane)
        var copy = LabelVolume(geometry: geometry)
        for slice in 0..<layout.slices { copy.setSlice(slice, in: layout, to: labels.slice(slice, in: layout)) }
        #expect(copy == labels)
    }

    /// Element (row, column) of a slice must lie where the plane's definition says, found through the affine.
    @Test(arguments: orientations, [SlicePlane.axial, .coronal, .sagittal])
    func rowsColumnsAndSlicesRunTowardsRAS(_ letters: String, _ plane: SlicePlane) throws {
        let geometry = try Self.geometry(letters)
        // Every voxel's value is its own number, so a slice tells which voxels it is made of.
        let volume = Volume(geometry: geometry, voxels: .uint8((0..<60).map { UInt8($0) }))
        let layout = SliceLayout(geometry, plane: plane)
        // World axes (0 = R, 1 = A, 2 = S) of slices, rows and columns.
        let axes: [SlicePlane: (Int, Int, Int)] = [.axial: (2, 0, 1), .coronal: (1, 0, 2), .sagittal: (0, 1, 2)]
        let (sliceAxis, rowAxis, columnAxis) = try #require(axes[plane])
        func position(_ slice: Int, _ row: Int, _ column: Int) -> Vec3 {
            let n = Int(volume.slice(slice, in: layout).values[row * layout.columns + column])
            return geometry.affine.position(of: [Double(n % 3), Double(n / 3 % 4), Double(n / 12)])
        }
        let start = position(0, 0, 0)
        let (far, last) = (position(layout.slices - 1, 0, 0), Double(layout.slices - 1))
        #expect((far - start)[sliceAxis] == last * layout.sliceSpacing)
        #expect((position(0, layout.rows - 1, 0) - start)[rowAxis] == Double(layout.rows - 1) * layout.rowSpacing)
        #expect(
            (position(0, 0, layout.columns - 1) - start)[columnAxis] == Double(layout.columns - 1)
                * layout.columnSpacing)
    }

    @Test func nativeSlicesAreAsStored() throws {
        let geometry = try Self.geometry("PIR")
        let volume = Volume(geometry: geometry, voxels: .int16((0..<60).map { Int16($0) }))
        let layout = SliceLayout(geometry, plane: .native)
        #expect((layout.slices, layout.rows, layout.columns) == (5, 4, 3))
        #expect(volume.slice(2, in: layout).values == (24..<36).map { Float($0) })
        #expect((layout.columnSpacing, layout.rowSpacing, layout.sliceSpacing) == (1, 2, 3))
    }

    @Test func slicesAreScaledAndPaddingIsReplaced() {
        let geometry = Geometry(shape: Shape(3, 1, 1), affine: .identity)
        let volume = Volume(
            geometry: geometry, voxels: .int16([-2000, 0, 7]), scaling: ValueScaling(slope: 2, intercept: -10),
            padding: -2000...(-1999))
        let layout = SliceLayout(geometry, plane: .native)
        #expect(volume.slice(0, in: layout).values == [-4010, -10, 4])
        #expect(volume.slice(0, in: layout, paddingValue: -1).values == [-1, -10, 4])
    }

    /// Every stored type gives the same slice and the same voxel.
    @Test(arguments: [
        VoxelBuffer.uint8([1, 2, 3, 4]), .int8([1, 2, 3, 4]), .uint16([1, 2, 3, 4]), .int16([1, 2, 3, 4]),
        .uint32([1, 2, 3, 4]), .int32([1, 2, 3, 4]), .uint64([1, 2, 3, 4]), .int64([1, 2, 3, 4]),
        .float32([1, 2, 3, 4]), .float64([1, 2, 3, 4]),
    ])
    func everyStoredTypeIsRead(_ voxels: VoxelBuffer) throws {
        let geometry = Geometry(shape: Shape(2, 2, 1), affine: .identity)
        let volume = Volume(geometry: geometry, voxels: voxels)
        #expect(volume.slice(0, in: SliceLayout(geometry, plane: .axial)).values == [1, 3, 2, 4])
        #expect(voxels[3] == 4 && voxels.count == 4)
        let turned = volume.reoriented(to: try #require(Orientation("LAS")))
        #expect((0..<4).map { turned.voxels[$0] } == [2, 1, 4, 3])
        #expect(turned.voxels.typeName == voxels.typeName)
    }
}
