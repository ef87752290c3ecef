/// What lies in the folder of a claimed case, by its name.
enum ClaimEntry: Equatable {
    /// A runner has the case.
    case held(String)
    /// A runner has the case and is about to put its results in place.
    case confirmed(String)
    /// An heir is taking the case from a runner, which has it no more.
    case taken(from: String, by: String)

    private static let confirmation = "confirmed"

    init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let run = parts.first, parts.count <= 2, RunnerIdentity.isName(run) else { return nil }
        if parts.count == 1 {
            self = .held(run)
        } else if parts[1] == Self.confirmation {
            self = .confirmed(run)
        } else if RunnerIdentity.isName(parts[1]) {
            self = .taken(from: run, by: parts[1])
        } else {
            return nil
        }
    }

    var name: String {
        switch self {
        case .held(let run): run
        case .confirmed(let run): "\(run).\(Self.confirmation)"
        case .taken(let run, let heir): "\(run).\(heir)"
        }
    }

    /// What the same claim may be called by the time that it is renamed: a runner confirms once and never takes that back.
    var later: [ClaimEntry] {
        if case .held(let run) = self { return [self, .confirmed(run)] }
        return [self]
    }

    /// The runner that made the claim.
    var run: String {
        switch self {
        case .held(let run), .confirmed(let run), .taken(let run, _): run
        }
    }

    /// The runner that is taking it over.
    var heir: String? {
        if case .taken(_, let heir) = self { return heir }
        return nil
    }

    /// All runners that the claim tells of.
    var runs: [String] { [run] + (heir.map { [$0] } ?? []) }
}
