import Foundation
import Pipelines
import Testing

@testable import Rounds

@Suite("CaseRatings")
struct CaseRatingsTests {
    private func ratings(_ reviews: (String, UInt16?, ReviewRating, String)...) -> CaseRatings {
        CaseRatings(
            Reviews(
                reviews.map { Review(.init($0.0, label: $0.1), $0.2, note: $0.3, time: Date(timeIntervalSince1970: 0)) }
            ))
    }

    @Test("A case has its own rating, of two the later one, with the note of what is to be fixed")
    func whole() {
        let found = ratings(
            ("a", nil, .good, ""), ("b", nil, .fix, "left side leaks"), ("a", nil, .exclude, "motion"),
            ("c", nil, .fix, "x"), ("c", nil, .good, "looked again"))
        #expect(found["a"] == .exclude && found["b"] == .fix && found["c"] == .good && found["d"] == nil)
        #expect(found.note(of: "b") == "left side leaks" && found.note(of: "c").isEmpty && found.note(of: "a").isEmpty)
        #expect(found.count(.fix) == 1 && found.count(.good) == 1 && found.count(.exclude) == 1)
    }

    @Test("A label to fix makes its case one; good and excluded labels say nothing of the case")
    func labels() {
        let found = ratings(
            ("a", 2, .fix, "too long"), ("b", 1, .exclude, ""), ("c", 1, .good, ""), ("d", nil, .exclude, ""),
            ("d", 1, .fix, "y"), ("e", nil, .good, ""), ("e", 1, .fix, "tail"), ("e", 2, .fix, "head"))
        #expect(found["a"] == .fix && found["b"] == nil && found["c"] == nil && found["d"] == .exclude)
        #expect(found["e"] == .fix && found.note(of: "e") == "tail; head" && found.note(of: "d").isEmpty)
    }

    @Test("A results folder without reviews has no ratings")
    func none() throws {
        #expect(try CaseRatings(results: "/nowhere")["a"] == nil)
    }
}
