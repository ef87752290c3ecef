import Foundation
import Testing
import Volumes

@testable import Batch

@Suite("Parts of a plan")
struct ShardTests {
    @Test(arguments: [("1/1", 1, 1), ("2/5", 2, 5), ("5/5", 5, 5), ("03/12", 3, 12)])
    func reads(text: String, number: Int, count: Int) throws {
        let shard = try Shard(text)
        #expect(shard.number == number && shard.count == count)
        #expect(try JSONDecoder().decode([Shard].self, from: JSONEncoder().encode([shard])) == [shard])
    }

    @Test(
        arguments: [
            "", "/", "0/5", "6/5", "1/0", "-1/5", "+1/5", "1/5/2", "1", "a/b", "1.0/5", " 1/5",
            "1/99999999999999999999",
        ])
    func refuses(text: String) {
        let error = #expect(throws: ShardError.malformed(text)) { try Shard(text) }
        #expect(
            error?.description
                == "\"\(text)\" is no part of a plan: it is written 2/5, the second of five parts (from 1/5 to 5/5)")
        #expect(error?.category == .badConfiguration)
    }

    @Test(arguments: [1, 2, 3, 7, 30])
    func everyCaseIsInOnePart(count: Int) throws {
        let shards = try (1...count).map { try Shard("\($0)/\(count)") }
        for index in 0..<100 { #expect(shards.filter { $0.contains(index) }.count == 1) }
        let sizes = shards.map { shard in (0..<100).filter(shard.contains).count }
        #expect(Set(sizes).isSubset(of: [100 / count, 100 / count + 1]))
    }

    struct Array: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var tasks: [Int]
        var step: Int
        var expected: [String]?
    }

    // Job arrays as sbatch(1) writes them, with the variables that Slurm 22.05.8 set for each.
    @Test(
        "Slurm",
        arguments: [
            Array(
                testDescription: "0-4", tasks: [0, 1, 2, 3, 4], step: 1,
                expected: ["1/5", "2/5", "3/5", "4/5", "5/5"]),
            Array(testDescription: "1-3", tasks: [1, 2, 3], step: 1, expected: ["1/3", "2/3", "3/3"]),
            Array(
                testDescription: "0-15:4", tasks: [0, 4, 8, 12], step: 4, expected: ["1/4", "2/4", "3/4", "4/4"]),
            Array(testDescription: "5", tasks: [5], step: 1, expected: ["1/1"]),
            Array(testDescription: "3,7,9", tasks: [3, 7, 9], step: 1, expected: nil),
            Array(testDescription: "2,4,6", tasks: [2, 4, 6], step: 1, expected: nil),
            Array(testDescription: "2-8:2,20", tasks: [2, 4, 6, 8, 20], step: 2, expected: nil),
        ])
    func slurm(array: Array) throws {
        let last = array.tasks[array.tasks.count - 1]
        for (index, task) in array.tasks.enumerated() {
            let environment = [
                "SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_TASK_MIN": "\(array.tasks[0])",
                "SLURM_ARRAY_TASK_MAX": "\(last)", "SLURM_ARRAY_TASK_STEP": "\(array.step)",
                "SLURM_ARRAY_TASK_COUNT": "\(array.tasks.count)",
            ]
            if let expected = array.expected {
                #expect(try Shard.found(in: environment)?.description == expected[index])
                continue
            }
            let (first, count) = (array.tasks[0], array.tasks.count)
            let error = #expect(throws: ShardError.self) { try Shard.found(in: environment) }
            #expect(
                error?.description
                    == "SLURM_ARRAY_TASK_ID=\(task): the tasks of this job array are not evenly spaced "
                    + "(SLURM_ARRAY_TASK_MIN=\(first), _MAX=\(last), _STEP=\(array.step), _COUNT=\(count)), so it cannot be "
                    + "told which of \(count) parts of the cases is this one's; submit it as --array=1-\(count), or say "
                    + "--shard i/\(count) in each task")
        }
    }

    @Test func slurmWithoutAllOfItsVariables() throws {
        #expect(try Shard.found(in: ["SLURM_JOB_ID": "12", "SLURM_ARRAY_TASK_COUNT": "3"]) == nil)
        let known = ["SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "3"]
        #expect(try Shard.found(in: known)?.description == "2/3")
        let error = #expect(throws: ShardError.badVariable(name: "SLURM_ARRAY_TASK_COUNT", value: nil)) {
            try Shard.found(in: known.filter { $0.key != "SLURM_ARRAY_TASK_COUNT" })
        }
        #expect(
            error?.description
                == "SLURM_ARRAY_TASK_COUNT is not set, so it cannot be told which part of the cases is this task's; "
                + "say it with --shard i/n")
        #expect(throws: ShardError.badVariable(name: "SLURM_ARRAY_TASK_ID", value: "two")) {
            try Shard.found(in: ["SLURM_ARRAY_TASK_ID": "two"])
        }
    }

    @Test func kubernetes() throws {
        #expect(try Shard.found(in: ["JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "4"])?.description == "1/4")
        #expect(try Shard.found(in: ["JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "4"])?.description == "4/4")
        let error = #expect(throws: ShardError.self) { try Shard.found(in: ["JOB_COMPLETION_INDEX": "3"]) }
        #expect(
            error?.description
                == "JOB_COMPLETION_INDEX=3: Kubernetes does not tell how many pods the job has; set JOB_COMPLETIONS to the "
                + "job's spec.completions in the pod's environment, or say --shard 4/n")
        #expect(throws: ShardError.badVariable(name: "JOB_COMPLETIONS", value: "3")) {
            try Shard.found(in: ["JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"])
        }
    }

    @Test func elsewhereThereIsNone() throws {
        #expect(try Shard.found(in: ["HOME": "somewhere", "SLURM_ARRAY_TASK_ID": ""]) == nil)
    }
}
