import Foundation
import Glibc
import Platform
import Synchronization

/// A case that a runner is at.
public struct RunningCase: Codable, Sendable, Equatable {
    /// The case.
    public var `case`: String
    /// What is being done.
    public var stage: String?
    /// Slices done.
    public var done: Int?
    /// Slices in all.
    public var of: Int?
    /// The number of the worker process, on the runner's machine.
    public var worker: Int32?

    /// A case that a runner is at.
    public init(_ caseID: String, stage: String? = nil, done: Int? = nil, of: Int? = nil, worker: Int32? = nil) {
        (`case`, self.stage, self.done, self.of, self.worker) = (caseID, stage, done, of, worker)
    }
}

/// What a runner tells of itself.
public struct BeatState: Codable, Sendable, Equatable {
    /// The cases that it is at.
    public var running: [RunningCase]

    /// A runner at these cases.
    public init(running: [RunningCase] = []) { self.running = running }
}

/// What stands in a runner's heartbeat.
public struct Beat: Codable, Sendable, Equatable {
    /// Counts from 1, so that every beat's content is a new one.
    public var beat: Int
    /// The cases that the runner is at.
    public var running: [RunningCase]
}

/// Shows others that this runner lives and what it is at: a file whose content changes every few seconds.
///
/// What cannot be written is tried again at the next beat and ends nothing.
public final class Heartbeat: Sendable {
    /// Who beats.
    public let identity: RunnerIdentity
    private let paths: SharingPaths
    private let told = Mutex(Told())
    /// The beats written or tried. Held while one is, so that none comes after the end.
    private let writing = Mutex(Writing())

    private struct Told {
        var state = BeatState()
        var trouble: SharingError?
        var isGivenUp = false
    }

    private struct Writing {
        var beat = 0
        var hasEnded = false
    }

    /// Writes who the runner is and the first beat, and beats from then on from a thread of its own.
    ///
    /// To be begun before anything else is written to the results folder: whatever lies there half-written is taken for
    /// left over while no runner is known.
    ///
    /// - Throws: `AtomicFileError` when it cannot be written who the runner is.
    public init(_ identity: RunnerIdentity, paths: SharingPaths, every interval: Duration = .seconds(5)) throws {
        (self.identity, self.paths) = (identity, paths)
        // Whoever is told to end while all this is still coming about leaves none of it.
        files.forEach(Drafts.begin)
        let content = try JSON.bytes(identity)
        try Self.again { try AtomicFile.write(content, to: paths.identity(of: identity.run)) }
        try paths.make()
        beat()
        Thread.detachNewThread { [weak self] in
            repeat { Pause.wait(interval) } while self?.beat() == true
        }
    }

    deinit { end() }

    /// Tries a second time when a run that ended has removed an empty folder just then.
    private static func again(_ write: () throws -> Void) throws {
        do { try write() } catch AtomicFileError.cannotCreate(_, ENOENT) { try write() }
    }

    /// Sets what the next beats tell.
    public func update(_ state: BeatState) { told.withLock { $0.state = state } }

    /// Why the last beat could not be written; nil when it was.
    public var trouble: SharingError? { told.withLock { $0.trouble } }

    /// Whether others took this runner for dead, since it stood still, and share out what it had. Its claims are void, it can
    /// make no more, and it beats no more; whoever wants to go on begins again under a new name.
    public var isGivenUp: Bool { told.withLock { $0.isGivenUp } }

    /// Ends the beats and removes beat and identity. To be called when the runner has neither claims nor drafts any more.
    /// May be called from any thread and more than once.
    public func end() {
        writing.withLock { writing in
            if writing.hasEnded { return }
            writing.hasEnded = true
            removeFiles()
        }
    }

    /// Beats once; false when there is no more beating.
    @discardableResult private func beat() -> Bool {
        writing.withLock { writing in
            if writing.hasEnded { return false }
            // The identity goes last of all that a dead runner left.
            guard SmallFile.exists(paths.identity(of: identity.run)) || errno != ENOENT else {
                told.withLock { $0.isGivenUp = true }
                removeFiles()
                return false
            }
            writing.beat += 1
            let beat = Beat(beat: writing.beat, running: told.withLock { $0.state.running })
            let path = paths.beat(of: identity.run)
            let code = (try? JSON.bytes(beat, pretty: false)).flatMap {
                SmallFile.replace(path, through: paths.beatDraft(of: identity.run), with: $0)
            }
            told.withLock { $0.trouble = code.map { .cannotWrite(path: path, code: $0) } }
            return true
        }
    }

    /// What this runner shows of itself: the identity last, so that whatever else there is has an owner.
    private var files: [String] {
        [paths.beatDraft(of: identity.run), paths.beat(of: identity.run), paths.identity(of: identity.run)]
    }

    private func removeFiles() {
        for path in files {
            unlink(path)
            Drafts.end(path)
        }
    }
}
