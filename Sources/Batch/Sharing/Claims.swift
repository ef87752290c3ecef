import Glibc
import Synchronization

/// The cases that a runner has to itself.
///
/// A claim is a folder `claims/<case>` that holds a file with the runner's name. It is made under another name, with the file
/// in it, and renamed: a folder can be renamed onto an empty folder or onto nothing, but not onto one that holds something,
/// so of all who try one succeeds. Giving it back is removing the file, by its name, which is nobody else's. There is nothing
/// to be compared before it is removed, and neither links nor locks are needed, so this holds on NFS too, where each of these
/// steps is one call that the server does or refuses. An answer that got lost there is asked for again: the file is ours or
/// it is not there.
///
/// Why no case is done by two. An heir (``Remains``) of a runner that it takes for dead
/// 1. renames the runner's file in the claim, so that it is the runner's no more,
/// 2. takes away, by renaming it, the folder in which the runner makes the case's files,
/// 3. removes the renamed file. Only now the claim is empty, and somebody else can make it.
///
/// The runner, or a worker process of it,
/// - a. makes all files of the case,
/// - b. renames its file in the claim as well (``confirm(_:)``),
/// - c. puts the results in place by renaming the folder in which they were made.
///
/// As 1 and b rename the same file, one comes first. If that is 1, then b finds nothing, and the runner knows that it is to
/// stop. If it is b, then all files are made by now, and 2 and c rename the same folder: the results are in place before
/// anybody else can claim the case, or never will be. Whoever claims a case looks after that whether it is done. So it does not
/// matter whether the runner was dead or only stood still (was stopped, its machine asleep or cut off) and goes on at any of
/// these points: when it was wrongly taken for dead, some work is lost and nothing else.
public final class Claims: Sendable {
    /// The runner.
    public let run: String
    private let paths: SharingPaths
    private let taken = Mutex<Set<String>>([])

    /// The claims of a runner, in its own process or in one of its worker processes.
    public init(of run: String, paths: SharingPaths) { (self.run, self.paths) = (run, paths) }

    /// Claims a case, unless somebody has it, this runner included.
    ///
    /// Whether the case is done has to be looked at after this: it may have been, a moment ago.
    ///
    /// - Returns: Whether the case is this runner's now.
    /// - Throws: ``SharingError``.
    public func take(_ caseID: String) throws(SharingError) -> Bool {
        guard SharingPaths.isCase(caseID) else { throw .badCase(caseID) }
        guard taken.withLock({ $0.insert(caseID).inserted }) else { return false }
        do throws(SharingError) {
            if try isFree(caseID), try make(caseID) { return true }
        } catch {
            forget(caseID)
            throw error
        }
        forget(caseID)
        return false
    }

    /// Whether this runner has the case, as far as this machine knows.
    public func isHeld(_ caseID: String) -> Bool {
        SmallFile.exists(path(caseID, .held(run))) || SmallFile.exists(path(caseID, .confirmed(run)))
    }

    /// Makes sure that this runner has the case still. To be asked when all files are made and just before they are put in
    /// place: from the answer true on, they are in place before anybody else can claim the case, or cannot be put in place.
    ///
    /// Other than ``isHeld(_:)`` this asks the file server and not what is remembered of it.
    ///
    /// - Throws: ``SharingError/cannotWrite(path:code:)``.
    public func confirm(_ caseID: String) throws(SharingError) -> Bool {
        let confirmed = path(caseID, .confirmed(run))
        let code = SmallFile.move(path(caseID, .held(run)), to: confirmed)
        switch code {
        case nil: return true
        case ENOENT, ESTALE: return SmallFile.exists(confirmed)
        case let code?: throw .cannotWrite(path: confirmed, code: code)
        }
    }

    /// Gives a case back. What was made of it must be in place or gone, and whoever made it must have stopped.
    ///
    /// - Returns: Whether the case was this runner's; if not, nothing is changed.
    @discardableResult
    public func release(_ caseID: String) -> Bool {
        defer { forget(caseID) }
        guard unlink(path(caseID, .held(run))) == 0 || unlink(path(caseID, .confirmed(run))) == 0 else { return false }
        rmdir(paths.claim(of: caseID))
        return true
    }

    /// Who has which case. A claim that nobody is known to have made has no runner: it is taken by hand only.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    public func holders() throws(SharingError) -> [String: ClaimHolder] {
        let belongings = try Belongings(paths)
        var holders: [String: ClaimHolder] = [:]
        for claim in belongings.claims {
            var holder = ClaimHolder(run: claim.entry.run)
            if case .known(let identity) = paths.readIdentity(of: claim.entry.run) { holder.identity = identity }
            holders[claim.caseID] = holder
        }
        for caseID in belongings.unknownClaims { holders[caseID] = ClaimHolder() }
        return holders
    }

    // MARK: the making of a claim

    /// Whether a claim may be made: removing the claim's folder shows it, since it only goes when it is empty.
    private func isFree(_ caseID: String) throws(SharingError) -> Bool {
        let claim = paths.claim(of: caseID)
        if rmdir(claim) == 0 { return true }
        switch errno {
        case ENOENT, ESTALE: return true
        case ENOTEMPTY, EEXIST, EBUSY: return false
        case ENOTDIR: throw .inTheWay(path: claim)
        case let code: throw .cannotWrite(path: claim, code: code)
        }
    }

    private func make(_ caseID: String) throws(SharingError) -> Bool {
        // One that was given up makes no more claims. It is no harm if that happens a moment later.
        guard SmallFile.exists(paths.identity(of: run)) else { throw .givenUp(run: run) }
        let draft = paths.claims + "/.\(run).\(caseID)"
        if let code = makeDraft(draft) { throw .cannotWrite(path: draft, code: code) }
        let file = draft + "/" + run
        if let code = SmallFile.create(file), code != EEXIST {
            discard(draft)
            throw failure(file, code)
        }
        let claim = paths.claim(of: caseID)
        guard let code = SmallFile.move(draft, to: claim) else { return true }
        if code == ENOTEMPTY || code == EEXIST {
            discard(draft)
            return false
        }
        // The answer may have been lost: then the draft is where it should be.
        if !SmallFile.exists(draft), isHeld(caseID) { return true }
        discard(draft)
        release(caseID)
        throw failure(claim, code)
    }

    /// Why a claim was not made. Drafts vanish when an heir takes them away, which it does before it removes the identity.
    private func failure(_ path: String, _ code: Int32) -> SharingError {
        [ENOENT, ESTALE].contains(code) && SmallFile.exists(paths.claims)
            ? .givenUp(run: run) : .cannotWrite(path: path, code: code)
    }

    /// Makes a folder in that of the claims, which a run that ended may have removed; the errno of what failed, or nil.
    private func makeDraft(_ path: String) -> Int32? {
        for _ in 0..<3 {
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return nil }
            guard errno == ENOENT, mkdir(paths.claims, 0o777) == 0 || errno == EEXIST else { return errno }
        }
        return ENOENT
    }

    private func discard(_ draft: String) {
        unlink(draft + "/" + run)
        rmdir(draft)
    }

    private func forget(_ caseID: String) { taken.withLock { _ = $0.remove(caseID) } }

    private func path(_ caseID: String, _ entry: ClaimEntry) -> String {
        paths.claim(of: caseID) + "/" + entry.name
    }
}

/// Who has a case.
public struct ClaimHolder: Sendable, Equatable {
    /// The runner's name; nil when nobody knows it.
    public var run: String?
    /// Who that is; nil when it cannot be read.
    public var identity: RunnerIdentity?
}
