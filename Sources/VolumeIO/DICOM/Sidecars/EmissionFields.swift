extension SidecarField {
    /// Positron emission.
    static let emission: [SidecarField] = [
        .text("DecayCorrection", "To which time decay was corrected", DICOMTag(0x0054, 0x1102)),
        .positive("DecayFactor", "Factor by which it was", DICOMTag(0x0054, 0x1321)),
        .positive("DoseCalibrationFactor", "Factor of the dose calibrator", DICOMTag(0x0054, 0x1322)),
        .text("AttenuationCorrectionMethod", "How attenuation was corrected", DICOMTag(0x0054, 0x1101)),
        .text("ReconstructionMethod", "How the image was reconstructed", DICOMTag(0x0054, 0x1103)),
        .text("ScatterCorrectionMethod", "How scatter was corrected", DICOMTag(0x0054, 0x1105)),
        .text("RandomsCorrectionMethod", "How random coincidences were corrected", DICOMTag(0x0054, 0x1100)),
        SidecarField("Radiopharmaceutical", "The tracer", from: "(0018,0031) of (0054,0016)") { source in
            source.tracer?.text(DICOMTag(0x0018, 0x0031)).map { .text($0) }
        },
        SidecarField("TracerRadionuclide", "Its nuclide", from: "(0008,0104) of (0054,0300) of (0054,0016)") { source in
            source.tracer?.items(DICOMTag(0x0054, 0x0300)).first?.text(DICOMTag(0x0008, 0x0104)).map { .text($0) }
        },
        tracer("RadionuclideTotalDose", "MBq", "Dose injected", DICOMTag(0x0018, 0x1074), scale: 1e-6),
        tracer("RadionuclideHalfLife", "s", "Half-life of the nuclide", DICOMTag(0x0018, 0x1075)),
        tracer("RadionuclidePositronFraction", "", "Part of decays that give positrons", DICOMTag(0x0018, 0x1076)),
        SidecarField(
            "FrameTimesStart", unit: "s", "Start of each volume from that of the first",
            from: "(0008,0022), (0008,0032)"
        ) { source in
            guard source.image.modality == "PT" else { return nil }
            let moments = source.images.map { $0.acquisition.moments[.acquisitionTime] }
            let times = DICOMTimeline.seconds(moments, numbers: source.images.map(\.instanceOrder)).compactMap { $0 }
            guard times.count == moments.count, let first = times.first else { return nil }
            return .numbers(times.map { (($0 - first) * 1e3).rounded() / 1e3 })
        },
        SidecarField("FrameDuration", unit: "s", "Duration of a volume", from: "(0018,1242)") { source in
            guard source.image.modality == "PT", let duration = source.number(DICOMTag(0x0018, 0x1242)) else {
                return nil
            }
            return .number(duration * 1e-3)
        },
    ]

    private static func tracer(
        _ name: String, _ unit: String, _ meaning: String, _ tag: DICOMTag, scale: Double = 1
    ) -> SidecarField {
        SidecarField(name, unit: unit, meaning, from: "\(tag.text) of (0054,0016)") { source in
            source.tracer?.text(tag).flatMap(SidecarSource.number).flatMap { $0 > 0 ? .number($0 * scale) : nil }
        }
    }

    /// Philips' scales, by which values of one scan can be compared with those of another.
    static let scaling: [SidecarField] = [
        philips("PhilipsRescaleSlope", "Slope of the values shown, which are those of this file", .slope),
        philips("PhilipsRescaleIntercept", "Intercept of the values shown", .intercept),
        realWorld("PhilipsRWVSlope", "Slope of real world values", DICOMTag(0x0040, 0x9225)),
        realWorld("PhilipsRWVIntercept", "Intercept of real world values", DICOMTag(0x0040, 0x9224)),
        SidecarField(
            "PhilipsScaleSlope", "Slope of the values measured: shown / (PhilipsRescaleSlope * this)",
            from: "(2005,xx0E) Philips MR Imaging DD 001"
        ) { source in
            source.vendor == .philips ? source.scaleSlope.map { .number($0) } : nil
        },
        SidecarField(
            "UsePhilipsFloatNotDisplayScaling", "0: the values of this file are those shown", from: "the conversion"
        ) { source in
            source.vendor == .philips && source.image.modality == "MR" && source.scaleSlope != nil ? .number(0) : nil
        },
    ]

    private static func realWorld(_ name: String, _ meaning: String, _ tag: DICOMTag) -> SidecarField {
        SidecarField(name, meaning, from: "\(tag.text) of (0040,9096)") { source in
            guard source.vendor == .philips, source.image.modality == "MR" else { return nil }
            let mapping = DICOMTag(0x0040, 0x9096)
            let own = source.groups.lazy.compactMap { $0.items(mapping).first }.first
            let item = own ?? source.attributes.file.items(mapping).first
            return item?.text(tag).flatMap(SidecarSource.number).map { .number($0) }
        }
    }

    private static func philips(_ name: String, _ meaning: String, _ tag: DICOMTag) -> SidecarField {
        SidecarField(name, meaning, from: tag.text) { source in
            guard source.vendor == .philips, source.image.modality == "MR" else { return nil }
            return source.number(tag).map { .number($0) }
        }
    }
}

extension SidecarSource {
    /// The item of the tracer.
    var tracer: DICOMItem? { attributes.file.items(DICOMTag(0x0054, 0x0016)).first }

    /// Philips' scale slope, of the frame or of the data set.
    var scaleSlope: Double? {
        (itemText(private: 0x0E, .philipsMR) ?? text(private: 0x0E, .philipsMR)).flatMap(Self.number)
    }
}
