import Foundation
import Learning
import Platform
import Segmentation

/// Networks that are trained already, in a folder beside a pack's own, so that training that was stopped goes on with the
/// next one. Files are named by what they were trained with: others are not taken for them.
struct TrainedNetworks {
    private let folder: String
    /// Hash of everything but the steps that a network follows from.
    private let key: String

    /// The folder's name in a pack.
    private static let name = "learning"

    init(pack: String, madeOf: [String]) {
        folder = pack + "/" + Self.name
        key = String(Digest.sha256(Array(madeOf.joined(separator: "\n").utf8)).prefix(16))
    }

    /// The steps that networks which are there were trained for; nil where none is.
    var steps: Int? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name -> Int? in
            let parts = name.split(separator: "-")
            return parts.count == 3 && parts[0] == key ? Int(parts[1]) : nil
        }.max()
    }

    private func path(_ member: Int, steps: Int) -> String { "\(folder)/\(key)-\(steps)-\(member).safetensors" }

    /// A network that is there; nil where it is not, or its file is not whole.
    func network(_ member: Int, steps: Int) -> LearnedNetwork? {
        guard let data = FileManager.default.contents(atPath: path(member, steps: steps)) else { return nil }
        return (try? LearnedTaskFile.decode([UInt8](data)))?.members.first
    }

    /// Keeps one.
    ///
    /// - Throws: What writing throws.
    func keep(_ task: LearnedTask, _ member: Int, steps: Int) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try AtomicFile.write(try LearnedTaskFile.encode(task), to: path(member, steps: steps))
    }

    /// Removes all of a pack's, once what they are for is done.
    static func remove(from pack: String) throws {
        let folder = pack + "/" + name
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
    }
}
