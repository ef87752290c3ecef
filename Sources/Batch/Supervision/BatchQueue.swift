import Foundation
import Pipelines
import Platform
import Segmentation
import Volumes

/// The cases of a run that are still to be done, and who is at them.
actor BatchQueue {
    /// A case to do.
    struct Item: Sendable {
        var planned: PlannedCase
        /// How the case stood when the run began, and its results alone, told from all later states.
        var mark: String, doneMark: String?
        /// Whether there are results to be replaced.
        var replaces: Bool
    }

    private let folder: BatchFolder
    private let sharing: RunSharing
    /// Cases that nobody has, as far as this run knows.
    private var free: [Item]
    /// Cases that another run has.
    private var elsewhere: [Item] = []
    /// Cases of other shards, to be helped with.
    private var others: [Item]
    private var isStopped = false

    init(_ items: [Item], others: [Item], folder: BatchFolder, sharing: RunSharing) {
        (free, self.others, self.folder, self.sharing) = (items.reversed(), others, folder, sharing)
    }

    /// Gives nothing out any more.
    func stop() { isStopped = true }

    /// The next case, claimed for this run; waits while other runs are at the last ones. Nil when all are done, here or
    /// elsewhere.
    func next() async throws -> Item? {
        while !isStopped {
            while let item = free.popLast() {
                if isStopped { return nil }
                switch try take(item) {
                case .mine: return item
                case .another: elsewhere.append(item)
                case .done: continue
                }
            }
            if elsewhere.isEmpty {
                // Whoever met others on this folder shares it with them: they may be slower, or have died.
                guard !others.isEmpty, try sharing.hasCompany() else { return nil }
                (free, others) = (others.reversed(), [])
                continue
            }
            // Another run may end its case, or end before that.
            try await Task.sleep(for: .seconds(1))
            try sharing.buryDead()
            (free, elsewhere) = (elsewhere.reversed(), [])
        }
        return nil
    }

    private enum Taking { case mine, another, done }

    private func take(_ item: Item) throws -> Taking {
        if isDone(item) { return .done }
        guard try sharing.claims.take(item.planned.id) else { return .another }
        // Done between the two looks.
        if isDone(item) {
            sharing.claims.release(item.planned.id)
            return .done
        }
        return .mine
    }

    /// Whether somebody has done the case since this run began.
    private func isDone(_ item: Item) -> Bool { folder.mark(of: item.planned.id) != item.mark }
}
