import Foundation
import Glibc
import Synchronization

/// What was cleared away.
public struct Swept: Sendable, Equatable {
    /// Dead runners of which nothing is left.
    public var runs: [String] = []
    /// Cases that they had and that are free again.
    public var cases: [String] = []
    /// Half-written files that nobody is writing any more.
    public var temporaries: [String] = []
    /// What could not be removed, each with the reason; it is tried again the next time.
    public var left: [String] = []
    /// Cases claimed by nobody knows whom. They stay so until somebody removes the claim's folder.
    public var unknownClaims: [String] = []

    /// Nothing.
    public init() {}
}

/// Clears away what runners left that are dead, and what this one leaves.
///
/// Any number of heirs may do so at once, and each may die at any point: every step names what it removes by its owner's
/// name, is done or found done, and the identity, by which others find the rest, goes last. Why this takes no case from a
/// runner that is alive after all and still puts its results in place: see ``Claims``.
public final class Remains: Sendable {
    private let run: String
    private let paths: SharingPaths
    private let watch: RunnerWatch
    /// Counts what was taken away; held while anything is.
    private let working = Mutex(0)
    /// Told after each step, for tests that end the process there.
    let step: @Sendable (Step) -> Void

    enum Step: String, Sendable, CaseIterable, Codable {
        case claimTaken, draftTaken, claimRemoved, draftsTaken, draftsRemoved, beatRemoved, identityRemoved
    }

    /// The remains that a runner finds and leaves.
    public convenience init(_ paths: SharingPaths, run: String, watch: RunnerWatch) {
        self.init(paths, run: run, watch: watch, step: { _ in })
    }

    init(_ paths: SharingPaths, run: String, watch: RunnerWatch, step: @escaping @Sendable (Step) -> Void) {
        (self.paths, self.run, self.watch, self.step) = (paths, run, watch, step)
    }

    /// Looks at the other runners and frees the cases of those that are dead. To be called again and again, some seconds apart,
    /// while other runners have cases that are to be done.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    @discardableResult
    public func buryDead() throws(SharingError) -> Swept {
        let belongings = try Belongings(paths)
        return bury(belongings, watch.look(at: belongings))
    }

    /// ``buryDead()``, and when no other runner is there, half-written files (`.tomos-*.tmp`) in the results folder, in `logs`
    /// and in the folders of `.tomos` as well. To be called when a run has begun its heartbeat and when it ends, at times when
    /// this process writes nothing else there.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    @discardableResult
    public func sweep() throws(SharingError) -> Swept {
        // Listed before the look: whoever wrote one of these and is alive was known before that.
        let temporaries = Temporaries.list(paths)
        let belongings = try Belongings(paths)
        let sightings = watch.look(at: belongings)
        var swept = bury(belongings, sightings)
        guard sightings.allSatisfy(\.isDead) else { return swept }
        for path in temporaries where swept.remove(path) { swept.temporaries.append(path) }
        return swept
    }

    /// Gives back all that this runner has and removes what it was making. Afterwards only its heartbeat is to be ended. May be
    /// called while workers are at their cases, which then cannot put anything in place.
    @discardableResult
    public func buryOwn() -> Swept {
        var swept = Swept()
        do throws(SharingError) {
            let belongings = try Belongings(paths)
            working.withLock { free(run, belongings, &$0, &swept) }
        } catch {
            swept.left.append(error.description)
        }
        return swept
    }

    // MARK: steps

    private func bury(_ belongings: Belongings, _ sightings: [RunnerSighting]) -> Swept {
        var swept = Swept()
        swept.unknownClaims = belongings.unknownClaims
        working.withLock { count in
            // Where it got stuck the last time.
            for claim in belongings.claims where claim.entry.heir == run { takeOver(claim, &count, &swept) }
            for run in sightings.filter(\.isDead).map(\.run) {
                let before = swept.left.count
                free(run, belongings, &count, &swept)
                // What is left over needs an owner whom others find dead.
                if swept.left.count == before { removeNames(of: run, &swept) }
            }
        }
        // Goes only when nobody has put anything into it.
        for caseID in belongings.emptyClaims { rmdir(paths.claim(of: caseID)) }
        return swept
    }

