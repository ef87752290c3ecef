/// How much an archive may hold. An archive of a study stays far below; what does not may be made to fill the disk.
public struct ArchiveLimits: Sendable, Hashable {
    /// Entries of any kind.
    public var entries = 500_000
    /// Bytes of all files together.
    public var bytes = 64 << 30
    /// Bytes of all files together for each byte of the archive. Empty images pack a thousandfold, a study a hundredfold
    /// at most.
    public var ratio = 100
    /// Bytes that are unpacked whatever the ratio.
    public var anyRatio = 256 << 20

    /// The usual limits.
    public init() {}

    /// Bytes that an archive of a size may hold, and the limit in words.
    func most(archiveBytes: Int) -> (bytes: Int, limit: String) {
        let (product, overflow) = archiveBytes.multipliedReportingOverflow(by: ratio)
        let byRatio = max(overflow ? .max : product, anyRatio)
        if byRatio < bytes { return (byRatio, "\(ratio) times its own \(archiveBytes) bytes") }
        return (bytes, "\(bytes) bytes")
    }
}
