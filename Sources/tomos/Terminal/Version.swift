import Platform

/// What this program calls itself in results.
enum Version {
    /// The version with the revision of the source, such as `0.1.0+5990186d01c3`.
    static let text = Revision.text.isEmpty ? tomosVersion : "\(tomosVersion)+\(Revision.text)"
}
