import Foundation
import Pipelines
import Platform

/// What people have said of whole cases in `RESULTS/reviews.tsv`: a label that is to be fixed makes its case one to be
/// fixed, unless the case is excluded.
struct CaseRatings: Sendable {
    private var ratings: [String: ReviewRating] = [:]
    private var notes: [String: [String]] = [:]

    /// Takes the reviews of a results folder; none where it has none.
    ///
    /// - Throws: `ReviewError`.
    init(results: String) throws(ReviewError) {
        let path = results + "/" + Reviews.fileName
        self.init(FileManager.default.fileExists(atPath: path) ? try Reviews.load(path) : Reviews())
    }

    init(_ reviews: Reviews) {
        for (id, said) in reviews.byCase {
            let whole = reviews[Review.Subject(id)]?.rating
            let toFix = said.filter { $0.rating == .fix }
            let isToFix = whole != .exclude && !toFix.isEmpty
            ratings[id] = isToFix ? .fix : whole
            if isToFix { notes[id] = toFix.map(\.note).filter { !$0.isEmpty } }
        }
    }

    /// The rating of a case; nil of one that nobody has rated.
    subscript(id: String) -> ReviewRating? { ratings[id] }

    /// What is to be fixed, in the words of who said it; empty where nobody did.
    func note(of id: String) -> String { (notes[id] ?? []).joined(separator: "; ") }

    /// How many cases have a rating.
    func count(_ rating: ReviewRating) -> Int { ratings.values.count { $0 == rating } }
}
