import Foundation
import Platform

/// What is done to the place of a patch in a volume: mirroring, then magnification, then rotation, about its centre.
struct PatchTransform {
    /// Magnification of what the patch shows, along z, y, x.
    var scale = SIMD3<Double>(repeating: 1)
    /// Angles about z (turns x towards y), y (z towards x) and x (y towards z), in radians.
    var angles = SIMD3<Double>(repeating: 0)
    /// -1 along mirrored axes, else 1.
    var signs = SIMD3<Double>(repeating: 1)

    /// A vector of mm along z, y, x from the patch's centre to the volume's around the same point.
    func callAsFunction(_ offset: SIMD3<Double>) -> SIMD3<Double> {
        let v = offset * signs / scale
        let (c, s) = (Self.map(angles, cos), Self.map(angles, sin))
        let aboutX = SIMD3(c[2] * v[0] + s[2] * v[1], c[2] * v[1] - s[2] * v[0], v[2])
        let aboutY = SIMD3(c[1] * aboutX[0] - s[1] * aboutX[2], aboutX[1], s[1] * aboutX[0] + c[1] * aboutX[2])
        return SIMD3(aboutY[0], c[0] * aboutY[1] + s[0] * aboutY[2], c[0] * aboutY[2] - s[0] * aboutY[1])
    }

    private static func map(_ v: SIMD3<Double>, _ function: (Double) -> Double) -> SIMD3<Double> {
        SIMD3(function(v[0]), function(v[1]), function(v[2]))
    }
}

extension PatchTransform {
    /// A transform of a varied patch; for flat volumes one that leaves slices what they are.
    init(drawnFor augmentation: Augmentation, isFlat: Bool, using random: inout SplitMix64) {
        let spread = random.chance(augmentation.wideScale) ? augmentation.wideScaleFactor : 1
        let whole = spread * augmentation.scale * random.normal()
        for axis in (isFlat ? 1 : 0)..<3 { scale[axis] = exp(whole + augmentation.scalePerAxis * random.normal()) }
        if isFlat {
            angles[0] =
                random.chance(augmentation.fullTurn)
                ? random.uniform(-.pi...(.pi)) : augmentation.flatRotation * random.normal()
        } else {
            let wide = random.chance(augmentation.wideRotation) ? augmentation.wideFactor : 1
            for axis in 0..<3 { angles[axis] = wide * augmentation.rotation * random.normal() }
        }
        let mirroring = augmentation.mirroring
        for (axis, isMirrored) in [mirroring.z, mirroring.y, mirroring.x].enumerated() where isMirrored {
            signs[axis] = random.chance(0.5) ? -1 : 1
        }
    }
}

/// Where the voxels of a patch lie in a volume, in its voxels, without elastic deformation.
struct PatchGrid {
    /// The place of the patch's first voxel.
    let start: SIMD3<Double>
    /// From one voxel of the patch to the next along z, y, x.
    let steps: [SIMD3<Double>]
    /// What one mm along z, y, x of the patch is in the volume.
    let stepsPerMillimetre: [SIMD3<Double>]

    /// `centre` is the patch's centre in voxels of the volume; spacings in mm. A flat patch takes slice by slice,
    /// however thick they are.
    init(
        _ transform: PatchTransform, centre: SIMD3<Double>, size: SIMD3<Int>, spacing: SIMD3<Double>,
        volumeSpacing: SIMD3<Double>, isFlat: Bool
    ) {
        var spacing = spacing
        if isFlat { spacing[0] = volumeSpacing[0] }
        let units = (0..<3).map { axis in
            var unit = SIMD3<Double>(repeating: 0)
            unit[axis] = 1
            return unit
        }
        // Multiplied before it is divided: equal spacings leave an undistorted grid exactly on the voxels.
        steps = (0..<3).map { spacing[$0] * transform(units[$0]) / volumeSpacing }
        stepsPerMillimetre = units.map { transform($0) / volumeSpacing }
        var start = centre
        for axis in 0..<3 { start -= Double(size[axis] - 1) / 2 * steps[axis] }
        self.start = start
    }
    /// The places of a row of the patch's voxels (z, y, x, 0).
    func places(_ places: UnsafeMutablePointer<SIMD4<Float>>, z: Int, y: Int, count: Int) {
        let first = Self.rounded(start + Double(z) * steps[0] + Double(y) * steps[1])
        let step = Self.rounded(steps[2])
        for x in 0..<count { places[x] = first + Float(x) * step }
    }

    private static func rounded(_ v: SIMD3<Double>) -> SIMD4<Float> { SIMD4(Float(v[0]), Float(v[1]), Float(v[2]), 0) }
}
