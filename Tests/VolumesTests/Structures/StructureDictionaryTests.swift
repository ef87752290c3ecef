import Testing

@testable import Volumes

/// A spelling with the structure that it means.
struct Spelling: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let code: String
    let side: CodedConcept?

    init(_ name: String, _ code: String, _ side: CodedConcept? = nil) {
        (testDescription, self.code, self.side) = (name, code, side)
    }
}

@Suite struct StructureDictionaryTests {
    // Codes as DICOM part 16 has them, by the tables of pydicom 3.0.2 (pydicom.sr); of the cochlea as mCODE has it.
    static let spellings: [Spelling] = [
        Spelling("parotid-right", "45289007", .right), Spelling("right parotid", "45289007", .right),
        Spelling("Parotid_R", "45289007", .right), Spelling("parotid_gland_right", "45289007", .right),
        Spelling("kidney_left", "64033007", .left), Spelling("left kidney", "64033007", .left),
        Spelling("Left-Kidney", "64033007", .left), Spelling("LeftKidney", "64033007", .left),
        Spelling("KIDNEYLEFT", "64033007", .left), Spelling("kidney (left)", "64033007", .left),
        Spelling("l_kidney", "64033007", .left), Spelling("lt kidney", "64033007", .left),
        Spelling("  Kidney . L ", "64033007", .left), Spelling("kidneys", "64033007"),
        Spelling("both kidneys", "64033007", .rightAndLeft), Spelling("kidneys bilateral", "64033007", .rightAndLeft),
        Spelling("lv", "87878005"), Spelling("RV", "53085002"), Spelling("Myo", "74281007"),
        Spelling("LV blood pool", "87878005"), Spelling("left ventricle blood cavity", "87878005"),
        Spelling("LV-myocardium", "49848007"), Spelling("left atrium", "82471001"), Spelling("Atrium_R", "73829009"),
        Spelling("pulmonary artery", "81040000"), Spelling("Ascending-Aorta", "54247002"),
        Spelling("Left-Thalamus-Proper", "42695009", .left), Spelling("Right-Caudate", "11000004", .right),
        Spelling("Left-Putamen", "89278009", .left), Spelling("Left-Pallidum", "14738005", .left),
        Spelling("Left-Hippocampus", "5366008", .left), Spelling("Right-Amygdala", "4958002", .right),
        Spelling("Left-Accumbens-area", "427667007", .left), Spelling("Left-Lateral-Ventricle", "66720007", .left),
        Spelling("Right-Inf-Lat-Vent", "53118009", .right), Spelling("3rd-Ventricle", "49841001"),
        Spelling("4th-Ventricle", "35918002"), Spelling("Brain-Stem", "119238007"), Spelling("CSF", "65216001"),
        Spelling("Left-Cerebellum-Cortex", "25991003", .left), Spelling("Left-VentralDC", "110700", .left),
        Spelling("Right-Cerebellum-White-Matter", "33060004", .right),
        Spelling("Left-Cerebral-White-Matter", "68523003", .left), Spelling("ctx-lh", "40146001", .left),
        Spelling("ctx-rh-insula", "36169008", .right), Spelling("ctx-lh-precentral", "40146001", .left),
        Spelling("CC_Mid_Anterior", "88442005"), Spelling("Optic-Chiasm", "244453006"),
        Spelling("anterior hippocampus", "5366008"), Spelling("hippocampus-posterior", "5366008"),
        Spelling("hippocampus_head_left", "5366008", .left), Spelling("grey matter", "389081007"),
        Spelling("left pallidum", "14738005", .left), Spelling("right amygdaloid complex", "4958002", .right),
        Spelling("Bone_Mandible", "91609006"), Spelling("Cavity_Oral", "74262004"),
        Spelling("Eye_L", "81745001", .left),
        Spelling("Lens_R", "78076003", .right), Spelling("OpticNrv_L", "18234004", .left),
        Spelling("OpticChiasm", "244453006"), Spelling("SpinalCord", "2748008"),
        Spelling("Glnd_Submand_R", "54019009", .right), Spelling("submandibular-left", "54019009", .left),
        Spelling("Cochlea_L", "80169004", .left), Spelling("larynx", "4596009"), Spelling("Pituitary", "56329008"),
        Spelling("brainstem", "119238007"), Spelling("esophagus", "32849002"), Spelling("Oesophagus", "32849002"),
        Spelling("cecum", "32713005"), Spelling("Caecum", "32713005"), Spelling("gall bladder", "28231008"),
        Spelling("PZ", "279706003"), Spelling("transition zone", "399384005"), Spelling("uterus", "35039007"),
        Spelling("femur-left", "71341001", .left), Spelling("tibia", "12611008"), Spelling("Patella", "64234005"),
        Spelling("femoral cartilage", "309312004"), Spelling("medial meniscus right", "74135004", .right),
        Spelling("left upper lobe", "45653009", .left), Spelling("lung_left_upper_lobe", "45653009", .left),
        Spelling("right middle lobe", "72481006"), Spelling("superior lobe of left lung", "45653009", .left),
        Spelling("L1 vertebra", "66794005"), Spelling("vertebra L1", "66794005"), Spelling("VertebraL1", "66794005"),
        Spelling("L4-L5 disc", "84020006"), Spelling("disk_L5_S1", "715056000"),
        Spelling("1st rib left", "48535007", .left), Spelling("Rib12_R", "43993008", .right),
        Spelling("left first rib", "48535007", .left),
        Spelling("tumor", "108369006"), Spelling("Tumour", "108369006"), Spelling("neoplasm", "108369006"),
        Spelling("edema", "79654002"), Spelling("oedema", "79654002"), Spelling("necrosis", "6574001"),
        Spelling("hemorrhage", "50960005"), Spelling("lesions", "52988006"), Spelling("liver_tumor", "108369006"),
        Spelling("subclavian_artery_left", "36765005", .left), Spelling("atrial_appendage_left", "33626005"),
        Spelling("kidney_cyst_right", "367643001", .right),
    ]

