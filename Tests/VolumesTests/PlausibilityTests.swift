import Testing
import Volumes

/// Numbers that a file may hold and arithmetic cannot take. Expected values: IEEE 754 and the limits as documented.
@Suite struct PlausibilityTests {
    @Test(arguments: [
        (0.0, 0), (-0.0, 0), (2.9, 2), (-2.9, -2), (Double.nan, 0), (.infinity, .max), (-.infinity, .min),
        (1e30, .max), (-1e30, .min), (1e-300, 0), (0x1p63, .max), (-0x1p63, .min), (0x1p62, 1 << 62),
    ])
    func clampedIntegers(value: Double, expected: Int) { #expect(Int(clamping: value) == expected) }

    @Test(arguments: [
        (Float(-1), UInt16(0)), (65534.9, 65534), (65536, 65535), (.nan, 0), (.infinity, 65535), (1e30, 65535),
    ])
    func clampedLabels(value: Float, expected: UInt16) { #expect(UInt16(clamping: value) == expected) }

    @Test(arguments: [
        (2.5, 3), (-0.4, 0), (Double.nan, nil), (.infinity, nil), (1e30, nil), (0x1p63, nil), (32767.4, 32767),
    ])
    func roundedIntegers(value: Double, expected: Int?) { #expect(Int(rounding: value) == expected) }

    @Test func narrowTypesRefuse() {
        #expect(UInt8(rounding: 255.4) == 255 && UInt8(rounding: 255.5) == nil && UInt8(rounding: -0.6) == nil)
        #expect(UInt8(clamping: 256) == 255 && UInt8(clamping: Float.nan) == 0)
    }

    private func flaw(
        _ i: Vec3 = [1, 0, 0], _ j: Vec3 = [0, 1, 0], _ k: Vec3 = [0, 0, 1], origin: Vec3 = .zero,
        shape: Shape = Shape(10, 10, 10)
    ) -> String? {
        Geometry(shape: shape, affine: Affine(i: i, j: j, k: k, origin: origin)).flaw
    }

    @Test func whatImagesHaveIsPlausible() {
        #expect(flaw() == nil)
        // Light microscopy, an electron microscope's stack, a whole-body scout, a far isocentre.
        #expect(flaw([1e-4, 0, 0], [0, 1e-4, 0], [0, 0, 5e-4]) == nil)
        #expect(flaw([0.25, 0, 0], [0, 0.25, 0], [0, 0, 10]) == nil)
        #expect(flaw(origin: [-12000, 3000, 1e6]) == nil)
        #expect(flaw([1, 0, 0], [0, 1, 0], [0, 0.7, 0.7]) == nil)
    }

    @Test func whatNoImageHasIsNamed() {
        #expect(flaw([1e20, 0, 0]) == "voxels along i lie 1e+20 mm apart, which is not 0.0001 to 10000 mm")
        #expect(
            flaw([1, 0, 0], [0, 1e-30, 0]) == "voxels along j lie 1e-30 mm apart, which is not 0.0001 to 10000 mm")
        #expect(flaw([1, 0, 0], [0, 1, 0], [0, 0, 0]) == "axis k has no length")
        #expect(flaw([1, 0, 0], [0, .nan, 0]) == "an entry is nan")
        #expect(flaw([1, 0, 0], [0, 1e300, 0])?.hasPrefix("voxels along j lie inf mm apart") == true)
        #expect(
            flaw(origin: [0, -1e30, 0])
                == "the first voxel lies at y = -1e+30 mm, which is not at most 1000000 mm from the origin")
        #expect(flaw([1, 0, 0], [1, 1e-9, 0]) == "the axes lie in one plane")
        #expect(
            flaw([5000, 0, 0], shape: Shape(1000, 2, 2))
                == "1000 voxels of 5000.0 mm along i are longer than 1000000.0 mm")
    }
}
