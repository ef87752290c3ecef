import Volumes

/// How contours show that a label has a hole.
public enum HoleStyle: String, Sendable, Hashable, CaseIterable {
    /// One contour goes through the label to the hole, around it and the same way back. Every reader gets the hole.
    case keyhole
    /// The hole is a contour of its own. Readers that join contours instead of excluding what two enclose fill it.
    case xor
}

/// How contours are made.
public struct ContourOptions: Sendable, Hashable {
    /// How holes are shown.
    public var holes: HoleStyle
    /// Parts of a label in a slice that are smaller than this, in mm², are left out; 0 leaves none out.
    public var smallestArea: Double

    /// Makes options.
    public init(holes: HoleStyle = .keyhole, smallestArea: Double = 0) {
        (self.holes, self.smallestArea) = (holes, smallestArea)
    }
}

/// A closed polygon on one slice.
public struct LabelContour: Sendable, Hashable {
    /// The slice k that it lies on.
    public var slice: Int
    /// Whether it is the border of a hole. With keyholes none is.
    public var isHole: Bool
    /// Its corners in voxel coordinates (i, j), whole at voxel centres; the last is joined with the first. Where i
    /// grows to the right and j upwards, outer borders are walked counter-clockwise, holes clockwise, at any
    /// orientation in space.
    public var points: [SIMD2<Double>]

    /// Makes a contour.
    public init(slice: Int, isHole: Bool, points: [SIMD2<Double>]) {
        (self.slice, self.isHole, self.points) = (slice, isHole, points)
    }

    /// x, y and z of each corner in mm, LPS as DICOM has it, where `affine` (RAS) places the voxels.
    public func coordinates(_ affine: Affine) -> [Double] {
        let (i, j) = (affine.column(0), affine.column(1))
        let origin = affine.origin + affine.column(2) * Double(slice)
        var coordinates: [Double] = []
        coordinates.reserveCapacity(3 * points.count)
        for point in points {
            let place = origin + i * point.x + j * point.y
            coordinates += [-place.x, -place.y, place.z]
        }
        return coordinates
    }
}

/// The contours of one label.
public struct LabelContours: Sendable, Hashable {
    /// The label.
    public var id: UInt16
    /// Its contours, slices ascending. A hole comes after the contour around it.
    public var contours: [LabelContour] = []
    /// Parts that were left out because they are small, each counted in its slice, and their voxels.
    public var specks = 0, speckVoxels = 0
}

extension Geometry {
    /// Decimals by which coordinates in mm tell a ten-thousandth of the smallest voxel side: 3 to 9.
    public var contourDecimals: Int {
        let sides = spacing
        var (step, decimals) = (1e-3, 3)
        while decimals < 9, step > 1e-4 * min(sides.x, sides.y, sides.z) {
            step /= 10
            decimals += 1
        }
        return decimals
    }
}

extension LabelVolume {
    /// The contours of the labels `ids` (nil: all but 0) in the slices k, by ascending id; labels without voxels are
    /// left out.
    ///
    /// Contours run along the borders of voxels, just inside their label: all its voxel centres and no others lie
    /// inside, at half a voxel from the line. Voxels that touch only at a corner are parts of their own.
    public func contours(_ options: ContourOptions = ContourOptions(), of ids: Set<UInt16>? = nil) -> [LabelContours] {
        var isWanted = [Bool](repeating: ids == nil, count: 65536)
        for id in ids ?? [] { isWanted[Int(id)] = true }
        let shape = geometry.shape
        let voxelArea = geometry.affine.column(0).cross(geometry.affine.column(1)).length
        var gathering = ContourGathering(options: options, voxelArea: voxelArea)
        var finder = SliceBorders(columns: shape.i, rows: shape.j)
        voxels.withUnsafeBufferPointer { voxels in
            let area = shape.i * shape.j
            for k in 0..<shape.k {
                let slice = UnsafeBufferPointer(rebasing: voxels[k * area..<(k + 1) * area])
                gathering.add(finder.borders(of: slice, isWanted: isWanted), slice: k)
            }
        }
        return gathering.labels.values.sorted { $0.id < $1.id }
    }
}

/// Contours by label.
private struct ContourGathering {
    let options: ContourOptions
    /// Of one voxel, in mm².
    let voxelArea: Double
    var labels: [UInt16: LabelContours] = [:]

    mutating func add(_ borders: [SliceBorder], slice: Int) {
        let keyhole = options.holes == .keyhole ? Keyhole(borders) : nil
        let (outer, voxels) = Self.parts(borders)
        for (number, border) in borders.enumerated() {
            let isSmall = Double(voxels[outer[number]]) * voxelArea < options.smallestArea
            if isSmall {
                if border.isHole { continue }
                labels[border.label, default: LabelContours(id: border.label)].specks += 1
                labels[border.label]?.speckVoxels += voxels[number]
            } else if !border.isHole || keyhole == nil {
                let points = keyhole?.polygon(number) ?? border.points
                labels[border.label, default: LabelContours(id: border.label)].contours.append(
                    LabelContour(slice: slice, isHole: border.isHole, points: points))
            }
        }
    }

    /// For each border the outer border of its part, and the voxels of that part under the outer border's number.
    private static func parts(_ borders: [SliceBorder]) -> (outer: [Int], voxels: [Int]) {
        var outer = Array(borders.indices)
        var voxels = [Int](repeating: 0, count: borders.count)
        for (number, border) in borders.enumerated() {
            if let channel = border.channel { outer[number] = outer[channel.border] }
            voxels[outer[number]] += border.voxels
        }
        return (outer, voxels)
    }
}
