import Configuration
import Foundation
import Platform

/// What a person said of a result.
public enum ReviewRating: String, Sendable, Hashable, Codable, CaseIterable {
    /// It can be used as it is.
    case good
    /// It is to be corrected.
    case fix
    /// It has no part in what is counted and compared.
    case exclude
}

/// A person's rating of a case, or of one label of it.
public struct Review: Sendable, Hashable {
    /// What is rated.
    public struct Subject: Sendable, Hashable, Comparable {
        /// The case.
        public var id: String
        /// The label; nil for the whole case.
        public var label: UInt16?

        /// A case, or a label of it.
        public init(_ id: String, label: UInt16? = nil) { (self.id, self.label) = (id, label) }

        /// By case; the whole before its labels.
        public static func < (one: Subject, other: Subject) -> Bool {
            (one.id, one.label.map { Int($0) } ?? -1) < (other.id, other.label.map { Int($0) } ?? -1)
        }
    }

    /// What is rated.
    public var subject: Subject
    /// The rating.
    public var rating: ReviewRating
    /// A note on one line; empty for none.
    public var note: String
    /// When, to the second.
    public var time: Date

    /// Makes a review.
    public init(_ subject: Subject, _ rating: ReviewRating, note: String = "", time: Date) {
        (self.subject, self.rating, self.note, self.time) = (subject, rating, note, time)
    }

    /// The time as files have it: ISO 8601, UTC.
    public var timeText: String { time.ISO8601Format() }
}

/// The ratings of a study's cases, as `reviews.tsv` holds them: tab-separated, a header, a line each, no quotes.
///
///     case        label  rating   note              time
///     t1_007      n/a    fix      left is right     2026-11-30T14:05:00Z
///     t1_007      2      exclude  n/a               2026-11-30T14:05:30Z
///
/// `n/a` stands for the whole case, and for no note. Of several lines about the same the latest counts, and of those of one
/// time the last.
public struct Reviews: Sendable, Equatable {
    /// The file's name in a results folder.
    public static let fileName = "reviews.tsv"
    /// The columns.
    public static let columns = ["case", "label", "rating", "note", "time"]
    static let none = "n/a"

    /// Of each case, the whole before its labels.
    public private(set) var byCase: [String: [Review]] = [:]

    /// No reviews.
    public init() {}

    /// Makes reviews of a list in which later ones come after earlier ones of the same time.
    public init(_ reviews: [Review]) {
        for review in reviews {
            if let known = self[review.subject], known.time > review.time { continue }
            self[review.subject] = review
        }
    }

    /// All, by case; the whole case before its labels.
    public var all: [Review] { byCase.sorted { $0.key < $1.key }.flatMap(\.value) }

    /// How many there are.
    public var count: Int { byCase.values.reduce(0) { $0 + $1.count } }

    /// The review of a case, or of one of its labels.
    public private(set) subscript(subject: Review.Subject) -> Review? {
        get { byCase[subject.id]?.first { $0.subject == subject } }
        set {
            var reviews = byCase[subject.id]?.filter { $0.subject != subject } ?? []
            if let newValue { reviews.insert(newValue, at: reviews.prefix { $0.subject < subject }.count) }
            byCase[subject.id] = reviews.isEmpty ? nil : reviews
        }
    }

    /// Whether the whole case was rated `exclude`, or the label of it.
    public func isExcluded(case id: String, label: UInt16? = nil) -> Bool {
        guard let reviews = byCase[id] else { return false }
        return reviews.contains {
            $0.rating == .exclude && ($0.subject.label == nil || label != nil && $0.subject.label == label)
        }
    }

    /// The labels of a case that are rated `exclude`, each by itself.
    public func excludedLabels(of id: String) -> Set<UInt16> {
        Set((byCase[id] ?? []).filter { $0.rating == .exclude }.compactMap(\.subject.label))
    }

    // MARK: joining

    /// What joining two files of reviews came to, in numbers of reviews.
    public struct Changes: Sendable, Equatable {
        /// Of what was not reviewed before.
        public var added = 0
        /// Those that take the place of an earlier one.
        public var changed = 0
        /// Those that were there already.
        public var unchanged = 0
        /// Those that are left out since a later one is there.
        public var older = 0
        /// Those that are not there any more.
        public var removed = 0
    }

