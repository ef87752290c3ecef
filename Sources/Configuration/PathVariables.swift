import Foundation

/// Environment variables in paths: `${NAME}`, and `${NAME:-default}` for one that need not be set. `$${` stands for `${`.
///
/// A variable that is empty counts as one that is not set, as in a shell's `:-`: `${PACKS}/heart` must not become `/heart`.
package final class PathVariables {
    /// Why a text cannot be taken.
    package enum Fault: Error, Equatable {
        /// The variable is not set, and there is no default.
        case unset(String)
        /// `${` without a name or without its end.
        case malformed
    }

    /// How a variable is written, for errors and documentation.
    package static let allowed = "${NAME} or ${NAME:-default} (and $${ where ${ itself is meant)"

    /// What was put in for each variable so far, defaults included.
    package private(set) var used: [String: String] = [:]
    private let environment: [String: String]

    /// Takes variables from these; by default from the program's environment.
    package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment
    }

    /// The text with every variable's value in its place.
    package func expand(_ text: String) throws(Fault) -> String {
        var (result, rest) = ("", Substring(text))
        while let start = rest.range(of: "${") {
            let before = rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            if before.hasSuffix("$") {
                result += before.dropLast() + "${"
                continue
            }
            guard let end = rest.firstIndex(of: "}") else { throw .malformed }
            result += before + (try value(rest[..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// The text that `expand` turns into this one.
    package static func literal(_ text: String) -> String { text.replacing("${", with: "$${") }

    /// The value of `NAME` or `NAME:-default`.
    private func value(_ inside: Substring) throws(Fault) -> String {
        let colon = inside.range(of: ":-")
        let name = String(inside[..<(colon?.lowerBound ?? inside.endIndex)])
        guard Self.isName(name) else { throw .malformed }
        let standard = colon.map { String(inside[$0.upperBound...]) }
        guard let value = environment[name].flatMap({ $0.isEmpty ? nil : $0 }) ?? standard else { throw .unset(name) }
        used[name] = value
        return value
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.utf8.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
    }
}
