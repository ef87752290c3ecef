import Testing

@testable import Studies

@Suite("Names of converted files") struct OutputNamesTests {
    private func wish(_ name: String, series: String = "1", part: String? = nil) -> OutputNames.Wish {
        OutputNames.Wish(
            name: name, part: part, source: "in (series \(series))",
            traits: [
                OutputNames.Trait(name: "series number", placeholder: "s", value: series),
                OutputNames.Trait(name: "study", placeholder: "k", value: "1.2"),
            ])
    }

    @Test("Names that differ stay; case alone is no difference; a number follows, and a notice names both images")
    func unique() {
        let names = OutputNames([wish("MR"), wish("CT", series: "2"), wish("mr", series: "3"), wish("MR", series: "4")])
        #expect(names.names == ["MR", "CT", "mr-2", "MR-3"])
        #expect(
            names.notices == [
                "in (series 3) is written as mr-2, because in (series 1) is mr already; they differ in series number "
                    + "(%s in -f tells them apart)",
                "in (series 4) is written as MR-3, because in (series 1) is MR already; they differ in series number "
                    + "(%s in -f tells them apart)",
            ])
    }

    @Test("Parts of a series are called by what they are where names would be one") func parts() {
        let echoes = OutputNames([wish("MR_1", part: "EchoTime 4.9"), wish("MR_1", part: "EchoTime 9.8")])
        #expect(echoes.names == ["MR_1_EchoTime_4.9", "MR_1_EchoTime_9.8"] && echoes.notices.isEmpty)
        let kinds = OutputNames([wish("MR_1", part: "magnitude"), wish("MR_1_ph", part: "phase")])
        #expect(kinds.names == ["MR_1", "MR_1_ph"] && kinds.notices.isEmpty)
    }

    @Test("What nothing tells apart is said to be so, and what is there is not written over") func others() {
        let same = OutputNames([wish("a"), wish("a")])
        #expect(same.names == ["a", "a-2"] && same.notices.allSatisfy { $0.contains("nothing in their headers") })
        let there = OutputNames([wish("a")], isTaken: { $1 == "a" })
        #expect(
            there.names == ["a-2"] && there.notices == ["in (series 1) is written as a-2, because a is there already"])
    }

    /// Pairs of (0008,0070) and the names that dcm2niix 1.0.20260724 gave with -f %m_%v on series of these vendors.
    @Test(
        "Vendors are called as dcm2niix calls them",
        arguments: [
            ("GE MEDICAL SYSTEMS", "GE", "GE"), ("CANON_MEC", "Ca", "Canon"), ("UIH", "UI", "UIH"),
            ("Philips Medical Systems", "Ph", "Philips"), ("SIEMENS", "Si", "Siemens"), ("ACME", "NA", nil),
            (nil, "NA", nil),
        ] as [(String?, String, String?)])
    func vendors(_ manufacturer: String?, _ short: String, _ long: String?) {
        #expect(Vendor(manufacturer).short == short && Vendor(manufacturer).long == long)
    }

    @Test(
        "Widths that are none are refused, with what they are for",
        arguments: [
            ("%3p", "%3p: a width of 1 to 9"), ("%0s", "%0s: a width of 1 to 9"), ("%12s", "%12s: a width"),
            ("%4", "ends in a bare %"), ("%4%", "%4% is no placeholder"),
        ])
    func widths(_ pattern: String, _ message: String) {
        let error = #expect(throws: ImageFileName.PatternError.self) { try ImageFileName(pattern, identity: true) }
        #expect(error?.description.hasPrefix(message) == true)
    }
}
