import Glibc

/// Everything below `OUT/.tomos` that belongs to some run.
struct Belongings {
    /// A claimed case.
    struct Claim {
        var caseID: String
        var entry: ClaimEntry
    }

    /// Runs with an identity or a heartbeat.
    var announced: Set<String> = []
    /// The claims.
    var claims: [Claim] = []
    /// Claims of which nobody knows who made them.
    var unknownClaims: [String] = []
    /// Claims that hold nothing: nobody's.
    var emptyClaims: [String] = []
    /// Paths of claims that are not made yet, by run.
    var claimDrafts: [(run: String, path: String)] = []
    /// Paths of files that are being made, by run.
    var making: [(run: String, path: String)] = []

    /// All runs of which there is anything.
    var runs: Set<String> {
        announced.union(claims.flatMap(\.entry.runs)).union(claimDrafts.map(\.run)).union(making.map(\.run))
    }

    /// Looks through the folders. What another runner takes away meanwhile is in it or not.
    ///
    /// - Throws: ``SharingError/cannotRead(path:code:)``.
    init(_ paths: SharingPaths) throws(SharingError) {
        announced = Set(try Self.names(in: paths.runs).compactMap(Self.owner))
        for name in try Self.names(in: paths.making) {
            if let run = Self.owner(of: name) { making.append((run, paths.making + "/" + name)) }
        }
        for name in try Self.names(in: paths.claims) {
            if name.hasPrefix(".") {
                guard let run = Self.owner(of: name.dropFirst()) else { continue }
                claimDrafts.append((run, paths.claims + "/" + name))
            } else {
                try add(name, in: paths.claim(of: name))
            }
        }
    }

    private mutating func add(_ caseID: String, in folder: String) throws(SharingError) {
        let names: [String]
        do throws(SmallFile.Failure) { names = try SmallFile.names(in: folder) } catch {
            // Given back just now.
            if error.code == ESTALE { return }
            guard error.code == ENOTDIR else { throw .cannotRead(path: folder, code: error.code) }
            unknownClaims.append(caseID)
            return
        }
        let entries = names.compactMap(ClaimEntry.init)
        claims += entries.map { Claim(caseID: caseID, entry: $0) }
        guard entries.isEmpty else { return }
        if names.isEmpty { emptyClaims.append(caseID) } else { unknownClaims.append(caseID) }
    }

    private static func names(in folder: String) throws(SharingError) -> [String] {
        do throws(SmallFile.Failure) { return try SmallFile.names(in: folder) } catch {
            throw .cannotRead(path: folder, code: error.code)
        }
    }

    /// The run whose name stands before the first dot.
    private static func owner(of name: some StringProtocol) -> String? {
        guard let dot = name.firstIndex(of: "."), RunnerIdentity.isName(name[..<dot]) else { return nil }
        return String(name[..<dot])
    }
}
