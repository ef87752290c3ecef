import VolumeIO

/// A value that a person gives for a sidecar.
public indirect enum SidecarChange: Sendable, Hashable, Encodable {
    case text(String), number(Double), truth(Bool), list([SidecarChange])

    /// Writes the bare value; a whole number without a fraction.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .truth(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        }
    }
}

/// A sidecar with what a person says besides, or instead.
struct ChangedSidecar: Encodable {
    private enum Value: Encodable {
        case read(DICOMSidecar.Value), given(SidecarChange)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .read(let value): try value.encode(to: encoder)
            case .given(let value): try value.encode(to: encoder)
            }
        }
    }

    private let values: [String: Value]

    init(_ sidecar: DICOMSidecar, _ changes: [String: SidecarChange]) {
        values = sidecar.values.mapValues(Value.read).merging(changes.mapValues(Value.given)) { $1 }
    }

    func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}
