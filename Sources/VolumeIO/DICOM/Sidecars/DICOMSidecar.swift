import Volumes

/// What a series' headers say of how it was taken, under the names and in the units (seconds, degrees, tesla) of BIDS
/// and dcm2niix; ``SidecarField/all`` lists them. It names no patient, no person, no institution, no date, no time
/// of day.
public struct DICOMSidecar: Sendable, Encodable {
    /// A value of the sidecar.
    public enum Value: Sendable, Equatable, Encodable {
        case text(String), number(Double), flag(Bool), texts([String]), numbers([Double])

        /// Writes the bare value.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .flag(let value): try container.encode(value)
            case .texts(let value): try container.encode(value)
            case .numbers(let value): try container.encode(value)
            }
        }
    }

    /// By name.
    public var values: [String: Value] = [:]

    /// Writes the values by their names.
    public func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}

extension DICOMSidecar.Value {
    /// The value without the dust of binary fractions: numbers of nine significant digits. Nil for what is no number.
    var tidied: DICOMSidecar.Value? {
        switch self {
        case .text, .texts, .flag: return self
        case .number(let number): return number.isFinite ? .number(Self.tidied(number)) : nil
        case .numbers(let numbers):
            return numbers.allSatisfy(\.isFinite) ? .numbers(numbers.map(Self.tidied)) : nil
        }
    }

    private static func tidied(_ number: Double) -> Double {
        guard number != 0, Int32(exactly: number) == nil else { return number }
        var (scale, size) = (1e8, abs(number))
        while size >= 10, scale > 1e-200 { (size, scale) = (size / 10, scale / 10) }
        while size < 1, scale < 1e200 { (size, scale) = (size * 10, scale * 10) }
        return (number * scale).rounded() / scale
    }
}

extension DICOMVolumes {
    /// The sidecar of some of the volumes (from 0), or of all.
    ///
    /// Directions name axes of a file whose voxels are stored in `orientation`, nil for the grid's own. Throws when the
    /// first file cannot be opened any more.
    public func sidecar(of chosen: [Int]? = nil, orientation: Orientation? = nil) throws -> DICOMSidecar {
        let described = (chosen ?? Array(0..<count)).map { volumes[$0] }
        let source = try SidecarSource(
            described.isEmpty ? [volumes[0]] : described, of: series, geometry: geometry, orientation: orientation,
            mosaicTiming: sliceTiming)
        var sidecar = DICOMSidecar()
        for field in SidecarField.all { sidecar.values[field.name] = field.read(source)?.tidied }
        return sidecar
    }

    /// b-values in s/mm^2 of the volumes, and their gradients along the voxel axes as FSL wants them (first axis turned
    /// where the affine's determinant is positive, zero where there is none); nil when there is no diffusion weighting,
    /// no directions when they are not known. `notices` say what is left out.
    public var diffusion: (bValues: [Double], directions: [Vec3]?)? {
        gradients.bValues.isEmpty ? nil : (gradients.bValues, gradients.directions)
    }
}
