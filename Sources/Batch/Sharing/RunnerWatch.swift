import Foundation
import Glibc
import Synchronization

/// What is known of another runner's life.
public enum RunnerLife: Sendable, Equatable {
    /// Its process lives, or its heart was seen to beat.
    case alive
    /// No beat was seen for so long, which begins with the first look. It may live, be dead, or be cut off.
    case silent(Duration)
    /// It will do nothing more, or has no right to.
    case dead(RunnerDeath)
}

/// How a runner is known to be dead.
public enum RunnerDeath: Sendable, Equatable {
    /// Its process has ended.
    case processEnded
    /// It ended or was given up: there is something of it, but no identity.
    case withoutIdentity
    /// No beat came for so long.
    case silent(Duration)
}

/// A runner as another one sees it.
public struct RunnerSighting: Sendable, Equatable {
    /// Its name.
    public var run: String
    /// Who it is; nil when that cannot be read.
    public var identity: RunnerIdentity?
    /// What it told last; nil when nothing can be read.
    public var beat: Beat?
    /// Whether it lives.
    public var life: RunnerLife
}

/// Tells which runners of a results folder live, from one look after another.
///
/// No clock of another machine is believed, and no time that a file has: a runner elsewhere is dead when its beat stayed the same
/// for a minute by this machine's clock, which stands while this machine sleeps. Of the time between two looks only a part
/// counts, so that one who stood still, or waited for a file server that stood still, does not take all others for dead.
/// So it takes some looks, seconds apart, to find a runner elsewhere dead.
public final class RunnerWatch: Sendable {
    private let paths: SharingPaths
    private let own: RunnerIdentity
    private let expiry: Duration
    private let restartExpiry: Duration
    private let now: @Sendable () -> SuspendingClock.Instant
    private let processes: ProcessTable
    private let seen = Mutex<[String: Seen]>([:])

    /// What was seen of a runner's beats.
    private struct Seen {
        var content: [UInt8]?
        /// Whether the content is another than at the look before.
        var hasBeaten = false
        /// Since then, or since the first look.
        var silence: Duration = .zero
        var looked: SuspendingClock.Instant
    }

    /// Watches as a runner, which is left out.
    ///
    /// - Parameters:
    ///   - expiry: The silence after which a runner is dead whose process cannot be looked at.
    ///   - restartExpiry: The same, for a runner on a machine of this one's name that was started anew since. It is not
    ///     dead at once: two machines may have one name.
    public init(
        _ paths: SharingPaths, as own: RunnerIdentity, expiry: Duration = .seconds(60),
        restartExpiry: Duration = .seconds(15), processes: ProcessTable = .system,
        now: @escaping @Sendable () -> SuspendingClock.Instant = { SuspendingClock().now }
    ) {
        (self.paths, self.own, self.expiry, self.restartExpiry) = (paths, own, expiry, restartExpiry)
        (self.processes, self.now) = (processes, now)
    }

    /// Looks at all other runners, sorted by name.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    public func look() throws(SharingError) -> [RunnerSighting] { try look(at: Belongings(paths)) }

    /// Runners that live, or are not known to be dead.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    public func otherRunners() throws(SharingError) -> [RunnerIdentity] {
        try look().filter { !$0.isDead }.compactMap(\.identity)
    }

    /// The first other runner of some kind that lives. Waits while it is not known whether one does: up to a minute, when none
    /// of them is seen to beat. What died with its machine would otherwise stand in the way of everybody who looks once.
    ///
    /// - Parameters:
    ///   - pause: The time between two looks.
    ///   - waiting: Told once of the runner that is waited for.
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    public func living(
        pause: Duration = .seconds(1), where isMeant: (RunnerIdentity) -> Bool,
        waiting: (RunnerIdentity) -> Void = { _ in }
    ) throws(SharingError) -> RunnerIdentity? {
        var isTold = false
        while true {
            var unsure: RunnerIdentity?
            for sighting in try look() {
                guard let identity = sighting.identity, !sighting.isDead, isMeant(identity) else { continue }
                if sighting.life == .alive { return identity }
                unsure = identity
            }
            guard let unsure else { return nil }
            if !isTold { waiting(unsure) }
            isTold = true
            Pause.wait(pause)
        }
    }

    func look(at belongings: Belongings) -> [RunnerSighting] {
        let runs = belongings.runs.subtracting([own.run])
        return seen.withLock { seen in
            seen = seen.filter { runs.contains($0.key) }
            return runs.sorted().map { sight($0, &seen) }
        }
    }

    private func sight(_ run: String, _ seen: inout [String: Seen]) -> RunnerSighting {
        let heard = listen(to: run, &seen)
        var sighting = RunnerSighting(run: run, life: .alive)
        sighting.beat = heard.content.flatMap { try? JSONDecoder().decode(Beat.self, from: Data($0)) }
        switch paths.readIdentity(of: run) {
        // It is written before all else and removed after all else.
        case .absent: sighting.life = .dead(.withoutIdentity)
        case .unreadable: sighting.life = life(heard, expiry)
        case .known(let identity):
            sighting.identity = identity
            sighting.life = life(of: identity, heard)
        }
        return sighting
    }

    /// Looks for a new beat.
    private func listen(to run: String, _ seen: inout [String: Seen]) -> Seen {
        let reading = SmallFile.read(paths.beat(of: run))
        let now = now()
        var record = seen[run] ?? Seen(looked: now)
        switch reading {
        case .failure(let failure) where failure.code != ENOENT:
            // A server that does not answer says nothing of the runner.
            break
        case .success(let content) where content != record.content:
            (record.content, record.silence, record.hasBeaten) = (content, .zero, seen[run] != nil)
        default:
            record.silence += min(now - record.looked, restartExpiry)
            record.hasBeaten = false
        }
        record.looked = now
        seen[run] = record
        return record
    }

    private func life(of identity: RunnerIdentity, _ heard: Seen) -> RunnerLife {
        guard !identity.boot.isEmpty, !own.boot.isEmpty else { return life(heard, expiry) }
        guard identity.boot == own.boot else {
            return life(heard, identity.host == own.host ? restartExpiry : expiry)
        }
        guard !identity.pidNamespace.isEmpty, identity.pidNamespace == own.pidNamespace else {
            return life(heard, expiry)
        }
        return switch processes.state(of: identity.pid, started: identity.started) {
        case .running: .alive
        case .gone: .dead(.processEnded)
        case .stopped, .unknown: life(heard, expiry)
        }
    }

    private func life(_ heard: Seen, _ expiry: Duration) -> RunnerLife {
        if heard.silence >= expiry { return .dead(.silent(heard.silence)) }
        return heard.hasBeaten ? .alive : .silent(heard.silence)
    }
}

extension RunnerSighting {
    /// Whether it is known to be dead.
    public var isDead: Bool {
        if case .dead = life { return true }
        return false
    }
}