    /// Frees a runner's cases and removes what it was making.
    private func free(_ owner: String, _ belongings: Belongings, _ count: inout Int, _ swept: inout Swept) {
        for claim in belongings.claims where claim.entry.runs.contains(owner) { takeOver(claim, &count, &swept) }
        for draft in belongings.claimDrafts + belongings.making where draft.run == owner {
            takeAway(draft.path, &count, &swept)
        }
        step(.draftsTaken)
        emptyTrash(&swept)
        step(.draftsRemoved)
    }

    /// Frees one case.
    private func takeOver(_ claim: Belongings.Claim, _ count: inout Int, _ swept: inout Swept) {
        let (owner, folder) = (claim.entry.run, paths.claim(of: claim.caseID))
        let mark = folder + "/" + ClaimEntry.taken(from: owner, by: run).name
        var code: Int32? = ENOENT
        for entry in claim.entry.later where code == ENOENT {
            code = SmallFile.move(folder + "/" + entry.name, to: mark)
        }
        // Given back meanwhile, or with another heir.
        if code == ENOENT { return }
        if let code { return swept.note(mark, code) }
        step(.claimTaken)
        guard takeAway(paths.making(claim.caseID, by: owner), &count, &swept) else { return }
        step(.draftTaken)
        guard swept.remove(mark) else { return }
        rmdir(folder)
        swept.cases.append(claim.caseID)
        step(.claimRemoved)
    }

    /// Where what was taken away lies till it is removed. No case's name begins with a dot.
    private var trash: String { "\(run)..swept-" }

    /// Gives a file or folder a name under which its owner does not find it. False when it is still there.
    @discardableResult
    private func takeAway(_ path: String, _ count: inout Int, _ swept: inout Swept) -> Bool {
        count += 1
        let taken = paths.making + "/\(trash)\(count)"
        var code = SmallFile.move(path, to: taken)
        // A run that ended may have removed the folder to which this goes.
        if code == ENOENT, SmallFile.exists(path), mkdir(paths.making, 0o777) == 0 || errno == EEXIST {
            code = SmallFile.move(path, to: taken)
        }
        guard let code, code != ENOENT else { return true }
        swept.note(path, code)
        return false
    }

    private func emptyTrash(_ swept: inout Swept) {
        for name in (try? SmallFile.names(in: paths.making)) ?? [] where name.hasPrefix(trash) {
            do {
                try FileManager.default.removeItem(atPath: paths.making + "/" + name)
            } catch {
                swept.left.append("\(paths.making)/\(name): \(error.localizedDescription)")
            }
        }
    }

    private func removeNames(of owner: String, _ swept: inout Swept) {
        _ = swept.remove(paths.beatDraft(of: owner))
        _ = swept.remove(paths.beat(of: owner))
        step(.beatRemoved)
        _ = swept.remove(paths.identity(of: owner))
        step(.identityRemoved)
        swept.runs.append(owner)
    }
}

extension Swept {
    /// Removes a file, and notes it when that fails. True when it was there.
    fileprivate mutating func remove(_ path: String) -> Bool {
        if unlink(path) == 0 { return true }
        if errno != ENOENT { note(path, errno) }
        return false
    }

    fileprivate mutating func note(_ path: String, _ code: Int32) {
        left.append("\(path): \(String(cString: strerror(code)))")
    }
}

/// Half-written files of `AtomicFile`.
enum Temporaries {
    /// Those in the results folder, in `logs`, in `.tomos` and in its folders but those that belong to runners whole.
    static func list(_ paths: SharingPaths) -> [String] {
        let hidden = paths.out + "/.tomos"
        let names = (try? SmallFile.names(in: hidden)) ?? []
        let below = names.map { hidden + "/" + $0 }.filter { $0 != paths.claims && $0 != paths.making && isFolder($0) }
        return ([paths.out, paths.out + "/logs", hidden] + below).flatMap { folder in
            ((try? SmallFile.names(in: folder)) ?? []).filter(isTemporary).map { folder + "/" + $0 }
                .filter { type($0) == S_IFREG }
        }
    }

    private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".tomos-") && name.hasSuffix(".tmp") }

    private static func isFolder(_ path: String) -> Bool { type(path) == S_IFDIR }

    /// The type of what is there itself, not of what a link leads to.
    private static func type(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
