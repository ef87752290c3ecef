import Testing

@testable import Pipelines

@Suite("Time limits of a case")
struct CaseTimeLimitTests {
    @Test(
        "What is read, and how it is written back",
        arguments: [
            ("90 s", 90_000, "90 s"), ("90s", 90_000, "90 s"), ("60 s", 60_000, "1 min"),
            ("30 min", 1_800_000, "30 min"),
            ("1.5h", 5_400_000, "90 min"), ("2 h", 7_200_000, "2 h"), ("120 min", 7_200_000, "2 h"),
            ("0.25 s", 250, "0.25 s"), (".5 min", 30_000, "30 s"), ("1.0004 s", 1000, "1 s"),
            ("0.0001 s", 1, "0.001 s"),
            ("61.007 s", 61_007, "61.007 s"), ("100000 h", 360_000_000_000, "100000 h"),
        ])
    func readAndWritten(text: String, milliseconds: Int, canonical: String) throws {
        let limit = try #require(CaseTimeLimit(text))
        #expect(limit.duration == .milliseconds(milliseconds))
        #expect(limit.description == canonical)
        #expect(CaseTimeLimit(canonical) == limit)
        #expect(try Regex(CaseTimeLimit.pattern).wholeMatch(in: text) != nil)
    }

    @Test(
        "What is refused",
        arguments: [
            "", "30", "s", " s", "min", "0 s", "-1 s", "+1 s", "1e3 s", "nan s", "inf h", "infinity s", "0x10 s",
            "1,5 h",
            "1 d", "2 hours", "1 h 30 min", "30 Min", "None", "100001 h", "1..5 s", ". s", "٣ s", "³ s", "1 s ", "1\ts",
        ])
    func refused(text: String) { #expect(CaseTimeLimit(text) == nil) }

    @Test("No limit")
    func none() {
        #expect(CaseTimeLimit("none")?.duration == nil)
        #expect(CaseTimeLimit("none") != nil)
        #expect(CaseTimeLimit(nil).description == "none")
    }

    @Test(
        "A duration finer than a text can say is written as the next millisecond, and a silly one as something that is read"
    )
    func otherDurations() {
        #expect(CaseTimeLimit(.microseconds(1)).description == "0.001 s")
        #expect(CaseTimeLimit(.microseconds(1_500_001)).description == "1.501 s")
        for duration in [Duration.zero, .seconds(-5), .seconds(Int64.max / 2)] {
            let text = CaseTimeLimit(duration).description
            #expect(CaseTimeLimit(text) != nil, "\(text)")
        }
    }
}
