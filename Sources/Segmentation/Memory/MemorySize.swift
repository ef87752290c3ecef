import Volumes
import Foundation

/// An amount of memory as people write it.
public struct MemorySize: Sendable, Hashable, CustomStringConvertible {
    /// Bytes, at least one.
    public var bytes: Int

    /// Makes a size.
    public init(bytes: Int) { self.bytes = bytes }

    private static let units: [(name: String, bytes: Double)] = [
        ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9),
        ("TB", 1e12),
    ]

    /// Reads `2 GiB`, `1.5GiB`, `512 MiB` or `800 MB` (in any case); nil for anything else.
    public init?(_ text: String) {
        let text = text.lowercased()
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name.lowercased()) }) else { return nil }
        let number = text.dropLast(unit.name.count).trimmingCharacters(in: .whitespaces)
        guard number.allSatisfy({ $0.isNumber || $0 == "." }), let count = Double(number) else { return nil }
        let bytes = count * unit.bytes
        guard bytes >= 1, bytes < 0x1p62 else { return nil }
        self.bytes = Int(known: bytes)
    }

    /// Whole MiB or, from 10 GiB on, tenths of a GiB, rounded up: what is needed never looks smaller than it is.
    public var description: String {
        let gibibytes = Double(bytes) / 0x1p30
        if gibibytes >= 1, gibibytes == gibibytes.rounded() { return "\(Int(known: gibibytes)) GiB" }
        if gibibytes >= 10 {
            let tenths = Int(known: (gibibytes * 10).rounded(.up))
            return "\(tenths / 10).\(tenths % 10) GiB"
        }
        return "\(Int(known: (Double(bytes) / 0x1p20).rounded(.up))) MiB"
    }
}

/// What a run may take.
public enum MemoryLimit: Sendable, Hashable {
    /// What the machine, or the control group the program runs in, has.
    case machine
    /// So much.
    case size(MemorySize)
    /// Anything: what does not fit is found out by trying.
    case none

    /// What ``init(_:)`` takes, for help and errors.
    public static let allowed = "a size such as 2 GiB or 512 MiB, or none"

    /// Reads `none` or a size.
    public init?(_ text: String) {
        if text == "none" {
            self = .none
        } else if let size = MemorySize(text) {
            self = .size(size)
        } else {
            return nil
        }
    }

    /// The limit; nil when there is none.
    public var size: MemorySize? {
        switch self {
        case .machine: MachineMemory.size
        case .size(let size): size
        case .none: nil
        }
    }
}

/// Memory of this machine and of this process.
public enum MachineMemory {
    /// What this process may use: the machine's memory or, where it is smaller, the limit of a control group above it
    /// (that is how Slurm and containers hold their jobs).
    public static let size: MemorySize = {
        let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        let limits = limitFiles(groups).compactMap { path in
            // "max" means none.
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int($0.filter { !$0.isWhitespace }) }
        }
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return MemorySize(bytes: limits.filter { $0 > 0 }.reduce(physical, min))
    }()

    /// Where the limits of the groups in `/proc/self/cgroup` stand, from the innermost group outwards.
    /// Its lines are `0::/path` (version 2) and `9:memory:/path` (version 1).
    static func limitFiles(_ groups: String) -> [String] {
        groups.split(separator: "\n").flatMap { line -> [String] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { return [] }
            let isFirst = fields[1].split(separator: ",").contains("memory")
            guard isFirst || fields[1].isEmpty else { return [] }
            let root = isFirst ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup"
            let name = isFirst ? "memory.limit_in_bytes" : "memory.max"
            var parts = fields[2].split(separator: "/")
            var files: [String] = []
            while true {
                files.append(([root] + parts.map(String.init) + [name]).joined(separator: "/"))
                if parts.isEmpty { return files }
                parts.removeLast()
            }
        }
    }

    /// The most that this process has held in memory so far; nil where the system does not tell.
    public static var peak: MemorySize? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        // "VmHWM:	   34632 kB", in units of 1024 bytes.
        guard let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            return nil
        }
        return MemorySize(bytes: kibibytes * 1024)
    }
}
