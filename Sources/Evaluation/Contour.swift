import Volumes

/// A surface drawn between the voxel centres of a mask and those around it.
///
/// Its points lie where eight voxels meet. At each of them stands a piece of surface (surfel), as marching cubes cut it
/// between those eight centres (Lorensen and Cline, SIGGRAPH 1987): halfway between a centre inside and one outside.
struct Contour {
    /// How many points there are along each axis: one fewer than voxels.
    let shape: Shape
    /// Places of the points that have surface, in an array of that shape.
    private(set) var places: [Int] = []
    /// The surface at each of them, in mm^2.
    private(set) var areas: [Double] = []

    /// Draws the surface of a mask whose border is background.
    init(of mask: [UInt8], _ voxels: Shape, areaOfCode: [Double]) {
        shape = Shape(voxels.i - 1, voxels.j - 1, voxels.k - 1)
        let (row, slice) = (voxels.stride(1), voxels.stride(2))
        mask.withUnsafeBufferPointer { mask in
            var place = 0
            for k in 0..<shape.k {
                for j in 0..<shape.j {
                    for first in k * slice + j * row..<k * slice + j * row + shape.i {
                        let near = square(mask, first, row)
                        let code = near | square(mask, first + slice, row) << 4
                        if code != 0, code != 255 {
                            places.append(place)
                            areas.append(areaOfCode[code])
                        }
                        place += 1
                    }
                }
            }
        }
    }
}

/// Four voxels of a slice as bits: i in bit 0, j in bit 1.
private func square(_ mask: UnsafeBufferPointer<UInt8>, _ first: Int, _ row: Int) -> Int {
    Int(mask[first] | mask[first + 1] << 1 | mask[first + row] << 2 | mask[first + row + 1] << 3)
}

/// The area in mm^2 of the surface between eight voxel centres, for each of the 256 ways in which they can lie inside a
/// mask: centre n (its bits are its places along i, j, k) is inside when bit n is set.
///
/// The fewer of the centres, inside or outside, are the ones that the surface surrounds, and those of them that share
/// no edge of the cube are surrounded apart. That, and how the polygons that are not flat are divided, is as in
/// DeepMind's surface-distance.
func surfelAreas(spacing: Vec3) -> [Double] {
    (0..<256).map { code in
        let surrounded = code.nonzeroBitCount > 4 ? 255 - code : code
        return connectedGroups(surrounded).reduce(0) { $0 + CornerGroup(corners: $1).area(half: spacing / 2) }
    }
}

/// Parts of a set of a cube's corners that hang together along edges.
private func connectedGroups(_ corners: Int) -> [Int] {
    var (rest, groups) = (corners, [Int]())
    while rest != 0 {
        var group = rest & -rest
        var size = 0
        while size != group.nonzeroBitCount {
            size = group.nonzeroBitCount
            for corner in 0..<8 where group >> corner & 1 == 1 {
                for axis in 0..<3 { group |= rest & 1 << (corner ^ 1 << axis) }
            }
        }
        groups.append(group)
        rest &= ~group
    }
    return groups
}

/// Up to four corners of a cube that hang together along edges.
private struct CornerGroup {
    let corners: Int

    private func contains(_ corner: Int) -> Bool { corners >> corner & 1 == 1 }

    /// How many neighbours in the group a corner has.
    private func neighbours(_ corner: Int) -> Int { (0..<3).count { contains(corner ^ 1 << $0) } }

    /// Edges along an axis that join two of the group.
    private func edges(_ axis: Int) -> Int {
        (0..<8).count { $0 >> axis & 1 == 0 && contains($0) && contains($0 | 1 << axis) }
    }

    /// The area that cuts the group from the other corners; `half` is half the cube's size.
    func area(half: Vec3) -> Double {
        let faces = Vec3(half.y * half.z, half.z * half.x, half.x * half.y)
        // The triangle that cuts off one corner.
        let triangle = faces.length / 2
        let axis = { (edges: Int) in (0..<3).first { self.edges($0) == edges } ?? 0 }
        switch corners.nonzeroBitCount {
        case 1: return triangle
        case 2:
            // A rectangle along the edge.
            let along = axis(1)
            return 2 * half[along] * diagonal(half, (along + 1) % 3, (along + 2) % 3)
        case 3:
            // A pentagon: a triangle parallel to the three corners, and a trapezium of three small triangles.
            return 2 * faces[axis(0)] + 3 * triangle
        default:
            if (0..<3).contains(where: { edges($0) == 2 }) { return 4 * faces[axis(0)] }
            // A flat hexagon around a corner with its three neighbours, or one along a chain of corners.
            return (0..<8).contains { contains($0) && neighbours($0) == 3 } ? 6 * triangle : chain(half, triangle)
        }
    }

    /// The bent hexagon of four corners in a row whose three edges run along three axes: four triangles from the place
    /// where an end of the row meets an end of the row of the others.
    private func chain(_ half: Vec3, _ triangle: Double) -> Double {
        let inner = (0..<8).filter { contains($0) && neighbours($0) == 2 }
        let middle = (inner[0] ^ inner[1]).trailingZeroBitCount
        let (first, last) = ((middle + 1) % 3, (middle + 2) % 3)
        return half[last] * diagonal(half, first, middle) + half[first] * diagonal(half, middle, last) + 4 * triangle
    }

    private func diagonal(_ size: Vec3, _ a: Int, _ b: Int) -> Double {
        (size[a] * size[a] + size[b] * size[b]).squareRoot()
    }
}
