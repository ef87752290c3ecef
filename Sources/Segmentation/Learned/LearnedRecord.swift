/// What a check has found out about the networks that a pack has learned.
public struct LearnedRecord: Sendable, Hashable, Codable {
    /// SHA-256 of the file that holds them.
    public var sha256: String
    /// Their weight against the network in context and the vote: 1 where these are not asked at all.
    public var share: Double
    /// How many are averaged, and the steps that each was trained for.
    public var members: Int, steps: Int
    /// How many cases of a study they have learned from beside the pack; nil where none.
    public var taught: Int?

    /// Makes a record.
    public init(sha256: String, share: Double, members: Int, steps: Int, taught: Int? = nil) {
        (self.sha256, self.share, self.members, self.steps) = (sha256, share, members, steps)
        self.taught = taught
    }

    /// What a file says may be anything.
    var isWhole: Bool { share > 0 && share <= 1 && members > 0 && steps > 0 && taught ?? 1 > 0 }
}
