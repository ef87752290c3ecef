import Platform

/// Tables of a run's cases as comma-separated values (RFC 4180 quoting, `.` as decimal point) with a header line.
public enum ResultTables {
    /// `volumes.csv` of some cases: a line per case and label, in the order of the cases.
    public static func volumes(_ cases: [CaseOutcome]) -> String {
        volumesHeader + cases.map(volumesLines).joined()
    }

    /// The first line of `volumes.csv`.
    package static let volumesHeader = line([
        "case", "label", "name", "voxels", "mm3", "mean_intensity", "sd_intensity", "mean_probability",
        "expected_dice", "predicted_dice", "predicted_lower", "predicted_upper", "flags",
    ])

    /// The lines of a case in `volumes.csv`, one per label.
    package static func volumesLines(_ outcome: CaseOutcome) -> String {
        outcome.structures.map { line(fields(of: $0, in: outcome)) }.joined()
    }

    /// The first line of `summary.csv`.
    package static let summaryHeader = line([
        "case", "status", "source", "series", "seconds", "labels", "labels_found", "lowest_predicted_dice", "flags",
        "memory_bytes", "notices", "category", "stage", "reason",
    ])

    /// The line of a case in `summary.csv`.
    package static func summaryLine(_ outcome: CaseOutcome) -> String { line(fields(of: outcome)) }

    private static func fields(of outcome: CaseOutcome) -> [String] {
        let flagged = outcome.structures.filter { !$0.flags.isEmpty }
        let flags = flagged.map { "\($0.name): \($0.flags.map(\.rawValue).joined(separator: " "))" }
        return [
            SafeText.csv(outcome.id), outcome.status.rawValue, SafeText.csv(outcome.path ?? outcome.source),
            SafeText.csv(outcome.seriesInstanceUID ?? ""), decimal(outcome.seconds, 3),
            String(outcome.structures.count), String(outcome.structures.filter { $0.voxels > 0 }.count),
            number(outcome.structures.compactMap { $0.predictedDice?.dice }.min()),
            SafeText.csv(flags.joined(separator: "; ")), outcome.memory?.peak.map { String($0) } ?? "",
            SafeText.csv(outcome.notices.joined(separator: "; ")), outcome.category ?? "",
            outcome.stage?.rawValue ?? "", SafeText.csv(outcome.reason ?? ""),
        ]
    }

    private static func fields(of structure: CaseOutcome.Structure, in outcome: CaseOutcome) -> [String] {
        let predicted = structure.predictedDice
        return [
            SafeText.csv(outcome.id), String(structure.id), SafeText.csv(structure.name), String(structure.voxels),
            decimal(structure.mm3, 3), number(structure.meanIntensity), number(structure.intensityDeviation),
            number(structure.meanProbability), decimal(structure.expectedDice, 4), number(predicted?.dice),
            number(predicted?.lower), number(predicted?.upper),
            structure.flags.map(\.rawValue).joined(separator: " "),
        ]
    }

    private static func number(_ value: Double?) -> String { value.map { decimal($0, 4) } ?? "" }

    private static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }
}
