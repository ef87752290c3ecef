import Foundation
import Pipelines
import Platform
import Studies
import Volumes

/// The page of a whole study: `index.html` with a table of its cases and what to review first, and a page per case, made of
/// plain files that open from disk without a server and without a network.
///
///     REPORT/index.html  cases.js  assets/
///     REPORT/cases/<case>.html
///     REPORT/cases/<case>/{thumbnail,planes,axial,coronal,sagittal}.webp  view.js
///
/// It takes what it shows as values. Nothing of a DICOM header gets into it: cases go by the names of their files.
public struct StudyReport: Sendable {
    /// Makes the view of a case in a folder.
    public typealias ViewMaker = @Sendable (_ outcome: CaseOutcome, _ folder: String) throws -> Void

    /// What is known of the task beside the results.
    public struct Task: Sendable {
        /// Its name.
        public var name: String
        /// What is found, with colours.
        public var labels: LabelTable
        /// How many labelled volumes it has; nil where the pack is not there any more.
        public var volumes: Int?
        /// The planes whose slices are looked at, and the window, as a pipeline file has it.
        public var planes: [String], window: String?

        /// Makes it of its parts.
        public init(
            name: String, labels: LabelTable, volumes: Int? = nil, planes: [String] = [], window: String? = nil
        ) {
            (self.name, self.labels, self.volumes) = (name, labels, volumes)
            (self.planes, self.window) = (planes, window)
        }
    }

    /// Name of the study or of its pipeline.
    public var name: String
    /// What the browser keeps ratings under: the same for each report of one results folder.
    public var key: String
    /// The task.
    public var task: Task
    /// What the results were made by.
    public var made: Provenance
    /// When the run ended; nil where it has not.
    public var ended: Date?
    /// Every case, in any order.
    public var cases: [CaseOutcome]
    /// Cases that were made from something else or in another way, and what changed.
    public var stale: [String: [String]] = [:]
    /// What was found in the study and is no case.
    public var ignored: [IgnoredItem] = []
    /// What people said of the results.
    public var reviews = Reviews()
    /// The results folder.
    public var results: String
    /// The last lines of a failed case's log.
    public var logTail: @Sendable (_ id: String) -> String? = { _ in nil }
    /// Makes the views that are missing; nil where none is to be made.
    public var makeView: ViewMaker?

    /// Makes a report of what it cannot do without.
    public init(
        name: String, key: String, task: Task, made: Provenance, cases: [CaseOutcome], results: String
    ) {
        (self.name, self.key, self.task, self.made) = (name, key, task, made)
        (self.cases, self.results) = (cases, results)
    }

    /// What was written.
    public struct Written: Sendable, Equatable {
        /// The page to open.
        public var page: String
        /// Cases with pictures.
        public var views = 0
        /// Done cases that could have none, and why.
        public var withoutView: [Missing] = []

        /// A case without pictures.
        public struct Missing: Sendable, Equatable {
            /// The case.
            public var id: String
            /// Why.
            public var reason: String
        }
    }

    static let script = "cases.js"
    /// What the script of the cases begins with.
    static let call = "tomosStudy("

