/// The bytes of a file of surfaces, little endian, being read. Every place is judged before it is read.
struct MeshBytes {
    let bytes: [UInt8]
    let path: String

    init(_ bytes: [UInt8], _ path: String) { (self.bytes, self.path) = (bytes, path) }

    func damaged(_ reason: String) -> MeshFileError { .damaged(path: path, reason: reason) }

    /// Ends with an error where `count` items of `size` bytes from `start` on are not all there.
    func require(_ count: Int, of size: Int, from start: Int) throws(MeshFileError) {
        let (length, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, start >= 0, length >= 0, start <= bytes.count, length <= bytes.count - start else {
            throw damaged("\(count) items of \(size) bytes from byte \(start) on are not within its \(bytes.count)")
        }
    }

    /// A number at a place that `require` has seen.
    func number<Number: FixedWidthInteger>(_ type: Number.Type, at place: Int) -> Number {
        var result: Number = 0
        for n in (0..<MemoryLayout<Number>.size).reversed() { result = result << 8 | Number(bytes[place + n]) }
        return result
    }

    func vector(at place: Int) -> SIMD3<Float> {
        [float(at: place), float(at: place + 4), float(at: place + 8)]
    }

    func indices(at place: Int) -> SIMD3<UInt32> {
        [number(UInt32.self, at: place), number(UInt32.self, at: place + 4), number(UInt32.self, at: place + 8)]
    }

    private func float(at place: Int) -> Float { Float(bitPattern: number(UInt32.self, at: place)) }
}

extension [UInt8] {
    /// Adds a number, little endian.
    mutating func add(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// Adds three numbers, little endian.
    mutating func add(_ vector: SIMD3<Float>) { for n in 0..<3 { add(vector[n].bitPattern) } }

    /// Adds three numbers, little endian.
    mutating func add(_ vector: SIMD3<UInt32>) { for n in 0..<3 { add(vector[n]) } }
}
