import Foundation
import Volumes

/// Colours as DICOM has them: CIE L*a*b* of the ICC profile connection space, white D50 (PS3.3 C.10.7.1.1; ICC.1:2010
/// annex A; the matrix is IEC 61966-2-1's, adapted to D50 after Bradford).
extension Colour {
    private static let toXYZ: [Vec3] = [
        [0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733],
    ]
    private static let fromXYZ: [Vec3] = [
        [3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
    private static let white = Vec3(0.96422, 1, 0.82521)

    /// L* 0 to 100 as 0 to 65535, a* and b* -128 to 127 as 0 to 65535.
    var dicomCIELab: (lightness: UInt16, a: UInt16, b: UInt16) {
        let linear = Vec3(Self.linear(red), Self.linear(green), Self.linear(blue))
        let f = (0..<3).map { Self.cubeRoot(Self.toXYZ[$0].dot(linear) / Self.white[$0]) }
        let scaled = { (value: Double) in UInt16(clamping: Int(clamping: value.rounded())) }
        return (
            scaled((116 * f[1] - 16) * 655.35), scaled((500 * (f[0] - f[1]) + 128) * 257),
            scaled((200 * (f[1] - f[2]) + 128) * 257)
        )
    }

    /// The nearest colour of sRGB.
    init(dicomCIELab lightness: UInt16, _ a: UInt16, _ b: UInt16) {
        let middle = (Double(lightness) / 655.35 + 16) / 116
        let f = [middle + (Double(a) / 257 - 128) / 500, middle, middle - (Double(b) / 257 - 128) / 200]
        let xyz = Vec3((0..<3).map { Self.cube(f[$0]) * Self.white[$0] })
        let bytes = Self.fromXYZ.map { Self.byte($0.dot(xyz)) }
        self.init(bytes[0], bytes[1], bytes[2])
    }

    private static func linear(_ byte: UInt8) -> Double {
        let value = Double(byte) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func byte(_ linear: Double) -> UInt8 {
        let value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
        return UInt8(clamping: Int(clamping: (value * 255).rounded()))
    }

    private static let edge = 6.0 / 29

    private static func cubeRoot(_ t: Double) -> Double {
        t > edge * edge * edge ? pow(t, 1.0 / 3) : t / (3 * edge * edge) + 4.0 / 29
    }

    private static func cube(_ f: Double) -> Double {
        f > edge ? f * f * f : 3 * edge * edge * (f - 4.0 / 29)
    }
}
