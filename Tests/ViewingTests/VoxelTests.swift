import Foundation
import Preparation
import Testing
import Volumes

@testable import Viewing

/// What the page gets is the image: every voxel at its place in space, whatever the order and type of the file's.
struct VoxelTests {
    static let orders = ["RAS", "LPS", "LAS", "PIR", "SAR", "ILP", "ASL"]

    private static func check(_ volume: Volume, _ type: String, _ expected: (Vec3) -> Double = value(at:)) throws {
        let server = try ViewServer(ViewContent(name: "case", volume: volume))
        defer { server.close() }
        let told = try Told(server)
        #expect(told.type == type)
        #expect(told.shape == [7, 5, 3])
        let values = numbers(server.get("image.bin")?.body ?? [], told.type)
        #expect(values == told.places.map(expected))
        // The places are those of the file, too.
        let shape = volume.geometry.shape
        for (n, place) in told.places.enumerated() {
            var own = [0.0, 0, 0]
            let voxel = [n % 7, n / 7 % 5, n / 35]
            for (axis, file) in told.fileAxes.enumerated() {
                own[file.axis] = Double(file.reversed ? shape[file.axis] - 1 - voxel[axis] : voxel[axis])
            }
            #expect((volume.geometry.affine.position(of: Vec3(own)) - place).length < 1e-9)
        }
    }

    @Test(arguments: orders)
    func wholeNumbersAreSentAsInt16(_ order: String) throws {
        try Self.check(image(order, { .int16($0.map { Int16($0) }) }), "int16")
        try Self.check(image(order, { .float64($0) }), "int16")
        try Self.check(image(order, { .int32($0.map { Int32($0) }) }), "int16")
    }

    @Test(arguments: orders)
    func othersAreSentAsFloat32(_ order: String) throws {
        try Self.check(image(order, { .float32($0.map { Float($0 / 8) }) }), "float32") { value(at: $0) / 8 }
        try Self.check(image(order, { .int32($0.map { Int32($0) * 1000 }) }), "float32") { value(at: $0) * 1000 }
    }

    @Test func scalingIsApplied() throws {
        let half = image("LPS", { .uint16($0.map { UInt16($0 + 1024) }) }, scaling: .init(slope: 1, intercept: -1024))
        try Self.check(half, "int16")
        let quarter = image("PIR", { .int16($0.map { Int16($0) }) }, scaling: .init(slope: 0.25, intercept: 3))
        try Self.check(quarter, "float32") { value(at: $0) * 0.25 + 3 }
    }

    @Test func notANumberStaysSo() throws {
        var values = [Float](repeating: 1, count: 105)
        (values[4], values[5]) = (.nan, .infinity)
        let volume = Volume(geometry: grid("RAS"), voxels: .float32(values))
        let server = try ViewServer(ViewContent(name: "case", volume: volume))
        defer { server.close() }
        let sent = numbers(server.get("image.bin")?.body ?? [], "float32")
        #expect(sent.count == 105 && sent[4].isNaN && sent[5] == .infinity && sent[6] == 1)
    }

    @Test func theEndsOfInt16AreKept() throws {
        for (ends, type) in [([-32768.0, 32767], "int16"), ([-32769, 0], "float32"), ([0, 32768], "float32")] {
            var values = [Double](repeating: 0, count: 105)
            (values[7], values[100]) = (ends[0], ends[1])
            let volume = Volume(geometry: grid("RAS"), voxels: .float64(values))
            let server = try ViewServer(ViewContent(name: "case", volume: volume))
            defer { server.close() }
            #expect(try Told(server).type == type)
            #expect(numbers(server.get("image.bin")?.body ?? [], type) == values)
        }
    }

    /// A volume of several pieces of 1 MiB, the last one not full.
    @Test func aVolumeComesWholeInPieces() throws {
        let geometry = Geometry(shape: Shape(301, 257, 23), affine: .identity)
        let values = (0..<geometry.shape.count).map { Int16(truncatingIfNeeded: $0 &* 40503 >> 3) }
        let server = try ViewServer(
            ViewContent(name: "case", volume: Volume(geometry: geometry, voxels: .int16(values))))
        defer { server.close() }
        let answer = server.get("image.bin")
        #expect(answer?.headers["content-length"] == "\(2 * values.count)")
        #expect(numbers(answer?.body ?? [], "int16") == values.map(Double.init))
    }

    @Test(arguments: [(UInt16(255), "uint8"), (256, "uint16"), (65535, "uint16")])
    func labelsComeAtTheirPlaces(_ largest: UInt16, _ type: String) throws {
        let volume = image("RAS", { .float64($0) })
        // Stored in another order than the image is.
        let stored = grid("LPS")
        var labels = LabelVolume(geometry: stored)
        labels.voxels[3] = largest
        labels.voxels[104] = 7
        let table = LabelTable([LabelEntry(id: 7, name: "seven\n<b>", colour: Colour(255, 0, 16))])
        let server = try ViewServer(ViewContent(name: "case", volume: volume, labels: labels, table: table))
        defer { server.close() }
        let told = try Told(server)
        #expect(told.labels?.type == type)
        #expect(
            told.labels?.table.map { "\($0.id) \($0.name) \($0.voxels)" } == [
                "7 seven <b> 1", "\(largest) label \(largest) 1",
            ])
        #expect(told.labels?.table[0].colour == "#ff0010")
        let sent = numbers(server.get("labels.bin")?.body ?? [], type)
        let found = sent.indices.filter { sent[$0] != 0 }
        // Voxel 3 of the file is 3 to the left of its first one, which lies farthest right, front and down.
        let right = stored.affine.position(of: Vec3(3, 0, 0))
        let last = stored.affine.position(of: Vec3(6, 4, 2))
        #expect(found.map { sent[$0] } == [Double(largest), 7])
        #expect((told.places[found[1]] - last).length < 1e-9)
        #expect((told.places[found[0]] - right).length < 1e-9)
    }

    @Test func labelsOfAnotherGridAreRefused() {
        let labels = LabelVolume(geometry: Geometry(shape: Shape(7, 5, 3), affine: .identity))
        #expect(throws: ViewError.otherGrid(shape: Shape(7, 5, 3), of: Shape(7, 5, 3))) {
            try ViewContent(name: "case", volume: image("RAS", { .float64($0) }), labels: labels)
        }
    }
}
