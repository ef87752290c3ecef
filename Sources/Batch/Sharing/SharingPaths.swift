import Foundation
import Glibc
import Platform

/// Where runners that share a results folder find each other, all of it below `OUT/.tomos`.
///
///     runs/<run>.id             who a runner is
///     runs/<run>.beat           its heartbeat
///     claims/<case>/<run>       the runner that has a case: a folder with one empty file in it
///     making/<run>.<case>/      a case's files while they are made
public struct SharingPaths: Sendable, Equatable {
    /// The results folder.
    public let out: String
    /// Identities and heartbeats of runners.
    public let runs: String
    /// The claimed cases.
    public let claims: String
    /// Files while they are made.
    public let making: String

    /// Bytes of the longest name of a case, so that the names made from it are names of files.
    static let longestCase = 200

    /// Names the folders of a results folder; nothing is made.
    public init(out: String) {
        self.out = out
        (runs, claims, making) = (out + "/.tomos/runs", out + "/.tomos/claims", out + "/.tomos/making")
    }

    /// Makes the folders where they are missing.
    ///
    /// - Throws: `AtomicFileError`.
    public func make() throws { for folder in [runs, claims, making] { try AtomicFile.makeFolder(folder) } }

    /// The file that says who a runner is.
    public func identity(of run: String) -> String { runs + "/\(run).id" }

    /// A runner's heartbeat.
    public func beat(of run: String) -> String { runs + "/\(run).beat" }

    /// A heartbeat that is being written.
    func beatDraft(of run: String) -> String { runs + "/\(run).beat.new" }

    /// The folder that shows that a case is claimed.
    public func claim(of caseID: String) -> String { claims + "/" + caseID }

    /// Where a runner makes a case's files.
    public func making(_ caseID: String, by run: String) -> String { making + "/\(run).\(caseID)" }

    /// What a runner's identity says.
    enum IdentityReading {
        case known(RunnerIdentity)
        /// There is none.
        case absent
        /// There is one, and it cannot be read.
        case unreadable
    }

    func readIdentity(of run: String) -> IdentityReading {
        switch SmallFile.read(identity(of: run)) {
        case .failure(let failure): return failure.code == ENOENT ? .absent : .unreadable
        case .success(let bytes):
            guard let identity = try? JSONDecoder().decode(RunnerIdentity.self, from: Data(bytes)),
                identity.run == run
            else { return .unreadable }
            return .known(identity)
        }
    }

    /// Whether a name of a case is one for a file beside others, and of a length to which a run's name can be added.
    static func isCase(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
            && name.utf8.count <= longestCase
    }
}
