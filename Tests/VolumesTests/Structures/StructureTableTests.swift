import Testing

@testable import Volumes

@Suite struct StructureTableTests {
    @Test func noSpellingMeansTwoStructures() {
        #expect(StructureIndex.shared.conflicts == [])
    }

    @Test func spellingOfTwoStructuresWouldBeSeen() {
        let twice = StructureIndex([.pair("liver", "1", "Liver", 0), .one("spleen", "2", "Spleen", 0, "LIVER_left")])
        #expect(twice.conflicts.contains { $0.contains("left liver") && $0.contains("spleen") })
        let code = StructureIndex([.one("liver", "1", "Liver", 0), .one("spleen", "1", "Spleen", 0)])
        #expect(code.conflicts.contains { $0.contains("liver") && $0.contains("spleen") })
        let sided = StructureIndex([.pair("left lung", "1", "Lung", 0)])
        #expect(sided.conflicts.contains { $0.contains("left lung") })
    }

    @Test func everyNameFindsItsStructureHoweverItIsWritten() {
        for structure in StructureDictionary.all {
            let spaced = structure.name
            for name in [
                spaced, spaced.uppercased(), swapped(spaced, "_"), swapped(spaced, "-"), swapped(spaced, " - "),
            ] {
                #expect(StructureDictionary.structure(named: name) == structure, "\(name)")
            }
            for (side, letter) in [("left ", "L"), ("right ", "R")]
            where spaced.hasPrefix(side) && structure.laterality != nil {
                let bare = String(spaced.dropFirst(side.count))
                for name in ["\(bare)_\(letter)", "\(letter)-\(bare)", "\(bare) \(side)", "\(letter)H \(bare)"] {
                    #expect(StructureDictionary.structure(named: name) == structure, "\(name)")
                }
            }
        }
    }

    private func swapped(_ text: String, _ separator: String) -> String {
        text.split(separator: " ").joined(separator: separator)
    }

    @Test func everyCodeFindsItsStructureOrNone() {
        var found = 0
        for structure in StructureDictionary.all {
            let other = StructureDictionary.structure(code: structure.concept.value, laterality: structure.laterality)
            // Of a concept that says less than the name, another structure or none has the code.
            #expect(other == structure || other == nil || other?.concept == structure.concept)
            found += other == structure ? 1 : 0
        }
        #expect(found > StructureDictionary.all.count * 2 / 3)
    }

    @Test func namesAreDistinctAndSidesGoTogether() {
        let all = StructureDictionary.all
        #expect(Set(all.map(\.name)).count == all.count)
        for structure in all where structure.laterality == .left {
            let bare = String(structure.name.dropFirst("left ".count))
            let right = StructureDictionary.structure(named: "right \(bare)")
            let unsided = StructureDictionary.structure(named: bare)
            #expect(right?.laterality == .right && unsided?.laterality == nil, "\(bare)")
            #expect(right?.concept == structure.concept && unsided?.concept == structure.concept, "\(bare)")
            #expect(right?.colour == structure.colour && unsided?.colour == structure.colour, "\(bare)")
        }
    }

    /// The last digit of a SNOMED CT identifier is Verhoeff's check digit: it finds every wrong digit and every swap of
    /// neighbours. Multiplication in the dihedral group D5, where 0...4 are turns and 5...9 reflections.
    @Test func everyCodeHasItsCheckDigit() {
        let concepts =
            StructureRow.all.map(\.concept) + StructureIndex.otherCodes.map { CodedConcept("SCT", $0.value, "") }
            + [
                .anatomicalStructure, .tissue, .morphologicallyAbnormalStructure, .bodySubstance, .left, .right,
                .rightAndLeft,
            ]
        for concept in concepts where concept.scheme == "SCT" {
            #expect(isChecked(concept.value), "\(concept)")
        }
        #expect(isChecked("64033007") && !isChecked("64033008") && !isChecked("64030307"))
    }

