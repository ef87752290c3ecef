import Volumes

/// A plane as a radiologist's screen shows it: the patient's right on the left, superior and anterior up, anterior on
/// the left of a sagittal picture.
enum DisplayPlane: CaseIterable {
    case axial, coronal, sagittal

    /// The plane of a slice plane; `native` slices are shown in the plane that k crosses most nearly.
    init(_ plane: SlicePlane, in geometry: Geometry) {
        switch plane {
        case .axial: self = .axial
        case .coronal: self = .coronal
        case .sagittal: self = .sagittal
        case .native:
            let o = geometry.orientation
            self = o.superior.axis == 2 ? .axial : o.anterior.axis == 2 ? .coronal : .sagittal
        }
    }

    /// A layout whose rows run down and whose columns run right on the screen.
    func layout(_ geometry: Geometry) -> SliceLayout {
        let o = geometry.orientation
        let (left, posterior, inferior) = (o.right.opposite, o.anterior.opposite, o.superior.opposite)
        return switch self {
        case .axial: SliceLayout(geometry, slice: o.superior, row: posterior, column: left)
        case .coronal: SliceLayout(geometry, slice: o.anterior, row: inferior, column: left)
        case .sagittal: SliceLayout(geometry, slice: o.right, row: inferior, column: posterior)
        }
    }

    /// The letters at the left, right, top and bottom edge.
    var edges: (left: Character, right: Character, top: Character, bottom: Character) {
        switch self {
        case .axial: ("R", "L", "A", "P")
        case .coronal: ("R", "L", "S", "I")
        case .sagittal: ("A", "P", "S", "I")
        }
    }
}

extension DisplayPlane {
    /// The axis of space that the plane is across: 0 right, 1 anterior, 2 superior.
    var axis: Int { self == .sagittal ? 0 : self == .coronal ? 1 : 2 }

    /// The letters of the directions along that axis.
    var away: (positive: Character, negative: Character) {
        switch self {
        case .axial: ("S", "I")
        case .coronal: ("A", "P")
        case .sagittal: ("R", "L")
        }
    }

    /// The voxel axis along which slices are counted.
    func across(_ geometry: Geometry) -> Orientation.SignedAxis {
        let o = geometry.orientation
        return [o.right, o.anterior, o.superior][axis]
    }
}

extension Orientation.SignedAxis {
    /// The same axis walked the other way.
    fileprivate var opposite: Self { Self(axis: axis, reversed: !reversed) }
}
