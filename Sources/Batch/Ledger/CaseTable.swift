import Pipelines
import Platform
import Studies
import Volumes

/// A file that tells of every case, written one case after another: what that takes in memory does not grow with their
/// number.
struct CaseTable: Sendable {
    /// Name of the file.
    let name: String
    /// What comes before the cases, and after them.
    let begin: String, end: String
    /// What is said of one case, the first or a later one.
    let part: @Sendable (_ outcome: CaseOutcome, _ isFirst: Bool) throws -> String

    /// `summary.csv`.
    static let summary = CaseTable(name: "summary.csv", begin: ResultTables.summaryHeader, end: "") { outcome, _ in
        ResultTables.summaryLine(outcome)
    }

    /// `volumes.csv`.
    static let volumes = CaseTable(name: "volumes.csv", begin: ResultTables.volumesHeader, end: "") { outcome, _ in
        ResultTables.volumesLines(outcome)
    }

    /// `cases.json`: a ``RunReport`` with a line per case.
    ///
    /// - Throws: What JSON cannot say, which is nothing that a run finds.
    static func report(made: Provenance, study: String, ignored: [IgnoredItem]) throws -> CaseTable {
        // JSON of a report without cases is what comes before and after them: its keys are in order.
        let empty = try JSON.text(RunReport(made: made, study: study, cases: [], ignored: ignored))
        guard let list = empty.firstRange(of: /"cases" : \[\s*\]/) else {
            throw PlanError.broken(path: "cases.json", reason: "there is no place for its cases")
        }
        return CaseTable(
            name: "cases.json", begin: empty[..<list.lowerBound] + "\"cases\" : [",
            end: "\n  ]" + empty[list.upperBound...]
        ) { outcome, isFirst in
            try (isFirst ? "\n    " : ",\n    ") + JSON.text(outcome, pretty: false).dropLast()
        }
    }

    /// Writes tables into a folder. They appear when all cases are in them.
    ///
    /// - Parameter outcome: Asked what became of one case after another; none of its answers is kept. Nil leaves the case
    ///   out.
    static func write(
        _ tables: [CaseTable], to folder: String, of cases: [PlannedCase], _ outcome: (PlannedCase) -> CaseOutcome?
    ) throws {
        try AtomicFile.write(to: tables.map { folder + "/" + $0.name }) { files in
            for (table, file) in zip(tables, files) { try file.append(table.begin) }
            var isFirst = true
            for planned in cases {
                guard let outcome = outcome(planned) else { continue }
                for (table, file) in zip(tables, files) { try file.append(table.part(outcome, isFirst)) }
                isFirst = false
            }
            for (table, file) in zip(tables, files) { try file.append(table.end) }
        }
    }
}
