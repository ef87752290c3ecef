import Testing

@testable import Platform

@Suite("SplitMix64")
struct SplitMix64Tests {
    // The first numbers of the authors' C code (splitmix64.c by Sebastiano Vigna) from the state 1234567.
    @Test("The sequence is the published one")
    func sequence() {
        var random = SplitMix64(state: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test("Numbers below a bound stay below it and reach it")
    func below() {
        var random = SplitMix64(state: 1)
        let drawn = Set((0..<1000).map { _ in random.below(7) })
        #expect(drawn == Set(0..<7))
    }
}
