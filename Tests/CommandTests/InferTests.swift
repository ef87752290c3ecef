import Foundation
import Platform
import TestSupport
import Testing

@testable import tomos

@Suite("infer and NumPy files")
struct InferTests {
    typealias Array2D = tomos.NumPyArray
    let folder = TemporaryFolder()

    @Test(
        "Logits are the official implementation's, from its own file",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"), arguments: ["s01", "s05", "s16"])
    func parity(name: String) throws {
        let run = Program(folder: folder)
        let outcome = try run(
            "infer", "--weights", SharedFolder.file("parity/universeg_random_7.pt"), "--target",
            SharedFolder.file("parity/\(name)_target.npy"), "--support-images",
            SharedFolder.file("parity/\(name)_support_images.npy"), "--support-labels",
            SharedFolder.file("parity/\(name)_support_labels.npy"), "-o", "logits.npy", "--repeat", "2")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("ms per query over 2 runs: min "))
        let ours = try Array2D(path: folder.file("logits.npy"))
        // Computed in float64 by the official code (shared/parity).
        let theirs = try Array2D(path: SharedFolder.file("parity/\(name)_logits_float64.npy"))
        #expect(ours.shape == theirs.shape)
        #expect(zip(ours.values, theirs.values).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(zip(ours.values, theirs.values).allSatisfy { ($0 > 0) == ($1 > 0) })
    }

    @Test("Arrays that do not fit are refused with both shapes")
    func mismatch() throws {
        let square = Array2D(shape: [1, 64, 64], values: Array(repeating: 0, count: 4096))
        let line = Array2D(shape: [4096], values: square.values)
        let small = Array2D(shape: [2, 32, 32], values: Array(repeating: 0, count: 2048))
        let paths = ("t", "i", "l")
        #expect(throws: NumPyError.self) { try InferCommand.checkedSide(line, square, square, paths: paths) }
        #expect(
            throws: NumPyError.malformed(
                "i", "shape [2, 32, 32]: expected [S, 64, 64] or [S, 1, 64, 64], as the target's slices")
        ) { try InferCommand.checkedSide(square, small, square, paths: paths) }
        #expect(throws: NumPyError.malformed("l", "shape [2, 32, 32]: expected [1, 64, 64], as the support images")) {
            try InferCommand.checkedSide(square, square, small, paths: paths)
        }
        #expect(try InferCommand.checkedSide(square, square, square, paths: paths) == 64)
    }

    @Test("What is written is read again", arguments: [[], [3], [2, 3], [2, 1, 2, 2]])
    func roundTrip(shape: [Int]) throws {
        let array = Array2D(shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) * 0.1 - 1 })
        let path = folder.file("a.npy")
        try array.write(to: path)
        #expect(try Array2D(path: path) == array)
        #expect(
            array.fileBytes.count == 64 * 2 + array.values.count * 4 || shape.isEmpty || array.fileBytes.count % 4 == 0)
    }

    /// A file as numpy.save lays it out, with any header text.
    static func file(_ header: String, data: Int, version: UInt8 = 1) -> Data {
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
        let length = header.utf8.count
        bytes += [UInt8(length & 255), UInt8(length >> 8)] + (version == 1 ? [] : [0, 0])
        return Data(bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data))
    }

    @Test("Version 2 and float64 are read")
    func otherKinds() throws {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"
        var data = Self.file(header, data: 0, version: 2)
        for value in [1.5, -2.25] { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        #expect(try Array2D(data, path: "x") == Array2D(shape: [2], values: [1.5, -2.25]))
    }

    @Test(
        "Files that are no such arrays",
        arguments: [
            (Data("hello, this is text".utf8), "x.npy: not a .npy file (save the array with numpy.save)"),
            (Data(), "x.npy: not a .npy file (save the array with numpy.save)"),
            (file("", data: 0, version: 3), "x.npy: .npy version 3.0 is not read, 1.0 and 2.0 are"),
            (Data(file("{}", data: 0).prefix(11)), "x.npy: the header states 2 bytes, the file has 11"),
            (file("{'descr': '<f4'}", data: 0), "x.npy: the header is not a NumPy array's"),
            (
                file("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", data: 4),
                "x.npy: values of type '<i4' are not read (use array.astype('<f4'))"
            ),
            (
                file("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", data: 4),
                "x.npy: the array is in Fortran order (use numpy.ascontiguousarray)"
            ),
            (
                file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", data: 15),
                "x.npy: shape [2, 2] needs 16 bytes of data, the file has 15"
            ),
            (
                file("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", data: 0),
                "x.npy: the shape [4294967296, 4294967296] is too large"
            ),
            (
                file("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", data: 0),
                "x.npy: the shape (99999999999999999999,) is not one"
            ),
        ])
    func malformed(data: Data, message: String) {
        let error = #expect(throws: NumPyError.self) { try Array2D(data, path: "x.npy") }
        #expect(error?.description == message)
    }

    @Test("Tables line up, numbers to the right, nothing at line ends")
    func textTable() {
        var table = TextTable(["name", ">n", "note"])
        table.add(["a", "10", "x"])
        table.add(["long name", "5"])
        table.add(["two\nlines", "1", ""])
        #expect(
            table.text == """
                name        n  note
                ---------  --  ----
                a          10  x
                long name   5
                two lines   1
                """)
    }
}
