import TestSupport
import Testing
import VolumeIO
import Volumes

/// Headers and gzip streams with bytes changed at random: each ends in an error of the reader's own that names the
/// file,
/// or in a volume as large as its grid. Crashes, and with the address sanitizer bad accesses, end the run.
struct NIfTIFuzzTests {
    let folder = TemporaryFolder()

    @Test(arguments: [1, 2], [false, true])
    func changedBytesNeverDoMoreThanFail(version: Int, compressed: Bool) throws {
        let path = folder.file("x.nii")
        var random = Generator(state: UInt64(version * 2 + (compressed ? 1 : 0)))
        var (read, refused) = (0, 0)
        for _ in 0..<500 {
            var file = NIfTITestFile(dims: [4, 3, 2, 2], datatype: 4, bitpix: 16, version: version)
            if compressed { file.bytes = gzip(file.bytes) }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<file.bytes.count, using: &random)
                file.bytes[at] = [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)]
                    .randomElement(using: &random)!
            }
            if Int.random(in: 0..<8, using: &random) == 0 {
                file.bytes.removeLast(Int.random(in: 1..<file.bytes.count, using: &random))
            }
            file.write(to: path)
            do {
                let volume = try NIfTI.readVolume(path)
                #expect(volume.voxels.count == volume.geometry.shape.count)
                #expect(volume.geometry.affine.isUsable)
                read += 1
            } catch let error as VolumeFileError {
                #expect(error.description.hasPrefix(path))
                refused += 1
            }
        }
        #expect(read > 0 && refused > 0, "\(read) read, \(refused) refused: both ways are gone")
    }

    /// Knuth's 64-bit linear congruential generator: the same changes in every run.
    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }
}
