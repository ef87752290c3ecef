extension SidecarField {
    /// Diffusion and arterial spin labelling.
    static let labelling: [SidecarField] = [
        SidecarField(
            "DiffusionScheme", "Siemens' scheme of diffusion gradients", from: "Siemens protocol sDiffusion.dsScheme"
        ) { source in
            let names: [Double: String] = [1: "Bipolar", 2: "Monopolar"]
            return source.siemensProtocol?.number("sDiffusion.dsScheme").flatMap { names[$0] }.map { .text($0) }
        },
        diffusionCount("NumberOfDiffusionDirectionGE", "Directions of GE's diffusion", 0xE0),
        diffusionCount("NumberOfDiffusionT2GE", "Images without weighting of GE's diffusion", 0xDF),
        SidecarField(
            "ASLContext", "Which volumes were labelled: LABEL or CONTROL",
            from: "(0018,9257), (2005,xx29) Philips MR Imaging DD 005"
        ) { source in
            let labels = source.images.compactMap { $0.keys[.spinLabel] }
            return labels.count == source.images.count && Set(labels).count > 1 ? .texts(labels) : nil
        },
        SidecarField(
            "ArterialSpinLabelingType", "PASL, CASL or PCASL",
            from: "(0018,9250), Siemens protocol tSequenceFileName, (0043,xxA3) GEMS_PARM_01"
        ) { $0.labellingType.map { .text($0) } },
        SidecarField(
            "LabelingDuration", unit: "s", "How long spins were labelled",
            from: "(0018,9258) of (0018,9260), (0043,xxA5) GEMS_PARM_01"
        ) { source in source.labellingDuration.map { .number($0) } },
        SidecarField(
            "PostLabelingDelay", unit: "s", "From the labelling to the image",
            from: "(0018,0082) where GE states a labelling (0043,xxA3)"
        ) { source in
            guard source.vendor == .ge, source.text(private: 0xA3, .geParameters) != nil,
                let delay = source.image.acquisition.inversionTime, delay > 0
            else { return nil }
            return .number(delay * 1e-3)
        },
        SidecarField("ASLContrastTechnique", "GE's contrast", from: "(0043,xxA3) GEMS_PARM_01") { source in
            source.vendor == .ge ? source.text(private: 0xA3, .geParameters).map { .text($0) } : nil
        },
        SidecarField("ASLLabelingTechnique", "GE's labelling", from: "(0043,xxA4) GEMS_PARM_01") { source in
            source.vendor == .ge ? source.text(private: 0xA4, .geParameters).map { .text($0) } : nil
        },
        SidecarField(
            "BolusCutOffFlag", "Whether the bolus of a pulsed labelling was cut off", from: "(0018,925C)"
        ) { source in
            source.labelling?.text(DICOMTag(0x0018, 0x925C)).map { .flag($0 == "YES") }
        },
        SidecarField("BolusCutOffTechnique", "How it was cut off", from: "(0018,925E) of (0018,925D)") { source in
            let cut = source.labelling?.items(DICOMTag(0x0018, 0x925D)).first
            return cut?.text(DICOMTag(0x0018, 0x925E)).map { .text($0) }
        },
        SidecarField("BolusCutOffDelayTime", unit: "s", "When it was cut off", from: "(0018,925F) of (0018,925D)") {
            source in
            let cut = source.labelling?.items(DICOMTag(0x0018, 0x925D)).first
            return cut?.text(DICOMTag(0x0018, 0x925F)).flatMap(SidecarSource.number).map { .number($0 * 1e-3) }
        },
        SidecarField("VascularCrushing", "Whether flowing spins were dephased", from: "(0018,9259)") { source in
            source.labelling?.text(DICOMTag(0x0018, 0x9259)).map { .flag($0 == "YES") }
        },
    ]

    private static func diffusionCount(_ name: String, _ meaning: String, _ element: UInt8) -> SidecarField {
        let digits = String(element, radix: 16, uppercase: true)
        return SidecarField(name, meaning, from: "(0019,xx\(digits)) GEMS_ACQU_01") { source in
            guard source.vendor == .ge, source.image.acquisition.diffusion.bValue != nil else { return nil }
            return source.number(private: element, .geAcquisition).flatMap { $0 > 0 ? .number($0) : nil }
        }
    }
}

extension SidecarSource {
    /// The item that says how spins were labelled, (0018,9251): of a frame, of all frames, or of the data set.
    var labelling: DICOMItem? {
        let tag = DICOMTag(0x0018, 0x9251)
        return groups.lazy.compactMap { $0.items(tag).first }.first ?? attributes.file.items(tag).first
    }

    /// `PASL`, `CASL` or `PCASL`.
    var labellingType: String? {
        let names = ["CONTINUOUS": "CASL", "PSEUDOCONTINUOUS": "PCASL", "PULSED": "PASL"]
        if let stated = text(DICOMTag(0x0018, 0x9250)), let name = names[stated] { return name }
        if vendor == .ge { return text(private: 0xA3, .geParameters).flatMap { names[$0] } }
        let sequence = siemensProtocol?["tSequenceFileName"]?.lowercased() ?? ""
        if sequence.contains("pcasl") { return "PCASL" }
        return sequence.contains("_pasl") || sequence.contains("fairest") ? "PASL" : nil
    }

    /// Seconds.
    var labellingDuration: Double? {
        if let item = labelling?.items(DICOMTag(0x0018, 0x9260)).first ?? labelling,
            let duration = item.text(DICOMTag(0x0018, 0x9258)).flatMap(Self.number), duration > 0
        {
            return duration * 1e-3
        }
        guard vendor == .ge, let duration = number(private: 0xA5, .geParameters), duration > 0 else { return nil }
        return duration * 1e-3
    }
}
