import Foundation
import Segmentation
import Volumes

extension Worklist {
    /// What became of a case when corrections were taken.
    public enum Taken: Sendable {
        /// Its correction is in the pack now, as a new volume or in place of one.
        case added(file: String, TaskPack.Change)
        /// Nobody has saved anything.
        case unchanged
        /// It was added before.
        case addedBefore
        /// It cannot be taken, and why.
        case refused(any Error)
    }

    /// Puts every correction that is not there yet into the pack.
    ///
    /// - Parameters:
    ///   - tell: Gets what a person should know.
    ///   - report: Gets each case with what became of it.
    /// - Throws: What writing the worklist throws.
    public mutating func addCorrections(
        tell: (String) -> Void = { _ in }, _ report: (_ id: String, Taken) -> Void
    ) throws {
        for entry in file.cases {
            let id = entry.chosen.id
            switch state(of: entry) {
            case .unchanged: report(id, .unchanged)
            case .added: report(id, .addedBefore)
            case .unclear(let error): report(id, .refused(error))
            case .corrected(let name):
                do {
                    let change = try add(name, of: entry, tell: tell)
                    try note(added: name, of: id)
                    report(id, .added(file: entry.folder + "/" + name, change))
                } catch {
                    report(id, .refused(error))
                }
            }
        }
    }

    private func add(
        _ name: String, of entry: WorklistFile.Entry, tell: (String) -> Void
    ) throws -> TaskPack.Change {
        let folder = folder(of: entry)
        let example = TaskPack.Example(
            image: folder + "/" + entry.image, labels: folder + "/" + name, name: entry.chosen.id)
        do {
            return try TaskPack.add(example, to: pack, tell: tell).change
        } catch TaskPackError.nothingChanges {
            // Added by hand, or a run that was stopped before it was noted.
            return .corrected
        }
    }
}
