import Testing

@testable import Studies

@Suite struct ConversionTests {
    /// A b-value may be any number that a file states; past 2^63 it has no whole number's form.
    @Test(arguments: [
        ([0, 1000, 1500.5], "0 1000 1500.5"),
        ([1e30, -1e30, 1e-9], "1e+30 -1e+30 0"),
        ([9_223_372_036_854_775_808], "9.223372036854776e+18"),
    ])
    func numbersOfFSLTables(numbers: [Double], line: String) {
        #expect(Conversion.line(numbers) == line)
    }
}
