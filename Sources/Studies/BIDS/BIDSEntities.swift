/// The parts of names in the raw data of a BIDS data set (BIDS specification 1.10, appendix entities and datatypes).
enum BIDSEntities {
    /// Keys of entities in the order of a name.
    static let order = [
        "sub", "ses", "sample", "task", "tracksys", "acq", "nuc", "voi", "ce", "trc", "stain", "rec", "dir", "run",
        "mod",
        "echo", "flip", "inv", "mt", "part", "proc", "hemi", "space", "split", "recording", "chunk", "seg", "res",
        "den",
        "label", "desc",
    ]

    /// Folders of images, and the suffixes that the standard has there.
    static let suffixes: [String: [String]] = [
        "anat": [
            "T1w", "T2w", "PDw", "T2starw", "FLAIR", "inplaneT1", "inplaneT2", "PDT2", "angio", "T1map", "T2map",
            "T2starmap", "R1map", "R2map", "R2starmap", "PDmap", "MTRmap", "MTsat", "MTVmap", "T1rho", "MWFmap",
            "PDT2map",
            "M0map", "Chimap", "S0map", "UNIT1", "VFA", "IRT1", "MP2RAGE", "MESE", "MEGRE", "MPM", "MTS", "MTR",
            "defacemask",
        ],
        "func": ["bold", "cbv", "sbref", "phase", "noRF"],
        "dwi": ["dwi", "sbref", "ADC", "FA", "S0map", "colFA", "expADC", "trace"],
        "fmap": [
            "phasediff", "phase1", "phase2", "magnitude1", "magnitude2", "magnitude", "fieldmap", "epi", "m0scan",
            "TB1DAM",
            "TB1EPI", "TB1AFI", "TB1TFL", "TB1RFM", "TB1SRGE", "TB1map", "RB1COR", "RB1map",
        ],
        "perf": ["asl", "m0scan", "noRF"], "pet": ["pet"], "mrs": ["svs", "mrsi", "unloc", "mrsref"],
    ]

    /// Folders of images.
    static let datatypes = ["anat", "func", "dwi", "fmap", "perf", "pet", "mrs"]

    /// Whether a text may be the value of an entity, or a suffix: letters and digits.
    static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    /// A name without folder and ending.
    static func name(_ entities: [String: String], suffix: String) -> String {
        (order.compactMap { key in entities[key].map { "\(key)-\($0)" } } + [suffix]).joined(separator: "_")
    }
}
