import Segmentation
import Testing

@testable import Pipelines

@Suite("Doubt in results")
struct StudyDoubtsTests {
    private typealias O = Outcomes

    @Test("The score is 1 - (1 - loss) (1 - fall): half of the loss is the worst label's, half the mean's")
    func score() throws {
        let one = O.done("one", O.structure(1, dice: 0.9), O.structure(2, dice: 0.6))
        let doubt = try #require(StudyDoubts([one])[one.id])
        // Worst 0.6, mean 0.75: loss 0.325. One case has no usual Dice to fall below.
        #expect(abs(doubt.score - 0.325) < 1e-12)
        #expect(doubt.reasons == ["label-2: predicted Dice 0.60 (0.50 to 0.70), the lowest of its labels"])
        let low = O.done("low", O.structure(dice: 0.7))
        let doubts = StudyDoubts(O.alike(4) + [low])
        // 1 - (1 - 0.3) (1 - 0.2).
        #expect(abs(try #require(doubts["low"]).score - 0.44) < 1e-12)
        #expect(
            doubts["low"]?.reasons == [
                "label-1: predicted Dice 0.20 below the study's median (0.90)",
                "label-1: predicted Dice 0.70 (0.60 to 0.80)",
            ])
        #expect(doubts.ranked.first == "low")
    }

    @Test("Each surprise raises the score of an otherwise equal case and is said in words", arguments: 0..<6)
    func surprises(_ which: Int) throws {
        var odd = O.done("odd", O.structure(dice: 0.9))
        let words: String
        switch which {
        case 0:
            odd.notices = ["\(InputGate.unlike): its field of view is small: review the result", "padding is set to 0"]
            words = "unlike the task's volumes: its field of view is small: review the result"
        case 1:
            odd.structures[0].flags = [.truncated]
            words = "label-1: reaches the volume's border: part of it may lie outside"
        case 2:
            odd.structures[0].flags = [.implausible]
            words = "label-1: 1000 mm3, more or less than the pack's volumes let one expect"
        case 3:
            odd.structures[0].mm3 = 9000
            words = "label-1: 9000 mm3, larger than the other cases let one expect (861 to 1162 mm3)"
        case 4:
            odd.memory = .init(needed: 1, jobs: 1, support: 8, supportAskedFor: 16)
            words = "memory: 8 support slices instead of the 16 asked for"
        default:
            odd.structures[0].predictedDice?.dice = 0.8
            words = "label-1: predicted Dice 0.10 below the study's median (0.90)"
        }
        let doubts = StudyDoubts(O.alike(8) + [odd])
        let doubt = try #require(doubts["odd"])
        #expect(doubts.ranked.first == "odd")
        #expect(doubt.score > (try #require(doubts["usual-10"]).score) + 0.001)
        #expect(doubt.reasons.first == words)
        #expect(doubt.reasons.count == 2)
        #expect(doubt.outliers == (which == 3 ? [1: .larger] : [:]))
    }

    @Test(
        "A label that every volume of the pack holds and the case lacks ranks it first; one that may be absent does not"
    )
    func absent() throws {
        let empty = O.done("empty", O.structure(1, dice: 0.95), O.structure(2, mm3: 0, flags: [.empty]))
        let absent = O.done("absent", O.structure(1, dice: 0.95), O.structure(2, mm3: 0))
        let faint = O.done("faint", O.structure(1, dice: 0.8), O.structure(2, dice: 0.5))
        let doubts = StudyDoubts([faint, absent, empty])
        #expect(doubts.ranked == ["empty", "faint", "absent"])
        #expect(abs(try #require(doubts["absent"]).score - 0.05) < 1e-12)
        #expect(
            doubts["empty"]?.reasons == [
                "label-2: not found, and every volume of the pack holds it",
                "label-2: promised Dice 0.00, the lowest of its labels",
            ])
    }

    @Test("Without a check the probabilities' promise counts; equals are in order of id; what is not done has no rank")
    func unchecked() {
        var failed = O.done("failed", O.structure())
        failed.status = .failed
        var kept = O.done("kept", O.structure(promise: 0.5))
        kept.status = .kept
        let b = O.done("b", O.structure(promise: 0.8)), a = O.done("a", O.structure(promise: 0.8))
        let doubts = StudyDoubts([failed, b, a, kept])
        #expect(doubts.ranked == ["kept", "a", "b"])
        #expect(doubts["failed"] == nil)
        #expect(doubts["a"]?.reasons == ["label-1: promised Dice 0.80"])
    }

    @Test("Scores lie from 0 to 1, whatever the results say")
    func bounds() {
        var worst = O.done(
            "worst", O.structure(1, dice: 0, flags: [.doubtful]), O.structure(2, mm3: 0, flags: [.empty]))
        worst.notices = [InputGate.unlike]
        let doubts = StudyDoubts(
            O.alike(10, dice: 1) + [worst, O.done("nothing"), O.done("best", O.structure(dice: 1))])
        #expect(doubts["worst"]?.score == 1)
        #expect(doubts["nothing"]?.score == 0)
        #expect(doubts["best"]?.score == 0)
        #expect(doubts.ranked.count == 13)
    }
}
