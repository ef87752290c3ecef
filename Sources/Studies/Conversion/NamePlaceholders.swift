import VolumeIO

extension ImageFileName {
    /// One placeholder.
    public struct Placeholder: Sendable {
        /// The letter after `%`.
        public let letter: Character
        /// What stands for it.
        public let summary: String
        /// Whether it can tell who the patient is: because it does, or because a person typed it and may have typed a name.
        public let isIdentity: Bool
        /// Whether it is a number, which a width (`%4s`) fills up with zeros.
        public let isNumber: Bool
        let text: @Sendable (DICOMVolumes, DICOMNames) -> String?
    }

    /// The placeholders: one registry for parsing and for help. Letters and attributes are those of dcm2niix's manual
    /// (FILENAMING.md), and `%M` is our own.
    public static let placeholders: [Placeholder] = [
        open("a", "antenna (coil) name") { $1.coil },
        open("b", "base name of the first file") { $1.path.split(separator: "/").last.map(String.init) },
        typed("c", "comments, as typed") { $1.comments },
        typed("d", "series description, as typed") { $1.seriesDescription },
        number("e", "echo number") { $1.echoNumber },
        open("f", "folder of the first file") { folder(of: $1.path) },
        typed("g", "accession number") { $1.accessionNumber },
        typed("i", "patient id") { $1.patientID },
        open("j", "series instance UID") { volumes, _ in volumes.series.seriesInstanceUID },
        open("k", "study instance UID") { volumes, _ in volumes.series.studyInstanceUID },
        typed("l", "performed procedure step, as typed") { $1.procedureStep },
        open("m", "manufacturer, short: GE, Ph, Si, Ca, To, UI or NA") { Vendor($1.manufacturer).short },
        open("M", "modality (Tomos' own)") { $1.modality },
        typed("n", "patient name") { $1.patientName },
        open("o", "UID of the first instance") { $1.mediaInstanceUID },
        typed("p", "protocol (or else the sequence name), as typed") { $1.protocolName ?? $1.sequenceName },
        open("q", "scanning sequence") { $1.scanningSequence },
        number("r", "instance number of the first file") { $1.instanceNumber },
        number("s", "series number") { volumes, _ in volumes.series.seriesNumber.map { "\($0)" } },
        typed("t", "date and time of the study") { $1.studyDateAndTime },
        number("u", "acquisition number") { $1.acquisitionNumber },
        open("v", "vendor, long: GE, Philips, Siemens, Canon, Toshiba, UIH or as stated") {
            Vendor($1.manufacturer).long ?? $1.manufacturer
        },
        typed("x", "study id") { $1.studyID },
        number("y", "GE's raw data run, else temporal position") { $1.runNumber },
        open("z", "sequence name") { $1.sequenceName },
    ]

    private typealias Text = @Sendable (DICOMVolumes, DICOMNames) -> String?

    private static func open(_ letter: Character, _ summary: String, _ text: @escaping Text) -> Placeholder {
        Placeholder(letter: letter, summary: summary, isIdentity: false, isNumber: false, text: text)
    }

    private static func number(_ letter: Character, _ summary: String, _ text: @escaping Text) -> Placeholder {
        Placeholder(letter: letter, summary: summary, isIdentity: false, isNumber: true, text: text)
    }

    private static func typed(_ letter: Character, _ summary: String, _ text: @escaping Text) -> Placeholder {
        Placeholder(letter: letter, summary: summary, isIdentity: true, isNumber: false, text: text)
    }

    @Sendable private static func folder(of path: String) -> String? {
        path.split(separator: "/").dropLast().last.map(String.init)
    }
}

/// A manufacturer under the names that dcm2niix gives it.
struct Vendor: Equatable {
    /// Two letters; `NA` for one that is not known.
    let short: String
    /// nil for one that is not known.
    let long: String?

    private static let known: [(beginning: String, short: String, long: String)] = [
        ("GE", "GE", "GE"), ("PHILIPS", "Ph", "Philips"), ("SIEMENS", "Si", "Siemens"), ("CANON", "Ca", "Canon"),
        ("TOSHIBA", "To", "Toshiba"), ("UIH", "UI", "UIH"),
    ]

    /// Takes Manufacturer (0008,0070).
    init(_ manufacturer: String?) {
        let name = manufacturer?.uppercased() ?? ""
        let found = Self.known.first { name.hasPrefix($0.beginning) }
        (short, long) = (found?.short ?? "NA", found?.long)
    }
}
