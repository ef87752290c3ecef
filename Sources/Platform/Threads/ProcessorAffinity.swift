import Foundation
import Glibc

/// The processors that a thread may run on, as Linux tells.
struct ProcessorAffinity {
    /// The lines of `/proc/thread-self/status`.
    let status: String

    /// That of the calling thread, which it has from the program's start unless somebody changed it.
    static var current: ProcessorAffinity {
        let data = FileManager.default.contents(atPath: "/proc/thread-self/status") ?? Data()
        return ProcessorAffinity(status: String(decoding: data, as: UTF8.self))
    }

    /// How many they are: the bits of the mask, `Cpus_allowed: ff,ffffffff`; nil when none is told. The mask may hold
    /// processors that the machine does not have.
    var allowed: Int? {
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        guard let line else { return nil }
        let count = line.drop { $0 != ":" }.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }

    /// Processors that are allowed and there, at least 1.
    var processors: Int { max(1, min(allowed ?? .max, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }
}
