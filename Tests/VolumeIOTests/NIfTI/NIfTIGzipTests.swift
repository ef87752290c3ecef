import Foundation
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
                == "\(path): the compressed data are damaged: the checksum does not match (copy the file again)")
        #expect(
            text { $0[$0.count - 4] ^= 1 }
                == "\(path): the compressed data are damaged: the length does not match (copy the file again)")
        #expect(
            text { $0 += [1, 2, 3] }
                == "\(path): the compressed data are damaged: bytes that are not gzip follow the end mark (copy the file again)"
        )
        #expect(
            text { $0.removeLast(3) }
                == "\(path): cut off: the compressed data end after 1352 bytes without their end mark (copy the file again)"
        )
        for length in [2, 5, 11, 40, whole.count / 2] {
            #expect(text { $0 = Array($0[..<length]) }.contains("cut off: the compressed data end after"))
        }
        #expect(text { $0[2] = 9 }.contains("the compressed data are damaged: unknown compression method"))
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

    /// In a process that may have 200 MB more than it has: a compressed file that claims 300 MB and does not hold them
    /// (the ratio would allow it) is found cut off, not too large; one that holds them is refused, not crashed over.
    @Test func memoryIsTakenOnlyForDataThatAreThere() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            let path = folder.file("x.nii.gz")
            var file = NIfTITestFile(dims: [1000, 1000, 300], data: [])
            var random = NIfTIFuzzTests.Generator(state: 1)
            file.bytes += (0..<400_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            file.bytes = gzip(file.bytes)
            file.write(to: path)
            NIfTITestFile(dims: [1000, 1000, 300], data: []).write(to: folder.file("y.nii"))
            guard truncate(folder.file("y.nii"), 300_000_352) == 0, limitMemory(beyondNow: 200_000_000) else { exit(2) }
            let said = errorText { _ = try NIfTI.readVolume(path) }
            guard said == "\(path): cut off: the header says 300000352 bytes, the file holds 400352 (copy it again)"
            else {
                print(said ?? "read")
                exit(3)
            }
            let large = errorText { _ = try NIfTI.readVolume(folder.file("y.nii")) }
            guard
                large
                    == "\(folder.file("y.nii")): 300000000 bytes of memory are not to be had (use a machine or a limit with more)"
            else {
                print(large ?? "read")
                exit(4)
            }
            exit(0)
        }
    }

    @Test func dataThatGoOnFarBeyondTheHeaderAreRefused() {
        let bytes = gzip(plain + [UInt8](repeating: 0, count: 20_000_000))
        #expect(
            errorText { _ = try read(bytes) }
                == "\(folder.file("x.nii.gz")): the header says 1352 bytes, but the data go on far beyond (the header is damaged)"
        )
    }
}

/// Limits the address space of this process to what it has and `bytes` more.
private func limitMemory(beyondNow bytes: Int) -> Bool {
    // proc(5): the first number of statm is the size in pages.
    guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
        let pages = statm.split(separator: " ").first.flatMap({ Int($0) })
    else { return false }
    let size = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + bytes)
    var limit = rlimit(rlim_cur: size, rlim_max: size)
    return setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
}