    @Test(arguments: spellings) func spellingMeansItsStructure(_ spelling: Spelling) {
        let structure = StructureDictionary.structure(named: spelling.testDescription)
        #expect(structure?.concept.value == spelling.code)
        #expect(structure?.laterality == spelling.side)
    }

    @Test(arguments: TotalSegmentatorNames.rows.map { Spelling($0.name, $0.code, side($0.side)) })
    func namesOfTotalSegmentatorHaveItsCodes(_ spelling: Spelling) { spellingMeansItsStructure(spelling) }

    private static func side(_ word: String) -> CodedConcept? {
        switch word {
        case "Left": .left
        case "Right": .right
        default: nil
        }
    }

    @Test func britishAndAmericanSpellingsAreOne() {
        for (british, american) in [
            ("oesophagus", "esophagus"), ("haemorrhage", "hemorrhage"), ("haematoma", "hematoma"),
            ("coeliac trunk", "celiac trunk"), ("liver tumour", "liver tumor"),
            ("cerebral grey matter left", "cerebral gray matter left"),
        ] {
            #expect(StructureDictionary.structure(named: british) != nil)
            #expect(StructureDictionary.structure(named: british) == StructureDictionary.structure(named: american))
        }
    }

    @Test(arguments: [
        // Not a structure, or not one alone.
        "", " ", "-", "label 7", "7", "tumor_x9", "unknown", "kidney2", "liver and spleen", "liver+spleen", "mask",
        // A side alone, two sides, a side that the structure has not.
        "l", "r", "L ", "left", "right", "both", "left right", "l r", "lung left right", "kidney_l_r",
        "left kidney left",
        "L_kidney_left", "liver_left", "spleen R", "left middle lobe", "rightleft",
        // A letter that is no side: not behind a separator, or not at an end.
        "kidneyl", "rkidney", "rib_l_1", "lobe l upper lung",
        // What could be two things.
        "head", "body", "tail", "cortex", "ventricle", "ventricles", "neck", "anterior", "T1", "L1", "C1", "S1",
        "gland",
        // A number that is another one.
        "rib 1 1", "vertebral 1", "rib 13", "vertebra L 6", "liver segment 9",
        // Text that hides something.
        "liver\u{200F}", "\u{202E}revil", "li\u{200B}ver", "liver\0", "liver\n", "l\u{0456}ver", "ｌｉｖｅｒ", "<liver>",
        "liver\u{301}", "\u{1F9E0}",
    ])
    func otherNamesAreNotGuessed(_ name: String) {
        #expect(StructureDictionary.structure(named: name) == nil)
    }

    @Test func longNamesAreNotGuessed() {
        for part in ["l", "liver", "liver ", "left ", "\u{202E}", " "] {
            #expect(StructureDictionary.structure(named: String(repeating: part, count: 10_000)) == nil)
        }
        #expect(StructureDictionary.structure(named: "liver" + String(repeating: " ", count: 9_995)) == nil)
    }

    @Test func codesAreFoundWithTheirSide() throws {
        let kidney = try #require(StructureDictionary.structure(code: "64033007", laterality: nil))
        #expect((kidney.name, kidney.laterality) == ("kidney", nil))
        let left = StructureDictionary.structure(code: "64033007", laterality: .left)
        #expect(left?.name == "left kidney")
        // Whatever words another program puts beside the code.
        let said = CodedConcept("SCT", "7771000", "Left side")
        #expect(StructureDictionary.structure(code: "64033007", laterality: said) == left)
        // mCODE's and pydicom's codes of one side.
        #expect(StructureDictionary.structure(code: "18639004", laterality: nil) == left)
        #expect(StructureDictionary.structure(code: "18639004", laterality: .left) == left)
        #expect(StructureDictionary.structure(code: "29700009", laterality: nil)?.name == "right subclavian artery")
        let both = StructureDictionary.structure(code: "64033007", laterality: .rightAndLeft)
        #expect(both?.laterality == .rightAndLeft)
        #expect(StructureDictionary.structure(named: both?.name ?? "") == both)
    }

    @Test func codeThatTellsItsSideMayBeRepeatedButNotContradicted() {
        #expect(StructureDictionary.structure(code: "82471001", laterality: .left)?.name == "left atrium")
        #expect(StructureDictionary.structure(code: "82471001", laterality: .right) == nil)
        #expect(StructureDictionary.structure(code: "18639004", laterality: .right) == nil)
        #expect(
            StructureDictionary.structure(code: "72481006", laterality: .right)?.name == "middle lobe of right lung")
        #expect(StructureDictionary.structure(code: "10200004", laterality: .left) == nil)
    }

    @Test func codeThatIsNotKnownGivesNothing() {
        for code in ["", "0", "10200005", "T-62000", "liver", "64033007 "] {
            #expect(StructureDictionary.structure(code: code, laterality: nil) == nil)
        }
        let side = CodedConcept("SCT", "66459002", "Unilateral")
        #expect(StructureDictionary.structure(code: "64033007", laterality: side) == nil)
    }

    @Test func widerCodeDoesNotGiveTheNarrowerName() {
        #expect(StructureDictionary.structure(code: "367643001", laterality: nil)?.name == "cyst")
        #expect(StructureDictionary.structure(code: "367643001", laterality: .left) == nil)
        #expect(StructureDictionary.structure(code: "5366008", laterality: .right)?.name == "right hippocampus")
        #expect(StructureDictionary.structure(code: "55603005", laterality: nil)?.name == "fat")
    }
}
