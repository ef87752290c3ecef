import Configuration
import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// Texts that are small and would take hours or the stack, and numbers that no check writes.
@Suite struct HostileConfigurationTests {
    private func problem(_ text: String) -> String? {
        do {
            _ = try ConfigurationFile.root(text, path: "p.yaml", what: "pack")
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Each line a mapping whose keys are the one before, twice: hashing them doubles with every line.
    private var aliasedKeys: String {
        var text = "a0: &a0 {x: 1}\n"
        for n in 1...30 { text += "a\(n): &a\(n) {? *a\(n - 1) : 1, ? [*a\(n - 1)] : 2}\n" }
        return text
    }

    private var aliasedValues: String {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for n in 1...20 {
            let many = Array(repeating: "*a\(n - 1)", count: 9).joined(separator: ", ")
            text += "a\(n): &a\(n) [\(many)]\n"
        }
        return text
    }

    @Test func aliasesAreLimited() {
        let message = "there are more than 16 aliases (*name); write the values out"
        #expect(problem(aliasedKeys) == "p.yaml:1:1: not valid YAML: line 10: \(message)")
        #expect(problem(aliasedValues) == "p.yaml:1:1: not valid YAML: line 3: \(message)")
        // What people write: an anchor used some times, globs, emphasis in comments.
        let few = "a: &size 3\n" + (1...9).map { "b\($0): *size\n" }.joined()
        #expect(problem(few) == nil)
        let globs = "include: [" + (0..<99).map { "'*/\($0).nii', \"*.nii\"" }.joined(separator: ", ") + "]\n"
        #expect(problem(globs + "# *this* and *that* " + String(repeating: "*so* ", count: 99) + "\n") == nil)
    }

    @Test(arguments: ["[", "{a: ", "[\n"])
    func bracketsAreLimited(open: String) {
        let text = problem("a: " + String(repeating: open, count: 100_000)) ?? ""
        #expect(text.hasPrefix("p.yaml:1:1: not valid YAML: line "), "\(text)")
        #expect(text.hasSuffix(": lists and mappings are nested deeper than 64 levels"), "\(text)")
    }

    @Test func indentsAreLimited() {
        let message = "values are nested in each other further than 256 columns"
        #expect(
            problem("a: 1\nb:\n  " + String(repeating: "- ", count: 100_000) + "x\n")
                == "p.yaml:1:1: not valid YAML: line 3: \(message)")
        #expect(
            problem(String(repeating: "? ", count: 100_000) + "x\n") == "p.yaml:1:1: not valid YAML: line 1: \(message)"
        )
        for newline in ["\n", "\r", "\r\n", "\u{2028}"] {
            let deep = (0..<700).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: newline)
            #expect(problem(deep) == "p.yaml:1:1: not valid YAML: line 258: \(message)", "\(newline.unicodeScalars)")
        }
        #expect(problem("a: [1, [2, [3]]]\nb:\n  - - c: 1\n      d:\n        - ----\n# -----\n") == nil)
    }

    // MARK: check.json

    private func checked(_ change: (inout [String: Any]) -> Void) throws -> String {
        let folder = TemporaryFolder()
        var findings: [String: Any] = [
            "packSHA256": "1", "weightsSHA256": "2", "threshold": 0.5,
            "options": try JSONSerialization.jsonObject(
                with: try JSONEncoder().encode(
                    CheckedOptions(SegmentOptions(), planes: [.axial], side: 128, window: .minMax))),
            "calibrations": [
                [
                    "label": 1, "usual": 0.8, "slope": 1.0, "intercept": 0.0, "spread": 0.05, "squares": 0.01,
                    "cases": 5,
                ]
            ],
        ]
        change(&findings)
        let path = folder.file("check.json")
        try JSONSerialization.data(withJSONObject: findings).write(to: URL(fileURLWithPath: path))
        do {
            return try PackFindings.load(folder.path, packSHA256: "1") == nil ? "none" : "read"
        } catch {
            return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
        }
    }

    @Test func numbersOfACheckAreJudged() throws {
        #expect(try checked { _ in } == "read")
        for (key, value) in [
            ("slope", 1e300), ("intercept", -1e300), ("usual", 1e30), ("spread", 1e300), ("squares", 1e-300),
            ("cases", 1e15), ("cases", 2),
        ] {
            let text = try checked { findings in
                var calibrations = findings["calibrations"] as? [[String: Any]] ?? []
                calibrations[0][key] = key == "cases" ? Int(value) as Any : value
                findings["calibrations"] = calibrations
            }
            #expect(text.contains("it is not what 'tomos task check' writes"), "\(key) \(value): \(text)")
        }
        for threshold in [0.0, 1.0, -1e300, 1e300] {
            #expect(try checked { $0["threshold"] = threshold }.contains("it is not what 'tomos task check' writes"))
        }
    }

    // MARK: Sizes

    /// Fine voxels and a wide kernel: the time it takes is bounded.
    @Test func smoothingOfFineVoxelsEnds() {
        #expect(LabelSmoothing.kernel(20 / 1e-4).count == 1025)
        #expect(LabelSmoothing.kernel(1e300).count == 1025)
        #expect(LabelSmoothing.kernel(2).count == 17)
    }
}
