import Volumes

/// The diffusion weighting of the volumes of a series, as FSL's `.bval` and `.bvec` hold it.
struct DICOMGradientTable: Sendable {
    /// s/mm^2, one for each volume; empty when nothing is weighted or a volume's weighting is not known.
    private(set) var bValues: [Double] = []
    /// Along the voxel axes, the first turned where the affine's determinant is positive, as FSL wants it; zero for
    /// volumes without a direction. Nil when weighted volumes state none, and do not say that they have none.
    private(set) var directions: [Vec3]?
    /// What is not in the files, and why.
    private(set) var notices: [String] = []

    /// Weighting up to here is that of a reference volume: it needs no direction. s/mm^2
    static let reference = 50.0

    /// The table of images (one of each volume) on a grid.
    init(_ images: [DICOMImageHeader], _ geometry: Geometry) {
        let stated = images.map(\.acquisition.diffusion)
        guard stated.contains(where: { ($0.bValue ?? 0) > 0 }) else { return }
        let without = stated.indices.filter { stated[$0].bValue == nil }
        let unknown = without.filter {
            (stated[$0].gradient ?? .zero) != .zero
                || !DICOMComponent.diffusionMaps.isDisjoint(with: images[$0].imageType)
        }
        guard unknown.isEmpty else {
            notices.append("\(Self.list(unknown)) no b-value: no .bval and no .bvec for the series")
            return
        }
        if !without.isEmpty {
            notices.append("\(Self.list(without)) no b-value, others of the series do: it is taken for b = 0")
        }
        bValues = stated.map { $0.bValue ?? 0 }
        fillDirections(stated, images[0], geometry)
    }

    private mutating func fillDirections(
        _ stated: [DICOMDiffusion], _ image: DICOMImageHeader, _ geometry: Geometry
    ) {
        let weighted = bValues.indices.filter { bValues[$0] > 0 }
        let needing = weighted.filter { bValues[$0] > Self.reference }
        let missing = needing.filter { stated[$0].gradient == nil }
        let directed = weighted.filter { (stated[$0].gradient ?? .zero) != .zero }
        guard missing.isEmpty || !directed.isEmpty else {
            notices.append("no .bvec: \(Self.list(missing)) no direction of the gradient")
            return
        }
        let isotropic = needing.filter { stated[$0].gradient == .zero }
        if !isotropic.isEmpty {
            notices.append(
                "\(Self.list(isotropic)) a b-value and no direction (isotropic, trace): 0 0 0 in .bvec")
        }
        if !missing.isEmpty {
            notices.append(
                "\(Self.list(missing)) no direction of the gradient, others of the series do: 0 0 0 in .bvec")
        }
        for caution in Set(directed.compactMap { stated[$0].caution }).sorted() { notices.append(caution) }
        // The third axis is the slice normal on the side of the rising slices, of which a stack that leans is a little
        // off. DICOM's axes are LPS, the affine's RAS: the determinant is the same.
        let toLPS = Vec3(-1, -1, 1)
        let normal = image.normal
        let across = (geometry.affine.column(2) * toLPS).dot(normal) < 0 ? -normal : normal
        let flip: Double = geometry.affine.determinant > 0 ? -1 : 1
        directions = zip(stated, bValues).map { diffusion, b -> Vec3 in
            guard let g = diffusion.gradient, g != .zero, b > 0 else { return .zero }
            return [flip * g.dot(image.rowDirection), g.dot(image.columnDirection), g.dot(across)]
        }
    }

    /// `volume 3 states`, `volumes 1, 2 state`.
    private static func list(_ volumes: [Int]) -> String {
        let shown = volumes.prefix(6).map { "\($0)" }.joined(separator: ", ") + (volumes.count > 6 ? ", ..." : "")
        return volumes.count == 1 ? "volume \(shown) states" : "volumes \(shown) state"
    }
}
