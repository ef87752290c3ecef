import Testing
import Volumes

@Suite struct VoxelBoxTests {
    private let geometry = Geometry(
        shape: Shape(7, 6, 5), affine: Affine(i: [0, -2, 0], j: [1.5, 0, 0], k: [0, 0.3, 4], origin: [10, -20, 30]))
    private let box = VoxelBox(i: 2..<6, j: 1..<3, k: 3..<5)

    /// Every voxel of a part has the value and the place in space that it has in the whole.
    @Test func voxelsStayWhereTheyAre() {
        let values = (0..<210).map { Int16($0) }
        let origins = (0..<5).map { SliceOrigin(sopInstanceUID: "1.\($0)") }
        let volume = Volume(
            geometry: geometry, voxels: .int16(values), scaling: ValueScaling(slope: 2, intercept: 1), modality: "CT",
            padding: 3...4, origins: origins)
        let part = volume.cropped(to: box)
        #expect(part.geometry.shape == Shape(4, 2, 2))
        #expect(part.scaling == volume.scaling && part.modality == "CT" && part.padding == 3...4)
        #expect(part.origins == Array(origins[3..<5]))
        guard case .int16(let kept) = part.voxels else { return }
        for k in 0..<2 {
            for j in 0..<2 {
                for i in 0..<4 {
                    let whole = Vec3(Double(i + 2), Double(j + 1), Double(k + 3))
                    #expect(kept[(k * 2 + j) * 4 + i] == values[((k + 3) * 6 + j + 1) * 7 + i + 2])
                    let (here, there) = (
                        part.geometry.affine.position(of: Vec3(Double(i), Double(j), Double(k))),
                        geometry.affine.position(of: whole)
                    )
                    #expect((0..<3).allSatisfy { abs(here[$0] - there[$0]) < 1e-12 })
                }
            }
        }
    }

    @Test func everyStoredTypeCanBeCropped() {
        let count = 210
        let buffers: [VoxelBuffer] = [
            .uint8((0..<count).map { UInt8($0) }), .int8((0..<count).map { Int8($0 / 2) }),
            .uint16((0..<count).map { UInt16($0) }), .int16((0..<count).map { Int16($0) }),
            .uint32((0..<count).map { UInt32($0) }), .int32((0..<count).map { Int32($0) }),
            .uint64((0..<count).map { UInt64($0) }), .int64((0..<count).map { Int64($0) }),
            .float32((0..<count).map { Float($0) }), .float64((0..<count).map { Double($0) }),
        ]
        for buffer in buffers {
            let volume = Volume(geometry: geometry, voxels: buffer)
            let layout = SliceLayout(geometry, plane: .native)
            let part = volume.cropped(to: box)
            let slice = part.slice(1, in: SliceLayout(part.geometry, plane: .native))
            let whole = volume.slice(4, in: layout)
            #expect(slice.values == (1..<3).flatMap { row in (2..<6).map { whole.values[row * 7 + $0] } })
        }
    }

    @Test func labelsGoBackToWhereTheyWere() {
        var map = LabelVolume(geometry: geometry)
        for (n, at) in [(1, 4, 3, 2), (2, 5, 1, 3), (9, 2, 2, 4)].enumerated() {
            map.voxels[(at.3 * 6 + at.2) * 7 + at.1] = UInt16([1, 2, 9][n])
        }
        #expect(map.box(of: [1, 2, 9]) == VoxelBox(i: 2..<6, j: 1..<4, k: 2..<5))
        #expect(map.box(of: [2]) == VoxelBox(i: 5..<6, j: 1..<2, k: 3..<4))
        #expect(map.box(of: [3]) == nil)
        let part = map.cropped(to: box)
        var expected = map
        // Label 1 lies outside the box.
        expected.voxels[(2 * 6 + 3) * 7 + 4] = 0
        #expect(part.pasted(into: geometry, at: box) == expected)
    }
}
