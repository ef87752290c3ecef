import CZlib
import Foundation
import TestSupport
import Volumes

/// A NIfTI file made field by field, by the offsets of nifti1.h and nifti2.h and not by the code under test.
struct NIfTITestFile {
    var bytes: [UInt8]
    let version: Int
    let isBigEndian: Bool

    /// A header for voxels of a type, sform scanner with 1 mm voxels, and `data` after it.
    init(
        dims: [Int] = [2, 3, 4], datatype: Int = 2, bitpix: Int = 8, version: Int = 1, isBigEndian: Bool = false,
        data: [UInt8]? = nil
    ) {
        (self.version, self.isBigEndian) = (version, isBigEndian)
        bytes = Array(repeating: 0, count: version == 1 ? 352 : 544)
        set(Int32(version == 1 ? 348 : 540), at: 0)
        let magic: [UInt8] = version == 1 ? Array("n+1\0".utf8) : Array("n+2\0\r\n\u{1a}\n".utf8)
        bytes.replaceSubrange((version == 1 ? 344 : 4)..<(version == 1 ? 348 : 12), with: magic)
        for n in 0...7 { setDim(n, n == 0 ? dims.count : n <= dims.count ? dims[n - 1] : 1) }
        set(Int16(datatype), at: version == 1 ? 70 : 12)
        set(Int16(bitpix), at: version == 1 ? 72 : 14)
        for n in 0...3 { setPixdim(n, 1) }
        if version == 1 { set(Float(352).bitPattern, at: 108) } else { set(Int64(544), at: 168) }
        setScaling(1, 0)
        setForms(qform: 0, sform: 1)
        setRows([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
        setUnits(10)
        bytes += data ?? Array(repeating: 0, count: dims.reduce(1, *) * bitpix / 8)
    }

    mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        let stored = isBigEndian ? value.bigEndian : value.littleEndian
        withUnsafeBytes(of: stored) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    mutating func setReal(_ value: Double, n1: Int, n2: Int, index: Int = 0) {
        if version == 1 {
            set(Float(value).bitPattern, at: n1 + 4 * index)
        } else {
            set(value.bitPattern, at: n2 + 8 * index)
        }
    }

    mutating func setDim(_ n: Int, _ value: Int) {
        if version == 1 { set(Int16(value), at: 40 + 2 * n) } else { set(Int64(value), at: 16 + 8 * n) }
    }
    mutating func setPixdim(_ n: Int, _ value: Double) { setReal(value, n1: 76, n2: 104, index: n) }
    mutating func setScaling(_ slope: Double, _ intercept: Double) {
        setReal(slope, n1: 112, n2: 176)
        setReal(intercept, n1: 116, n2: 184)
    }
    mutating func setForms(qform: Int, sform: Int) {
        if version == 1 {
            set(Int16(qform), at: 252)
            set(Int16(sform), at: 254)
        } else {
            set(Int32(qform), at: 344)
            set(Int32(sform), at: 348)
        }
    }
    mutating func setQuaternion(_ values: [Double], offset: [Double]) {
        for (n, value) in (values + offset).enumerated() { setReal(value, n1: 256, n2: 352, index: n) }
    }
    mutating func setRows(_ values: [Double]) {
        for (n, value) in values.enumerated() { setReal(value, n1: 280, n2: 400, index: n) }
    }
    mutating func setUnits(_ code: Int) {
        if version == 1 { bytes[123] = UInt8(code) } else { set(Int32(code), at: 500) }
    }

    func write(to path: String) { _ = FileManager.default.createFile(atPath: path, contents: Data(bytes)) }
}

/// The geometry fields of a header, byte for byte: pixdim[0...3], the form codes to srow_z, and xyzt_units.
func geometryBytes(_ header: [UInt8]) -> [[UInt8]] {
    header[0] == 0x5c
        ? [Array(header[76..<92]), Array(header[252..<328]), [header[123]]]
        : [Array(header[104..<136]), Array(header[344..<496]), Array(header[500..<504])]
}

/// A file's content, inflated by zlib's own reader where it is gzip.
func content(_ path: String) -> [UInt8] {
    guard let file = gzopen(path, "rb") else { return [] }
    defer { gzclose(file) }
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let got = gzread(file, &part, UInt32(part.count))
        if got <= 0 { return all }
        all += part[..<Int(got)]
    }
}

/// Bytes as one gzip member, by zlib.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let folder = TemporaryFolder()
    let file = gzopen(folder.file("x"), "wb")
    _ = bytes.withUnsafeBytes { gzwrite(file, $0.baseAddress, UInt32($0.count)) }
    gzclose(file)
    return [UInt8](FileManager.default.contents(atPath: folder.file("x"))!)
}

/// The number that any voxel's change or move alters: the sum of value * (1 + index mod 101).
func weightedSum(_ voxels: VoxelBuffer) -> Double {
    func sum<T>(_ v: [T], _ value: (T) -> Double) -> Double {
        v.withUnsafeBufferPointer { v in
            var (total, weight) = (0.0, 1.0)
            for n in v.indices {
                total += value(v[n]) * weight
                weight = weight == 101 ? 1 : weight + 1
            }
            return total
        }
    }
    return switch voxels {
    case .uint8(let v): sum(v) { Double($0) }
    case .int8(let v): sum(v) { Double($0) }
    case .uint16(let v): sum(v) { Double($0) }
    case .int16(let v): sum(v) { Double($0) }
    case .uint32(let v): sum(v) { Double($0) }
    case .int32(let v): sum(v) { Double($0) }
    case .uint64(let v): sum(v) { Double($0) }
    case .int64(let v): sum(v) { Double($0) }
    case .float32(let v): sum(v) { Double($0) }
    case .float64(let v): sum(v) { $0 }
    }
}

/// The text of the error that `body` throws; nil when it throws none.
func errorText(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}