    /// Takes over reviews; of two of the same the later stays, and of two of one time the one that comes.
    public mutating func merge(_ others: Reviews) -> Changes {
        var changes = Changes()
        for review in others.all {
            let known = self[review.subject]
            if known == review {
                changes.unchanged += 1
            } else if let known, known.time > review.time {
                changes.older += 1
            } else {
                changes.added += known == nil ? 1 : 0
                changes.changed += known == nil ? 0 : 1
                self[review.subject] = review
            }
        }
        return changes
    }

    /// Takes reviews in place of all that are here.
    public mutating func replace(with others: Reviews) -> Changes {
        var changes = Changes()
        for review in others.all {
            let known = self[review.subject]
            changes.added += known == nil ? 1 : 0
            changes.changed += known == nil || known == review ? 0 : 1
            changes.unchanged += known == review ? 1 : 0
        }
        changes.removed = all.count { others[$0.subject] == nil }
        self = others
        return changes
    }

    // MARK: the file

    /// The file's text.
    public var text: String {
        let lines = all.map { review in
            [
                review.subject.id, review.subject.label.map { String($0) } ?? Self.none, review.rating.rawValue,
                SafeText.tsv(review.note), review.timeText,
            ].joined(separator: "\t")
        }
        return ([Self.columns.joined(separator: "\t")] + lines).joined(separator: "\n") + "\n"
    }

    /// Writes the file; it appears whole.
    public func write(to path: String) throws { try AtomicFile.write(Array(text.utf8), to: path) }

    /// What a file may speak of.
    public struct Scope: Sendable {
        /// Ids of the cases.
        public var cases: Set<String>
        /// The labels.
        public var labels: [UInt16]

        /// The cases and labels of results.
        public init(cases: Set<String>, labels: [UInt16]) { (self.cases, self.labels) = (cases, labels) }
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - scope: The cases and labels that it may speak of; nil for any.
    /// - Throws: ``ReviewError``.
    public static func load(_ path: String, of scope: Scope? = nil) throws(ReviewError) -> Reviews {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw .unreadable(path: path) }
        return try read(text, path: path, of: scope)
    }

    /// Reads a file's text; the path is for messages.
    static func read(_ text: String, path: String, of scope: Scope?) throws(ReviewError) -> Reviews {
        // Programs for tables put a mark before what they write.
        let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let header = lines.first.map { fields($0) } ?? []
        guard header == columns else {
            throw .header(path: path, found: String(lines.first ?? "").replacing("\t", with: " "))
        }
        var reviews: [Review] = []
        for (n, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            reviews.append(try review(fields(line), ReviewPlace(path: path, line: n + 1), scope))
        }
        return Reviews(reviews)
    }

    private static func fields(_ line: Substring) -> [String] {
        line.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
    }

    private static func review(
        _ fields: [String], _ place: ReviewPlace, _ scope: Scope?
    ) throws(ReviewError) -> Review {
        let (path, line) = (place.path, place.line)
        guard fields.count == columns.count else { throw .fields(path: path, line: line, found: fields.count) }
        let id = fields[0]
        if let scope, !scope.cases.contains(id) || id.isEmpty {
            let near = nearest(to: id, among: scope.cases.sorted())
            throw .unknownCase(path: path, line: line, id: id, nearest: near)
        }
        let label = UInt16(fields[1])
        let isKnown = label.map { $0 > 0 && (scope?.labels.contains($0) ?? true) } ?? (fields[1] == none)
        guard isKnown else {
            throw .unknownLabel(path: path, line: line, label: fields[1], known: scope?.labels ?? [])
        }
        guard let rating = ReviewRating(rawValue: fields[2]) else {
            throw .rating(path: path, line: line, found: fields[2])
        }
        guard let time = time(fields[4]) else { throw .time(path: path, line: line, found: fields[4]) }
        let note = SafeText.words(fields[3])
        return Review(.init(id, label: label), rating, note: note == none ? "" : note, time: time)
    }

    /// ISO 8601 in UTC, with or without parts of a second, which are dropped.
    private static func time(_ text: String) -> Date? {
        guard let parts = text.wholeMatch(of: /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z/) else { return nil }
        return try? Date(parts.output.1 + "Z", strategy: .iso8601)
    }
}

/// Where a line of a file stands.
private struct ReviewPlace {
    let path: String
    let line: Int
}
