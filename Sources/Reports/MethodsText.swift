import Foundation
import Pipelines
import Platform
import Segmentation

/// The paragraph that says what was done, to be cited: program and version, task, networks with licence, the options that
/// matter, cases, and what the expected Dice rests on. All of it comes from the provenance of the results.
struct MethodsText {
    let text: String

    /// Names of more labels than these are counted.
    private static let mostNames = 8

    init(_ report: StudyReport) {
        let made = report.made
        var sentences = [Self.what(report)]
        sentences.append(Self.way(made))
        if let cut = Self.cut(report) { sentences.append(cut) }
        if let clean = made.options?["clean"], clean != "[]" {
            sentences.append("Label maps were cleaned up: \(Self.items(clean)).")
        }
        sentences.append(Self.cases(report))
        if report.isChecked { sentences.append(Self.check) }
        text = sentences.joined(separator: " ")
    }

    /// "The labels liver and spleen were segmented ..."
    private static func what(_ report: StudyReport) -> String {
        let names = report.task.labels.entries.map(\.name)
        let shown = names.count > mostNames ? Array(names.prefix(mostNames - 1)) + ["others"] : names
        let count = names.count > mostNames ? "\(names.count) labels, " : names.count == 1 ? "label " : "labels "
        let subject = "The \(count)\(list(shown))" + (names.count > mostNames ? "," : "")
        let volumes =
            report.task.volumes.map { "\(counted($0, "labelled volume")) of the" } ?? "the labelled volumes of the"
        let verb = names.count == 1 ? "was" : "were"
        return "\(subject) \(verb) segmented with Tomos \(report.made.tomos) from \(volumes) task pack "
            + "'\(report.made.task)' (SHA-256 \(report.made.taskSHA256.prefix(12)))."
    }

    /// What found the labels.
    private static func way(_ made: Provenance) -> String {
        let options = made.options ?? [:]
        guard let learned = made.learned, options["segment.learned"] != "false" else { return inContext(made) }
        let own = "The networks were trained on the pack: \(sentence(learned))."
        if learned.share >= 1 { return own + " Their probabilities were averaged." }
        return own + " Their probabilities counted \(decimal(100 * learned.share, 0)) %, against those of a network in "
            + "context. " + inContext(made)
    }

    /// The network that is shown the pack's slices.
    private static func inContext(_ made: Provenance) -> String {
        let options = made.options ?? [:]
        let support = options["segment.support"].map { "\($0) support slices each" } ?? "support slices"
        var text =
            "A network in context (UniverSeg; Butoi et al., ICCV 2023; weights \(made.weights), SHA-256 "
            + "\(made.weightsSHA256.prefix(12))) segmented slice by slice with \(support)"
        if let ensemble = options["segment.ensemble"], ensemble != "1" { text += " in \(ensemble) draws" }
        if let fusion = options["segment.fusion"], fusion != "0" {
            text += "; the vote of the pack's labels, brought to the image by registration, counted up to \(fusion)"
        }
        return text + "."
    }

    /// Planes, window, threshold.
    private static func cut(_ report: StudyReport) -> String? {
        let options = report.made.options ?? [:]
        let planes =
            options["prepare.plane"].map { list(items($0).components(separatedBy: ", ")) }
            ?? (report.task.planes.isEmpty ? nil : list(report.task.planes))
        let window = options["prepare.window"] ?? report.task.window
        let parts = [
            planes.map { "slices were \($0)" }, window.map { "intensities were windowed by \($0)" },
            options["segment.threshold"].map { "voxels from a probability of \($0) on were taken" },
        ].compactMap(\.self)
        guard let first = parts.first else { return nil }
        return first.prefix(1).uppercased() + parts.joined(separator: "; ").dropFirst() + "."
    }

    private static func cases(_ report: StudyReport) -> String {
        let done = report.cases.count(where: \.isDone)
        let failed = report.cases.count { $0.status == .failed }
        let waiting = report.cases.count - done - failed
        var text = "Of \(counted(report.cases.count, "image")), \(done) \(done == 1 ? "was" : "were") segmented"
        if failed > 0 { text += ", \(failed) failed" }
        if waiting > 0 { text += ", \(waiting) \(waiting == 1 ? "is" : "are") still to be done" }
        let excluded = report.cases.count { report.reviews.isExcluded(case: $0.id) }
        if excluded > 0 { text += "; \(excluded) \(excluded == 1 ? "was" : "were") excluded after review" }
        return text + "."
    }

    private static let check =
        "Dice was predicted from the probabilities by a line fitted to leave-one-out results within the pack, with an "
        + "interval for nine in ten cases."

    /// Networks of a pack in words.
    static func sentence(_ learned: LearnedRecord) -> String {
        let study = learned.taught.map { ", taught by \(counted($0, "case")) of the study as well" } ?? ""
        return "\(counted(learned.members, "network")), \(learned.steps) training steps each\(study)"
    }

    /// What a list of a pipeline file holds.
    private static func items(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    /// "a, b and c".
    static func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
}
