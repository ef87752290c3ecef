import Foundation
import Learning
import Platform
import Volumes

/// `learned.safetensors` in a pack's folder: the networks that `tomos task check` or `tomos task learn` has trained on it.
package enum LearnedTaskFile {
    /// The file's name in a pack.
    package static let name = "learned.safetensors"
    private static let key = "tomos.task"
    /// Files of networks that a study has taught are of a version of their own: what knows nothing of it would let cases
    /// teach themselves.
    private static let (version, taughtVersion) = (1, 2)

    /// What stands in the file's metadata.
    private struct Head: Codable {
        var version: Int
        var labels: [UInt16]
        var grid: LearnedGrid
        var patch: SIMD3<Int>
        var shape: NetworkShape
        var members: Int
        /// Nil where they have learned from the pack alone.
        var taught: TaughtCases?
    }

    /// The bytes of such a file. Tensors are named MEMBER.NAME, as ``LearnedNetwork`` names them.
    package static func encode(_ task: LearnedTask) throws -> [UInt8] {
        let isTaught = task.taught.count > 0
        let head = Head(
            version: isTaught ? taughtVersion : version, labels: task.labels, grid: task.grid, patch: task.patch,
            shape: task.members[0].shape,
            members: task.members.count, taught: isTaught ? task.taught : nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var tensors: StateDict = [:]
        for (n, member) in task.members.enumerated() {
            for (name, tensor) in member.tensors { tensors["\(n).\(name)"] = tensor }
        }
        let text = String(decoding: try encoder.encode(head), as: UTF8.self)
        return try Safetensors.encode(tensors, metadata: [key: text, "made by": "tomos \(tomosVersion)"])
    }

    /// The hash of its bytes.
    package static func sha256(_ task: LearnedTask) throws -> String { Digest.sha256(try encode(task)) }

    /// Writes the file of a pack.
    package static func write(_ task: LearnedTask, in folder: String) throws {
        try AtomicFile.write(try encode(task), to: folder + "/" + name)
    }

    /// Removes it where there is one.
    package static func remove(from folder: String) throws {
        let path = folder + "/" + name
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }

    /// Reads the file of a pack.
    ///
    /// - Throws: ``TaskPackError/staleFindings(_:reason:)`` when it is not the file of that hash, or no such file.
    static func read(_ folder: String, sha256: String) throws -> LearnedTask {
        let path = folder + "/" + name
        func stale(_ reason: String) -> TaskPackError { .staleFindings(path, reason: reason) }
        guard let data = FileManager.default.contents(atPath: path) else { throw stale("it cannot be read") }
        let bytes = [UInt8](data)
        guard Digest.sha256(bytes) == sha256 else { throw stale("it is not the file that check.json speaks of") }
        guard let task = try? decode(bytes) else { throw stale("it is not what 'tomos task check' writes") }
        return task
    }

    /// Reads bytes that ``encode(_:)`` gave; nil when they are not.
    package static func decode(_ bytes: [UInt8]) throws -> LearnedTask? {
        guard Safetensors.recognises(bytes) else { return nil }
        let (tensors, metadata) = try Safetensors.read(bytes)
        guard let text = metadata[key], let head = try? JSONDecoder().decode(Head.self, from: Data(text.utf8)),
            head.version == (head.taught == nil ? version : taughtVersion), (1...64).contains(head.members),
            isWhole(head)
        else { return nil }
        var members: [LearnedNetwork] = []
        for n in 0..<head.members {
            let prefix = "\(n)."
            let own = tensors.filter { $0.key.hasPrefix(prefix) }
            let named = Dictionary(uniqueKeysWithValues: own.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
            guard let member = LearnedNetwork(shape: head.shape, tensors: named) else { return nil }
            members.append(member)
        }
        return LearnedTask(
            labels: head.labels, grid: head.grid, patch: head.patch, members: members,
            taught: head.taught ?? TaughtCases())
    }

    private static func isWhole(_ head: Head) -> Bool {
        // Before anything is made of it: the sizes of a hundred levels are no numbers.
        guard head.shape.isWhole else { return false }
        let (patch, multiple) = (head.patch, head.shape.multiple)
        let fits = (0..<3).allSatisfy { axis in
            patch[axis] > 0 && patch[axis] <= 512 && patch[axis] % multiple[axis] == 0
                && GeometryLimits.spacing.contains(head.grid.spacing[axis])
        }
        return fits && head.shape.inputs == 1 && head.shape.classes == head.labels.count + 1
            && Set(head.labels).count == head.labels.count && patch.x * patch.y * patch.z <= 1 << 22
            && (head.taught.map { $0.isWhole && ($0.count == 0 || head.members > 1) } ?? true)
            && (head.grid.values.map { $0.mean.isFinite && $0.deviation > 0 && $0.deviation.isFinite } ?? true)
    }
}
