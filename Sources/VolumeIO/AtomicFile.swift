/// Files that appear whole or not at all.
public enum AtomicFile {
    /// Writes `bytes` to a temporary file beside `path`, syncs it and renames it. Missing parent folders are made.
    public static func write(_ bytes: [UInt8], to path: String) throws { fatalError() }
}
