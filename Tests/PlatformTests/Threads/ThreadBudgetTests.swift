import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Thread budget")
struct ThreadBudgetTests {
    // File format: proc_pid_status(5). CommandTests hold a whole program to one processor.
    @Test(
        "Affinity",
        arguments: [
            ("Name:\ttomos\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n", 1),
            ("Cpus_allowed:\tff,ffffffff\n", 40), ("Cpus_allowed:\t00000000,00000500\n", 2),
            ("Cpus_allowed:\t0\n", nil), ("Name:\ttomos\n", nil),
        ])
    func affinity(status: String, allowed: Int?) {
        #expect(ProcessorAffinity(status: status).allowed == allowed)
    }

    struct Quota: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let membership: String
        let files: [String: String]
        let expected: Int?
    }

    // File formats: Linux' Documentation/admin-guide/cgroup-v2.rst (cpu.max) and scheduler/sched-bwc.rst (version 1).
    @Test(
        "Control groups",
        arguments: [
            Quota(
                testDescription: "two processors", membership: "0::/job\n", files: ["job/cpu.max": "200000 100000\n"],
                expected: 2),
            Quota(
                testDescription: "half a processor is one thread", membership: "0::/job\n",
                files: ["job/cpu.max": "50000 100000\n"], expected: 1),
            Quota(
                testDescription: "one and a half are two", membership: "0::/job\n",
                files: ["job/cpu.max": "150000 100000\n"], expected: 2),
            Quota(
                testDescription: "no limit", membership: "0::/job\n", files: ["job/cpu.max": "max 100000\n"],
                expected: nil),
            Quota(
                testDescription: "the group above is tighter", membership: "0::/slurm/job/step\n",
                files: ["slurm/job/step/cpu.max": "max 100000\n", "slurm/cpu.max": "300000 100000\n"], expected: 3),
            Quota(
                testDescription: "a container sees its limit at the root", membership: "0::/\n",
                files: ["cpu.max": "400000 100000\n"], expected: 4),
            Quota(
                testDescription: "version 1", membership: "5:memory:/x\n4:cpu,cpuacct:/x\n",
                files: ["cpu,cpuacct/x/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n"],
                expected: 3),
            Quota(
                testDescription: "version 1 in a container, under the host's path", membership: "4:cpu:/docker/abc\n",
                files: ["cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"], expected: 1),
            Quota(
                testDescription: "version 1 without a limit", membership: "4:cpu:/\n",
                files: ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"], expected: nil),
            Quota(
                testDescription: "nonsense", membership: "0::/job\nx\n", files: ["job/cpu.max": "nan 0\n"],
                expected: nil),
            Quota(testDescription: "nothing mounted", membership: "", files: [:], expected: nil),
        ])
    func quota(_ quota: Quota) throws {
        let folder = TemporaryFolder()
        for (path, text) in quota.files { try AtomicFile.write(Array(text.utf8), to: folder.file(path)) }
        let group = ControlGroup(root: folder.path, membership: quota.membership)
        #expect(group.processorQuota == quota.expected)
    }

    @Test("The budget is within what the machine has, and a limit holds it lower")
    func budget() {
        #expect((1...Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).contains(ThreadBudget.available))
        ThreadBudget.limit(to: 1)
        defer { ThreadBudget.limit(to: .max) }
        #expect(ThreadBudget.count == 1)
    }
}
