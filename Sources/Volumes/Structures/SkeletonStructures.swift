/// The spine: ivory tones that alternate, so that neighbours differ.
extension StructureRow {
    static let spine: [StructureRow] =
        [
            .one("spine", "421060004", "Spine", 0xE6DCBE, "vertebral column", "spinal column"),
            .one("cervical spine", "122494005", "Cervical spine", 0xF0E6C8, "cervical vertebral column"),
            .one("thoracic spine", "122495006", "Thoracic spine", 0xE6D7AF, "thoracic vertebral column"),
            .one("lumbar spine", "122496007", "Lumbar spine", 0xDCC896, "lumbar vertebral column"),
            .one("vertebrae", "51282000", "Vertebra", 0xE6DCB9, "vertebra"),
            .one("cervical vertebrae", "51282000", "Vertebra", 0xEBE1C3, "vertebrae cervical", "cervical vertebra")
                .wider,
            .one(
                "thoracic vertebrae", "35769007", "Thoracic vertebra", 0xE1D2AA, "vertebrae thoracic",
                "thoracic vertebra"),
            .one("lumbar vertebrae", "73903008", "Lumbar vertebra", 0xD7C391, "vertebrae lumbar", "lumbar vertebra"),
            .one("vertebral bodies", "3572006", "Vertebral body", 0xDCD2AA, "vertebral body", "vertebrae body"),
            .one(
                "intervertebral discs", "360499006", "Intervertebral disc", 0x96BEDC, "intervertebral disc",
                "intervertebral disk", "intervertebral disks", "spinal disc"),
        ] + vertebrae + discs + [
            .one("sacrum", "54735007", "Sacrum", 0xD2BE8C, "os sacrum"),
            .one("coccyx", "64688005", "Coccyx", 0xBEAA7D, "os coccygis"),
        ]

    /// Level, code and meaning of its vertebra; code of the disc below it, where there is one.
    private static let levels: [(level: String, vertebra: String, disc: String?)] = [
        ("C1", "14806007", nil),
        ("C2", "39976000", "1078209008"),
        ("C3", "113205007", "58820006"),
        ("C4", "5329002", "49400002"),
        ("C5", "36978003", "73959003"),
        ("C6", "36054005", "75095006"),
        ("C7", "87391001", "37414007"),
        ("T1", "64864005", "40908007"),
        ("T2", "53733008", "6004007"),
        ("T3", "1626008", "2620004"),
        ("T4", "73071006", "82965004"),
        ("T5", "56401006", "72692000"),
        ("T6", "45296009", "74401007"),
        ("T7", "62487009", "28693002"),
        ("T8", "11068009", "9188009"),
        ("T9", "82687006", "113209001"),
        ("T10", "7610001", "34959001"),
        ("T11", "12989004", "1537001"),
        ("T12", "23215003", "76206002"),
        ("L1", "66794005", "80064006"),
        ("L2", "14293000", "67459009"),
        ("L3", "36470004", "62551000"),
        ("L4", "11994002", "84020006"),
        ("L5", "49668003", "715056000"),
        ("S1", "65985001", nil),
    ]

    /// The level alone is no spelling: T1 is a weighting too, and L1 the first label.
    private static let vertebrae: [StructureRow] = levels.enumerated().map { index, row in
        let tones: [UInt32] = [0xF5E6BE, 0xE1CD96, 0xEBDCAF, 0xD2BE87]
        return .one(
            "\(row.level) vertebra", row.vertebra, "\(row.level) vertebra", tones[index % tones.count],
            "vertebra \(row.level)", "vertebrae \(row.level)", "vert \(row.level)")
    }

    private static let discs: [StructureRow] = zip(levels, levels.dropFirst()).enumerated().compactMap { index, pair in
        guard let code = pair.0.disc else { return nil }
        let (above, below) = (pair.0.level, pair.1.level)
        return .one(
            "\(above)/\(below) disc", code, "\(above)/\(below) disc", index.isMultiple(of: 2) ? 0x8CB9DC : 0xA5CDE6,
            "disc \(above) \(below)", "\(above)\(below) disc", "disc \(above)\(below)",
            "intervertebral disc \(above) \(below)",
            "disk \(above) \(below)", "\(above) \(below) disk", "\(above) \(below) intervertebral disc")
    }
}

