import TestSupport
import Testing
import VolumeIO
import Volumes

/// Compressed files, whole and damaged.
struct NIfTIGzipTests {
    let folder = TemporaryFolder()
    let plain = NIfTITestFile(dims: [10, 10, 10], data: (0..<1000).map { UInt8($0 * 7 % 251) }).bytes

    private func read(_ bytes: [UInt8], name: String = "x.nii.gz") throws -> Volume {
        var file = NIfTITestFile()
        file.bytes = bytes
        file.write(to: folder.file(name))
        return try NIfTI.readVolume(folder.file(name))
    }

    private var expected: VoxelBuffer { .uint8(Array(plain[352...])) }

    @Test func theContentDecidesAndNotTheName() throws {
        #expect(try read(gzip(plain), name: "x.nii").voxels == expected)
        #expect(try read(plain, name: "x.nii.gz").voxels == expected)
        #expect(try read(gzip(plain), name: "x").voxels == expected)
    }

    @Test func severalMembersAndPadding() throws {
        let parts = gzip(Array(plain[..<100])) + gzip(Array(plain[100..<700])) + gzip([]) + gzip(Array(plain[700...]))
        #expect(try read(parts).voxels == expected)
        #expect(try read(parts + [UInt8](repeating: 0, count: 600)).voxels == expected)
    }

    /// RFC 1952: the last 8 bytes are the CRC-32 and the length.
    @Test func damageIsFound() {
        let whole = gzip(plain)
        func text(_ change: (inout [UInt8]) -> Void) -> String {
            var bytes = whole
            change(&bytes)
            return errorText { _ = try read(bytes) } ?? "read"
        }
        let path = folder.file("x.nii.gz")
        #expect(
            text { $0[$0.count - 8] ^= 1 }
                == "\(path): the gzip data are damaged: the checksum does not match (copy the file again)")
        #expect(
            text { $0[$0.count - 4] ^= 1 }
                == "\(path): the gzip data are damaged: the length does not match (copy the file again)")
        #expect(
            text { $0 += [1, 2, 3] }
                == "\(path): the gzip data are damaged: bytes that are not gzip follow the end mark (copy the file again)"
        )
        #expect(
            text { $0.removeLast(3) }
                == "\(path): cut off: the gzip data end after 1352 bytes without their end mark (copy the file again)")
        for length in [2, 5, 11, 40, whole.count / 2] {
            #expect(text { $0 = Array($0[..<length]) }.contains("cut off: the gzip data end after"))
        }
        #expect(text { $0[2] = 9 }.contains("the gzip data are damaged: unknown compression method"))
    }

    @Test func lessDataThanTheHeaderSays() {
        #expect(
            errorText { _ = try read(gzip(Array(plain[..<1000]))) }
                == "\(folder.file("x.nii.gz")): cut off: the header says 1352 bytes, the file holds 1000 (copy it again)"
        )
    }

    @Test func aWrongChecksumIsFoundThoughOnlyTheFirstVolumeIsRead() {
        var bytes = gzip(NIfTITestFile(dims: [10, 10, 10, 500], data: nil).bytes)
        bytes[bytes.count - 8] ^= 1
        #expect(errorText { _ = try read(bytes) }?.contains("the checksum does not match") == true)
    }

    @Test func aClaimOfHundredsOfMegabytesIsCheckedBeforeMemoryIsTaken() {
        // 300 MB claimed, 400 kB there: the ratio would allow it, the data do not.
        var file = NIfTITestFile(dims: [1000, 1000, 300], data: [])
        var state = UInt32(1)
        file.bytes += (0..<400_000).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        #expect(
            errorText { _ = try read(gzip(file.bytes)) }
                == "\(folder.file("x.nii.gz")): cut off: the header says 300000352 bytes, the file holds 400352 (copy it again)"
        )
    }

    @Test func dataThatGoOnFarBeyondTheHeaderAreRefused() {
        let bytes = gzip(plain + [UInt8](repeating: 0, count: 20_000_000))
        #expect(
            errorText { _ = try read(bytes) }
                == "\(folder.file("x.nii.gz")): the header says 1352 bytes, but the data go on far beyond (the header is damaged)"
        )
    }
}
