extension SidecarField {
    /// The pulse sequence.
    static let sequence: [SidecarField] = [
        .text("MRAcquisitionType", "`2D` or `3D`", DICOMTag(0x0018, 0x0023)),
        SidecarField(
            "ScanningSequence", "SE, GR, EP, IR, ...", from: "(0018,0020), (0021,xx5A) SIEMENS MR SDS 01"
        ) { $0.scanningSequence.map { .text($0) } },
        SidecarField(
            "SequenceVariant", "SK, SP, MP, ...", from: "(0018,0021), (0021,xx5B) SIEMENS MR SDS 01"
        ) { $0.sequenceVariant.map { .text($0) } },
        SidecarField("ScanOptions", "PFP, FS, ...", from: "(0018,0022), (0021,xx5C) SIEMENS MR SDS 01") { source in
            (source.text(DICOMTag(0x0018, 0x0022)) ?? source.itemText(private: 0x5C, .siemensSDS)).map { .text($0) }
        },
        SidecarField(
            "SequenceName", "Name of the sequence",
            from: "(0018,0024), (0018,9005), (0019,xx9C) GEMS_ACQU_01, (2001,xx20) Philips Imaging DD 001"
        ) { $0.sequenceName.map { .text($0) } },
        SidecarField(
            "PulseSequenceType", "Sequence in words, where the file tells its echoes",
            from: "ScanningSequence, (0018,9008), (0018,9018), Siemens' SequenceName"
        ) { $0.sequenceType.map { .text($0) } },
        SidecarField(
            "PulseSequenceDetails", "Siemens' file of the sequence", from: "Siemens protocol tSequenceFileName"
        ) { source in source.siemensProtocol?["tSequenceFileName"].map { .text($0) } },
        SidecarField(
            "InternalPulseSequenceName", "GE's inner name of an echo planar sequence", from: "(0019,xx9E) GEMS_ACQU_01"
        ) { source in
            let name = source.text(private: 0x9E, .geAcquisition)
            return name.flatMap { source.isEchoPlanar ? .text($0) : nil }
        },
        SidecarField("MTState", "Whether magnetisation transfer was prepared", from: "(0018,9020), (0018,0021)") {
            source in
            if let stated = source.text(DICOMTag(0x0018, 0x9020)) { return .flag(stated != "NONE") }
            return source.sequenceVariantWords.contains("MTC") ? .flag(true) : nil
        },
        SidecarField(
            "SpoilingState", "Whether the transverse magnetisation was spoiled", from: "(0018,9016), (0018,0021)"
        ) { source in
            source.spoils.map { .flag($0) }
        },
        SidecarField("SpoilingType", "How it was spoiled: RF, GRADIENT or COMBINED", from: "(0018,9016)") { source in
            source.text(DICOMTag(0x0018, 0x9016)).flatMap {
                $0 == "NONE" ? nil : .text($0 == "RF_AND_GRADIENT" ? "COMBINED" : $0)
            }
        },
        SidecarField(
            "NonlinearGradientCorrection", "Whether distortion by the gradients was corrected",
            from: "ND, DIS2D or DIS3D in (0008,0008) or (0021,xx75) SIEMENS MR SDI 02"
        ) { source in
            let text = source.itemText(private: 0x75, .siemensSDI) ?? ""
            let words = source.image.imageType + DICOMFileReader.words(text)
            if words.contains("DIS2D") || words.contains("DIS3D") { return .flag(true) }
            return words.contains("ND") ? .flag(false) : nil
        },
    ]
}

extension SidecarSource {
    /// (0018,0020), which XA software keeps privately.
    var scanningSequence: String? { text(DICOMTag(0x0018, 0x0020)) ?? itemText(private: 0x5A, .siemensSDS) }
    private var scanningSequenceWords: [String] { scanningSequence.map(DICOMFileReader.words) ?? [] }

    var sequenceVariant: String? { text(DICOMTag(0x0018, 0x0021)) ?? itemText(private: 0x5B, .siemensSDS) }
    var sequenceVariantWords: [String] { sequenceVariant.map(DICOMFileReader.words) ?? [] }

    /// Whether the transverse magnetisation was spoiled.
    var spoils: Bool? {
        if let stated = text(DICOMTag(0x0018, 0x9016)) { return stated != "NONE" }
        return sequenceVariantWords.contains("SP") ? true : nil
    }

    var sequenceName: String? {
        if let name = text(DICOMTag(0x0018, 0x0024)) ?? text(DICOMTag(0x0018, 0x9005)) { return name }
        switch vendor {
        case .ge: return text(private: 0x9C, .geAcquisition)
        case .philips: return text(private: 0x20, .philipsImaging)
        default: return nil
        }
    }

    /// Whether k-space was read in trains of gradient echoes.
    var isEchoPlanar: Bool {
        if let stated = text(DICOMTag(0x0018, 0x9018)) { return stated == "YES" }
        if scanningSequenceWords.contains("EP") { return true }
        if vendor == .philips { return (number(private: 0x13, .philipsImaging) ?? 0) > 1 }
        return words(DICOMTag(0x0018, 0x0022)).contains("EPI_GEMS")
    }

    /// Whether slices were excited one by one (or in groups), and not a slab.
    var is2D: Bool { text(DICOMTag(0x0018, 0x0023)) == "2D" }

    /// The sequence in the words of BIDS' examples; nil where nothing says what its echoes are.
    var sequenceType: String? {
        guard let echo = echoName else { return nil }
        let inversion = scanningSequenceWords.contains("IR") ? "Inversion Recovery " : ""
        let multiband = (multibandFactor ?? 1) > 1 ? "Multiband " : ""
        let isSpoiled = echo == "Gradient Echo" && !isEchoPlanar && inversion.isEmpty && spoils == true
        return multiband + inversion + (isSpoiled ? "Spoiled " : "") + echo + (isEchoPlanar ? " EPI" : "")
    }

    private var echoName: String? {
        // Siemens names a free induction decay and a spin echo in the sequence, and says EP for both.
        let name = vendor == .siemens ? sequenceName ?? "" : ""
        if name.contains("epfid") { return "Gradient Echo" }
        if name.contains("epse") || name.contains("ep_b") { return "Spin Echo" }
        switch text(DICOMTag(0x0018, 0x9008)) {
        case "SPIN": return "Spin Echo"
        case "GRADIENT": return "Gradient Echo"
        default: break
        }
        if scanningSequenceWords.contains("SE") { return "Spin Echo" }
        return scanningSequenceWords.contains("GR") ? "Gradient Echo" : nil
    }
}