/// Bones beside the spine.
extension StructureRow {
    static let bones: [StructureRow] =
        [
            .one("skull", "89546000", "Skull", 0xF5EBD2, "cranium", "cranial bones"),
            .one("facial bones", "91397008", "Facial bones", 0xEBDCC3),
            .one("mandible", "91609006", "Mandible", 0xE6D2A0, "bone mandible", "lower jaw", "lower jawbone"),
            .one("maxilla", "70925003", "Maxilla", 0xDCC896, "bone maxilla", "upper jaw", "upper jawbone"),
            .pair("zygomatic bone", "13881006", "Zygoma", 0xE6DCAA, "zygoma", "bone zygomatic"),
            .pair("temporal bone", "60911003", "Temporal bone", 0xF0E6B4, "bone temporal"),
            .pair("parietal bone", "24924006", "Parietal bone", 0xEBE1B9, "bone parietal"),
            .pair("frontal bone", "74872008", "Frontal bone", 0xE1D7A5, "bone frontal"),
            .one("occipital bone", "31640002", "Occipital bone", 0xF0DCAA, "bone occipital"),
            .one("ethmoid bone", "52374004", "Ethmoid bone", 0xD7CDA0, "bone ethmoid"),
            .one("hyoid bone", "21387005", "Hyoid bone", 0xFAD28C, "hyoid", "bone hyoid", "os hyoideum"),
            .one("sternum", "56873002", "Sternum", 0xF0DC9B, "breastbone"),
            .one("manubrium of sternum", "37285002", "Manubrium of sternum", 0xE6D291, "manubrium"),
            .pair("costal cartilage", "50016007", "Costal cartilage", 0xBED7DC, "costal cartilages", "rib cartilage"),
            .pair("rib", "113197003", "Rib", 0xF5E6AA, "costa"),
        ] + ribs + [
            .pair("clavicle", "51299004", "Clavicle", 0xE6D28C, "clavicula", "collarbone", "collar bone"),
            .pair("scapula", "79601000", "Scapula", 0xDCC88C, "scapulae", "shoulder blade"),
            .pair("humerus", "85050009", "Humerus", 0xEBD7A0, "humeri"),
            .pair("radius", "62413002", "Radius", 0xE1CD96, "radii", "radius bone"),
            .pair("ulna", "23416004", "Ulna", 0xD7C38C, "ulnae"),
            .pair("carpal bones", "83936004", "Carpus", 0xE6D7AA, "carpal", "carpal bone", "carpus"),
            .pair("metacarpal bones", "36455000", "Metacarpal", 0xDCCDA0, "metacarpal", "metacarpal bone"),
            .pair("phalanges", "28641004", "Phalanx", 0xD2C396, "phalanx"),
            .pair("phalanges of hand", "28641004", "Phalanx", 0xD7C89B, "phalanges hand", "phalanx of hand").wider,
            .pair("phalanges of foot", "28641004", "Phalanx", 0xCDBE91, "phalanges feet", "phalanges foot").wider,
            .one("pelvic bones", "118645006", "Pelvis", 0xDCC8A0, "pelvic bone", "bony pelvis", "bone pelvic"),
            .pair("hip", "29836001", "Hip", 0xE1C896, "hip bone", "coxal bone", "innominate bone", "os coxae"),
            .pair("ilium", "22356005", "Ilium", 0xE6CDA0, "bone ilium"),
            .pair("ischium", "85710004", "Ischium", 0xD7BE91, "bone ischium"),
            .one("symphysis pubis", "82561000", "Symphysis pubis", 0xB4CDC8, "pubic symphysis", "pubic symphys"),
            .pair("hip joint", "24136001", "Hip joint", 0xAAC8BE, "joint hip"),
            .pair("femur", "71341001", "Femur", 0xF0E1AF, "femora", "femoral bone", "bone femur"),
            .pair(
                "femoral head", "2812003", "Head of femur", 0xE6D7A0, "femur head", "head of femur", "femur head neck"),
            .pair("patella", "64234005", "Patella", 0xC8AF78, "patellae", "patellar bone", "knee cap"),
            .pair("tibia", "12611008", "Tibia", 0xE1D2A0, "tibiae", "tibial bone", "shin bone"),
            .pair("fibula", "87342007", "Fibula", 0xD2C391, "fibulae"),
            .pair("tarsal bones", "108371006", "Tarsus", 0xDCD2A5, "tarsal", "tarsal bone", "tarsus"),
            .pair("calcaneus", "80144004", "Calcaneus", 0xD7CDA0, "heel bone"),
            .pair("talus", "67453005", "Talus", 0xE6DCAF),
            .pair("metatarsal bones", "53884002", "Metatarsal", 0xD2C89B, "metatarsal", "metatarsal bone"),
            .pair("knee", "72696002", "Knee", 0xD2AA96),
            .pair("knee joint", "49076000", "Knee joint", 0xB4C8BE, "joint knee"),
            .pair("patellar tendon", "18033002", "Patellar tendon", 0xC8D2D7, "patellar ligament"),
            .pair("femoral cartilage", "309312004", "Cartilage", 0x82C8DC, "femur cartilage").tissue.wider,
            .pair("tibial cartilage", "309312004", "Cartilage", 0x64B4C8, "tibia cartilage").tissue.wider,
            .pair("medial tibial cartilage", "309312004", "Cartilage", 0x5AAABE, "tibial cartilage medial").tissue
                .wider,
            .pair("lateral tibial cartilage", "309312004", "Cartilage", 0x6EBED2, "tibial cartilage lateral").tissue
                .wider,
            .pair("patellar cartilage", "309312004", "Cartilage", 0xA0D7E6, "patella cartilage").tissue.wider,
            .pair("medial meniscus", "74135004", "Meniscus", 0x9B82D2, "meniscus medial").tissue.wider,
            .pair("lateral meniscus", "74135004", "Meniscus", 0xB996DC, "meniscus lateral").tissue.wider,
        ]

    private static let ribs: [StructureRow] = [
        ("First", "1st", "48535007"), ("Second", "2nd", "78247007"), ("Third", "3rd", "25888004"),
        ("Fourth", "4th", "25523003"), ("Fifth", "5th", "15339008"), ("Sixth", "6th", "59558009"),
        ("Seventh", "7th", "24915002"), ("Eighth", "8th", "5953002"), ("Ninth", "9th", "22565002"),
        ("Tenth", "10th", "77644006"), ("Eleventh", "11th", "58830002"), ("Twelfth", "12th", "43993008"),
    ].enumerated().map { index, rib in
        let tones: [UInt32] = [0xF5E1A5, 0xE1CD8C, 0xEBD7B4]
        return .pair(
            "rib \(index + 1)", rib.2, "\(rib.0) rib", tones[index % tones.count], "\(rib.0) rib", "\(rib.1) rib",
            "rib\(index + 1)")
    }
}
