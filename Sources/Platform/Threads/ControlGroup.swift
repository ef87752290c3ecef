import Foundation
import Volumes

/// What Linux's control groups allow this process of the processors' time.
struct ControlGroup {
    /// Where control groups are mounted.
    let root: String
    /// The lines of `/proc/self/cgroup`: `hierarchy:controllers:path`.
    let membership: String

    /// That of this process.
    static var current: ControlGroup {
        ControlGroup(root: "/sys/fs/cgroup", membership: content("/proc/self/cgroup") ?? "")
    }

    /// Processors whose whole time may be taken, rounded up; nil without a limit. Groups above count too: the lowest of
    /// all limits holds.
    var processorQuota: Int? {
        let lines: [Substring] = membership.split(separator: "\n")
        return lines.flatMap(quotas).min().map { max(1, Int(clamping: min($0, 1_000_000).rounded(.up))) }
    }

    /// The limits that a line of `membership` leads to.
    private func quotas(_ line: Substring) -> [Double] {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return [] }
        let (controllers, path) = (fields[1].split(separator: ","), String(fields[2]))
        if fields[0] == "0" { return quotas(below: root, path, Self.unified) }
        guard controllers.contains("cpu") else { return [] }
        return [String(fields[1]), "cpu"].flatMap { quotas(below: root + "/" + $0, path, Self.legacy) }
    }

    /// The limits of a group and of those above it. In a container the path may be that of the host, where nothing
    /// is mounted; then the mount's own root holds the container's limit.
    private func quotas(below mount: String, _ path: String, _ quota: (String) -> Double?) -> [Double] {
        var parts = path.split(separator: "/").filter { $0 != ".." }
        var found: [Double] = []
        while true {
            if let value = quota(([mount] + parts.map(String.init)).joined(separator: "/")) { found.append(value) }
            if parts.isEmpty { return found }
            parts.removeLast()
        }
    }

    /// Version 2: `cpu.max` holds `max 100000` or quota and period in microseconds.
    private static func unified(_ folder: String) -> Double? {
        let words = content(folder + "/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count == 2 ? ratio(words[0], words[1]) : nil
    }

    /// Version 1: `cpu.cfs_quota_us`, -1 for none, and `cpu.cfs_period_us`.
    private static func legacy(_ folder: String) -> Double? {
        guard let quota = content(folder + "/cpu.cfs_quota_us"), let period = content(folder + "/cpu.cfs_period_us")
        else { return nil }
        return ratio(Substring(quota), Substring(period))
    }

    private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
        let number = { (text: Substring) in Double(String(text.filter { !$0.isWhitespace })) }
        guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return nil }
        let ratio = quota / period
        return ratio.isFinite ? ratio : nil
    }

    private static func content(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
