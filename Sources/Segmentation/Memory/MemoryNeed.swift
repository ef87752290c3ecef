/// What a run will hold in memory at its fullest, part by part, known before it begins.
public struct MemoryNeed: Sendable, Hashable, CustomStringConvertible {
    /// One thing that takes memory.
    public struct Part: Sendable, Hashable {
        /// What it is, for people.
        public var name: String
        /// Bytes.
        public var bytes: Int

        /// Makes a part.
        public init(_ name: String, _ bytes: Int) { (self.name, self.bytes) = (name, bytes) }
    }

    /// The parts, none of them empty.
    public var parts: [Part]
    /// Bytes in all.
    public var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// The program itself: code, libraries, the run-time's own allocations. Measured: 37 MiB after `--version`, 5 more
    /// after reading DICOM; the rest is for what the allocator keeps and for threads.
    public static let program = Part("program", 56 << 20)

    /// Makes a need; parts without bytes are left out.
    public init(_ parts: [Part]) { self.parts = parts.filter { $0.bytes > 0 } }

    /// E.g. `1331 MiB (program 56 MiB, network 24 MiB, ...)`.
    public var description: String {
        let list = parts.map { "\($0.name) \(MemorySize(bytes: $0.bytes))" }.joined(separator: ", ")
        return "\(MemorySize(bytes: bytes)) (\(list))"
    }
}
