import Testing

@testable import Batch

@Suite("Slurm: estimates")
struct SlurmEstimateTests {
    // The forms that sbatch(1) lists under --time.
    @Test(
        "Times are read and written as sbatch does",
        arguments: [
            ("90", "01:30:00"), ("5:30", "00:05:30"), ("36:00:00", "1-12:00:00"), ("2-3", "2-03:00:00"),
            ("1-02:03", "1-02:03:00"), ("1-02:03:04", "1-02:03:04"), ("0:01", "00:00:01"),
        ])
    func times(typed: String, written: String) {
        #expect(SlurmTime(typed)?.description == written)
    }

    @Test(
        "What is no time is none",
        arguments: [
            "", "0", "-1", "1-", "-", "1:2:3:4", "1-2:3:4:5", "2 h", "1:", "1.5", "99999999999", "999999999-0", "١",
        ])
    func noTimes(typed: String) { #expect(SlurmTime(typed) == nil) }

    @Test("An array has tasks of about half an hour, within what cluster and cases allow")
    func tasks() {
        let tasks = { (cases: Int, seconds: Double?, largest: Int) in
            SlurmEstimate.tasks(cases: cases, secondsPerCase: seconds, largestArray: largest)
        }
        #expect(tasks(300, 60, 1001) == 10)
        #expect(tasks(301, 60, 1001) == 11)
        #expect(tasks(300, nil, 1001) == 15)
        #expect(tasks(3000, 600, 1001) == 100)
        #expect(tasks(3000, 600, 30) == 30)
        #expect(tasks(4, 7200, 1001) == 4)
        #expect(tasks(0, nil, 1001) == 1)
        #expect(tasks(3000, .infinity, 1001) == 100)
        #expect(tasks(3000, .nan, 1001) == 1)
    }

    @Test("Memory is the need of the largest case, a tenth, and the program's own")
    func memory() {
        // 2 GiB: 2253 MiB with the tenth, 2765 with the program, in steps of 256.
        #expect(SlurmEstimate.memory(largestNeed: 2 << 30) == 2816 << 20)
        #expect(SlurmEstimate.memory(largestNeed: 0) == 512 << 20)
        #expect(SlurmEstimate.memory(largestNeed: .max) == .max)
        #expect(SlurmEstimate.mebibytes(1) == 1)
        #expect(SlurmEstimate.mebibytes(3 << 20) == 3)
        #expect(SlurmEstimate.mebibytes((3 << 20) + 1) == 4)
        #expect(SlurmEstimate.mebibytes(.max) == 1 << 43)
    }

    @Test("Time is that of the cases three times over, and a beginning")
    func time() throws {
        let time = { (cases: Int, seconds: Double) in SlurmEstimate.time(cases: cases, secondsPerCase: seconds) }
        // 20 cases of a minute, three times: an hour; with a quarter of an hour 75 minutes.
        #expect(time(20, 60).description == "01:15:00")
        #expect(time(21, 60).description == "01:20:00")
        #expect(time(1, 0.1).description == "00:20:00")
        #expect(time(0, 60).description == "00:15:00")
        #expect(time(1, .infinity).seconds == 365 * 86_400 + 900)
        #expect(time(1, .nan).seconds == 900)
    }

    @Test("A task has its even part of the plan to do, or what is open")
    func share() throws {
        let array = try SlurmArray(program: "/t", results: "/r", plan: "p", cases: 301, tasks: 15, processors: 1)
        #expect(array.largestShare(of: 301) == 21)
        #expect(array.largestShare(of: 20) == 20)
        #expect(array.largestShare(of: 0) == 0)
    }
}
