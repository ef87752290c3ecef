import ArgumentParser
import Studies

/// The place of converted images in a BIDS data set.
struct BIDSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write a BIDS tree into -o, by a mapping file (YAML, or the JSON of dcm2bids; docs/convert.md).",
            valueName: "mapping"))
    var bids: String?

    @Option(help: ArgumentHelp("The subject of the BIDS tree, such as 01.", valueName: "label"))
    var subject: String?

    @Option(help: ArgumentHelp("The session of the BIDS tree, where there are sessions.", valueName: "label"))
    var session: String?

    func validate() throws {
        guard bids != nil else {
            if subject != nil || session != nil {
                throw ValidationError("--subject and --session go with --bids MAPPING")
            }
            return
        }
        guard let subject = subjectLabel else { throw ValidationError("--bids: name the subject with --subject LABEL") }
        for (option, label) in [("--subject", subject), ("--session", sessionLabel)] {
            guard let label else { continue }
            if label.isEmpty || !label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) {
                throw ValidationError("\(option) \(label): labels of BIDS are letters and digits")
            }
        }
    }

    /// The label without `sub-`.
    var subjectLabel: String? { subject.map { $0.hasPrefix("sub-") ? String($0.dropFirst(4)) : $0 } }
    /// The label without `ses-`.
    var sessionLabel: String? { session.map { $0.hasPrefix("ses-") ? String($0.dropFirst(4)) : $0 } }
}