    private func isChecked(_ code: String) -> Bool {
        func times(_ a: Int, _ b: Int) -> Int {
            switch (a < 5, b < 5) {
            case (true, true): (a + b) % 5
            case (true, false): 5 + (a + b - 5) % 5
            case (false, true): 5 + (a - 5 - b + 5) % 5
            case (false, false): (a - b + 5) % 5
            }
        }
        let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        let digits = code.reversed().map { $0.wholeNumberValue ?? 0 }
        let product = digits.enumerated().reduce(0) { product, digit in
            times(product, (0..<digit.offset % 8).reduce(digit.element) { moved, _ in step[moved] })
        }
        return code.allSatisfy(\.isNumber) && code.count >= 6 && product == 0
    }

    @Test func conceptsAreWhole() {
        let categories: Set<CodedConcept> = [
            .anatomicalStructure, .tissue, .morphologicallyAbnormalStructure, .bodySubstance,
        ]
        for structure in StructureDictionary.all {
            #expect(categories.contains(structure.category) && !structure.concept.meaning.isEmpty, "\(structure.name)")
            // DICOM's code meanings are at most 64 characters long, its values 16.
            #expect(structure.concept.meaning.count <= 64 && structure.concept.value.count <= 16, "\(structure.name)")
            #expect(["SCT", "DCM", "NCIt"].contains(structure.concept.scheme))
        }
        // One code, one meaning.
        let meanings = Dictionary(grouping: StructureRow.all.map(\.concept), by: \.value)
        for (code, concepts) in meanings { #expect(Set(concepts).count == 1, "\(code)") }
    }

    @Test(arguments: [
        [
            "liver", "spleen", "pancreas", "stomach", "gallbladder", "left kidney", "left adrenal gland", "duodenum",
            "small bowel", "colon", "aorta", "inferior vena cava", "portal vein", "urinary bladder",
        ],
        [
            "left ventricle", "right ventricle", "myocardium", "left atrium", "right atrium", "aorta",
            "pulmonary artery",
        ],
        [
            "left thalamus", "left caudate nucleus", "left putamen", "left globus pallidus", "left hippocampus",
            "left amygdala", "left nucleus accumbens", "left lateral ventricle", "cerebral white matter",
        ],
        ["left upper lobe of lung", "left lower lobe of lung", "middle lobe of right lung", "trachea", "heart"],
        ["anterior hippocampus", "posterior hippocampus"],
        [
            "peripheral zone of prostate", "transition zone of prostate", "central zone of prostate", "urinary bladder",
            "rectum",
        ],
        [
            "femur", "tibia", "patella", "femoral cartilage", "tibial cartilage", "patellar cartilage",
            "medial meniscus",
        ],
        [
            "parotid gland", "submandibular gland", "mandible", "brain stem", "spinal cord", "optic nerve",
            "thyroid gland",
        ],
        ["tumour", "oedema", "necrosis", "brain"],
    ])
    func neighboursDifferInColour(_ names: [String]) throws {
        let colours = try names.map { try #require(StructureDictionary.structure(named: $0)).colour }
        for (index, one) in colours.enumerated() {
            for (other, name) in zip(colours, names).dropFirst(index + 1) {
                let steps = [(one.red, other.red), (one.green, other.green), (one.blue, other.blue)]
                let distance = steps.reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                #expect(distance >= 40, "\(names[index]) and \(name)")
            }
        }
    }

    @Test func neighbouringVertebraeAndRibsDifferInColour() {
        let rows = [
            StructureRow.spine.filter { $0.name.hasSuffix(" vertebra") },
            StructureRow.bones.filter { $0.name.hasPrefix("rib ") },
        ]
        #expect(rows.map(\.count) == [25, 12])
        for row in rows {
            for (one, other) in zip(row, row.dropFirst()) { #expect(one.colour != other.colour, "\(other.name)") }
        }
    }
}
