import Platform

/// What this program calls itself in results.
enum Version {
    /// The number alone for the source of a release, with the commit for any other, such as
    /// `0.1.0.dev416+g5990186d01c3`: `packaging/version` says it.
    static let text = Revision.text.isEmpty ? tomosVersion : Revision.text
}