    /// Writes the report into a folder, which appears whole: it is made beside it, or for `RESULTS/report` in
    /// `RESULTS/.tomos`, and takes the place of the report that was there.
    ///
    /// - Parameters:
    ///   - folder: The folder; one that is there must be empty or hold a report.
    ///   - report: Told before each case how many of how many are done.
    /// - Throws: ``ReportError``, `AtomicFileError`.
    @discardableResult
    public func write(to folder: String, report: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> Written {
        let path = Self.fullPath(folder)
        let parent = NSString(string: path).deletingLastPathComponent
        let isOwn = parent == URL(fileURLWithPath: results).resolvingSymlinksInPath().standardizedFileURL.path
        let place = ReportFolder(path: path, shown: folder, drafts: isOwn ? parent + "/.tomos" : parent)
        var written = try place.write { try write(intoDraft: $0, for: path, report) }
        written.page = folder + (folder.hasSuffix("/") ? "" : "/") + "index.html"
        return written
    }

    private func write(
        intoDraft draft: String, for path: String, _ report: (Int, Int) -> Void
    ) throws -> Written {
        let order = CaseOrder(self)
        let methods = MethodsText(self).text
        let folders = (cases: draft + "/cases", assets: draft + "/assets")
        try AtomicFile.makeFolder(folders.cases)
        try ReportAssets.write(to: folders.assets)
        let views = ReportViews(
            results: results, earlier: path, pages: Set(cases.map { $0.id + ".html" }), make: makeView)
        let script = try DraftFile(draft + "/" + Self.script)
        let pages = try CasePages(self, order: order, methods: methods, results: Self.way(from: path, to: results))
        var written = Written(page: "")
        try script.append(CasesScript.begin(self, order: order, methods: methods))
        for (n, outcome) in order.outcomes.enumerated() {
            report(n, cases.count)
            guard SafeText.fileName(outcome.id) == outcome.id else { throw ReportError.badCase(id: outcome.id) }
            var entry = CaseEntry(
                outcome, of: self, doubt: order.doubts[outcome.id], rank: order.rank(n),
                reviews: order.reviews[outcome.id] ?? [])
            entry.files = pages.files(of: outcome)
            let view = try views.bring(outcome, to: folders.cases + "/" + outcome.id)
            switch view {
            case .there: (entry.view, written.views) = (true, written.views + 1)
            case .absent(let reason?):
                entry.notices = (entry.notices ?? []) + ["no pictures: \(reason)"]
                written.withoutView.append(.init(id: outcome.id, reason: reason))
            case .absent(nil): break
            }
            try script.append((n == 0 ? "\n" : ",\n") + JSON.script(entry))
            try DraftFile.write(
                pages.page(n, outcome, entry, view), to: folders.cases + "/\(outcome.id).html")
        }
        try script.append("\n]});\n")
        try DraftFile.write(CohortPage.text(self, order: order, methods: methods), to: draft + "/index.html")
        return written
    }

    private static func fullPath(_ path: String) -> String {
        let url = URL(fileURLWithPath: path.isEmpty ? "." : path)
        // The folder itself may be a link, which is replaced and not followed.
        let parent = url.deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL.path
        return (parent == "/" ? "" : parent) + "/" + url.standardizedFileURL.lastPathComponent
    }

    /// The way from one folder to another as links have it, without a slash at its end.
    static func way(from folder: String, to other: String) -> String {
        let one = URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.pathComponents
        let two = URL(fileURLWithPath: other).resolvingSymlinksInPath().standardizedFileURL.pathComponents
        let shared = zip(one, two).prefix { $0 == $1 }.count
        let parts = Array(repeating: "..", count: one.count - shared) + two.dropFirst(shared)
        return parts.isEmpty ? "." : parts.map { $0 == ".." ? $0 : ReportText.link($0) }.joined(separator: "/")
    }

    /// Date and time as files have them.
    var endedText: String? { ended?.ISO8601Format() }
}

/// The order in which the report goes through the cases: done ones by doubt, then failed and waiting ones.
struct CaseOrder {
    let doubts: StudyDoubts
    let outcomes: [CaseOutcome]
    /// What people said of each.
    let reviews: [String: [Review]]
    /// How many are done, failed, waiting.
    let counts: (done: Int, failed: Int, waiting: Int)

    init(_ report: StudyReport) {
        doubts = StudyDoubts(report.cases)
        let byID = Dictionary(report.cases.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        let others = byID.values.filter { !$0.isDone }.sorted { $0.id < $1.id }
        let failed = others.filter { $0.status == .failed }
        let waiting = others.filter { $0.status != .failed }
        outcomes = doubts.ranked.compactMap { byID[$0] } + failed + waiting
        counts = (doubts.ranked.count, failed.count, waiting.count)
        reviews = report.reviews.byCase
    }

    /// The place in the order of review, from 1, of the n-th case; nil where it is not done.
    func rank(_ n: Int) -> Int? { n < counts.done ? n + 1 : nil }
}
