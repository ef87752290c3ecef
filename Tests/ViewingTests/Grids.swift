import Foundation
import Volumes

@testable import Viewing

/// A grid of 7 x 5 x 3 voxels along R, A and S, stored in another order of axes.
func grid(_ letters: String) -> Geometry {
    let ras = Geometry(
        shape: Shape(7, 5, 3), affine: Affine(i: [0.8, 0, 0], j: [0, 1.5, 0], k: [0, 0, 4], origin: [-20, 11, 250]))
    return Orientation(letters).map { ras.reoriented(to: $0) } ?? ras
}

/// An image whose values tell places apart: 100 x + 10 y + z of the place in mm, times a factor.
func image(_ letters: String, _ voxels: ([Double]) -> VoxelBuffer, scaling: ValueScaling = .identity) -> Volume {
    let geometry = grid(letters)
    let shape = geometry.shape
    let values = (0..<shape.count).map { n -> Double in
        let place = geometry.affine.position(
            of: Vec3(Double(n % shape.i), Double(n / shape.i % shape.j), Double(n / (shape.i * shape.j))))
        return value(at: place)
    }
    return Volume(geometry: geometry, voxels: voxels(values), scaling: scaling)
}

/// A whole number, of another size at each place of the grid.
func value(at place: Vec3) -> Double {
    let step = (place - Vec3(-20, 11, 250)) / Vec3(0.8, 1.5, 4)
    return (100 * step.x + 10 * step.y + step.z).rounded() - 150
}

/// The values that a page of the site has, in the order of its grid, as what the description says they are.
func numbers(_ bytes: [UInt8], _ type: String) -> [Double] {
    bytes.withUnsafeBytes { raw in
        switch type {
        case "uint8": bytes.map(Double.init)
        case "int16":
            stride(from: 0, to: bytes.count, by: 2).map {
                Double(Int16(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: Int16.self)))
            }
        case "uint16":
            stride(from: 0, to: bytes.count, by: 2).map {
                Double(UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt16.self)))
            }
        default:
            stride(from: 0, to: bytes.count, by: 4).map {
                let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
                return Double(Float(bitPattern: bits))
            }
        }
    }
}

/// The parts of the description that tests look at, as the page reads them.
struct Told: Decodable {
    struct Labels: Decodable {
        struct Label: Decodable, Equatable {
            let id: Int
            let name, colour: String
            let voxels: Int
        }

        let type: String
        let table: [Label]
    }

    struct Window: Decodable {
        let name: String
        let lower, upper: Double
    }

    struct FileAxis: Decodable {
        let axis: Int
        let reversed: Bool
    }

    let name, type: String
    let shape, start: [Int]
    let spacing: [Double]
    let affine: [[Double]]
    let fileAxes: [FileAxis]
    let windows: [Window]
    let notices: [String]
    let labels: Labels?

    init(_ server: ViewServer) throws {
        self = try JSONDecoder().decode(Told.self, from: Data(server.get("view.json")?.body ?? []))
    }

    /// mm of each voxel in order.
    var places: [Vec3] {
        (0..<shape.reduce(1, *)).map { n in
            let voxel = [n % shape[0], n / shape[0] % shape[1], n / (shape[0] * shape[1])].map(Double.init)
            return Vec3(
                affine.map { row in row[0] * voxel[0] + row[1] * voxel[1] + row[2] * voxel[2] + row[3] })
        }
    }
}
