extension SidecarField {
    /// What tells a series from others, without telling whose it is.
    static let general: [SidecarField] = [
        .text("Modality", "MR, CT, PT, ...", .modality),
        SidecarField("Manufacturer", "Maker of the scanner, by its short name where known", from: "(0008,0070)") {
            $0.maker.map { .text($0) }
        },
        .text("ManufacturersModelName", "Model of the scanner", DICOMTag(0x0008, 0x1090)),
        .text("SoftwareVersions", "Software of the scanner", DICOMTag(0x0018, 0x1020)),
        SidecarField(
            "ConsistencyInfo", "Siemens' name of the software build",
            from:
                "Siemens protocol sProtConsistencyInfo.tMeasuredBaselineString, .tBaselineString; (0021,xx10) SIEMENS "
                + "MR SDS 01"
        ) { source in
            let prefix = "sProtConsistencyInfo."
            let names = ["tMeasuredBaselineString", "tBaselineString"]
            let stated = names.lazy.compactMap { source.siemensProtocol?[prefix + $0] }.first
            return (stated ?? source.itemText(private: 0x10, .siemensSDS)).map { .text($0) }
        },
        .text("BodyPart", "Part of the body", DICOMTag(0x0018, 0x0015)),
        .text("PatientPosition", "How the patient lay: HFS is head first, supine", DICOMTag(0x0018, 0x5100)),
        .text("SeriesDescription", "What the operator called the series", .seriesDescription),
        .text("ProtocolName", "The protocol", DICOMTag(0x0018, 0x1030)),
        .number("SeriesNumber", "Number of the series", .seriesNumber),
        .number("AcquisitionNumber", "Number of the acquisition", DICOMTag(0x0020, 0x0012)),
        SidecarField("SeriesInstanceUID", "The series, for finding it again", from: "(0020,000E)") { source in
            let uid = source.image.series
            return DICOMSeriesIdentity.isStated(uid) ? .text(uid) : nil
        },
        SidecarField(
            "ImageType", "Kind of image; words of a value parted at `_`, and MAGNITUDE, PHASE, REAL or IMAGINARY",
            from: "(0008,9007), (0008,0008), (0008,9208), (0043,xx2F) GEMS_PARM_01"
        ) { .texts($0.imageType) },
        SidecarField("ImageTypeText", "Siemens' own kind of image", from: "(0021,xx75) SIEMENS MR SDI 02") { source in
            source.itemText(private: 0x75, .siemensSDI).map { text in
                .texts(DICOMFileReader.words(text).flatMap { $0.split(separator: "_").map(String.init) })
            }
        },
        SidecarField("VolumeImageType", "Kind of each volume where they differ", from: "as ImageType") { source in
            let types = source.images.map { $0.keys[.imageType] ?? "" }
            return Set(types).count > 1 ? .texts(types) : nil
        },
        SidecarField("RawImage", "`false` for an image made of others", from: "(0008,0008)") { source in
            source.image.imageType.first == "DERIVED" ? .flag(false) : nil
        },
        SidecarField(
            "Units",
            "Unit of the values: `Hz` of a field map, `rad` or `arbitrary` of a phase, Bq/mL and others of PET",
            from: "kind of image, (0054,1001), (0028,1054), (0040,9096) > (0040,08EA) > (0008,0100)"
        ) { $0.units.map { .text($0) } },
        SidecarField(
            "ImageOrientationPatientDICOM", "Directions of rows and columns as stored, LPS", from: "(0020,0037)"
        ) { source in
            let stated = source.text(.orientation).map(SidecarSource.numbers) ?? []
            if stated.count == 6 { return .numbers(stated) }
            let (row, column) = (source.image.rowDirection, source.image.columnDirection)
            return .numbers([row.x, row.y, row.z, column.x, column.y, column.z])
        },
        SidecarField("ImageOrientationText", "Plane in words", from: "(0051,xx0E) SIEMENS MR HEADER") { source in
            source.text(private: 0x0E, .siemensText).map { .text($0) }
        },
        SidecarField("SliceThickness", unit: "mm", "Thickness of a slice", from: "(0018,0050)") { source in
            source.image.sliceThickness.map { .number($0) }
        },
        SidecarField("SpacingBetweenSlices", unit: "mm", "Distance of slices as stated", from: "(0018,0088)") {
            source in
            source.image.spacingBetweenSlices.map { .number($0) }
        },
    ]
}

extension SidecarSource {
    /// The manufacturer as dcm2niix and BIDS' examples write it; others as the file has them.
    var maker: String? {
        let stated = text(DICOMTag(0x0008, 0x0070))
        switch vendor {
        case .siemens: return "Siemens"
        case .ge: return "GE"
        case .philips: return "Philips"
        case .uih: return "UIH"
        case .canon: return stated?.uppercased().contains("TOSHIBA") == true ? "Toshiba" : "Canon"
        case .other:
            let known = ["Hitachi", "Hyperfine", "Bruker", "Mediso"]
            return known.first { stated?.uppercased().contains($0.uppercased()) == true } ?? stated
        }
    }

    /// Words of ImageType, those that writers joined by `_` apart, and the part of a complex image where it is known.
    var imageType: [String] {
        let words = (statedType + image.imageType.dropFirst(statedType.count)).flatMap {
            $0.split(separator: "_").map(String.init)
        }
        return words + (component(words).map { [$0] } ?? [])
    }

    /// The words as the file has them, with the blanks within them; none where the image's own begin otherwise.
    private var statedType: [String] {
        let text = text(.frameType) ?? text(.imageType) ?? ""
        let words = text.split(separator: "\\").map { word in
            String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        return image.imageType.starts(with: words.map { $0.filter { $0 != " " } }) ? words : []
    }

    /// Which part of a complex image this is, where ImageType does not spell it out.
    private func component(_ words: [String]) -> String? {
        let names = ["MAGNITUDE", "PHASE", "REAL", "IMAGINARY"]
        if words.contains(where: { names.contains($0) || $0 == "FIELDMAPHZ" }) { return nil }
        if let stated = text(.complexComponent), names.contains(stated) { return stated }
        let letters = ["M": "MAGNITUDE", "P": "PHASE", "R": "REAL", "I": "IMAGINARY"]
        if let letter = words.dropFirst(2).lazy.compactMap({ letters[$0] }).first { return letter }
        guard vendor == .ge else { return nil }
        return text(private: 0x2F, .geParameters).flatMap {
            ["0": "MAGNITUDE", "1": "PHASE", "2": "REAL", "3": "IMAGINARY"][$0]
        }
    }

    /// Whether the image is the phase of a complex one.
    var isPhase: Bool { imageType.contains("PHASE") || imageType.contains("P") }

    /// The unit of the values. Phases count in steps of the scanner's own unless the file says that they are radians.
    var units: String? {
        if let units = image.variant?.units { return units }
        if let units = text(DICOMTag(0x0054, 0x1001)) { return units == "BQML" ? "Bq/mL" : units }
        guard image.modality == "MR", isPhase else { return nil }
        let mapping = attributes.file.items(DICOMTag(0x0040, 0x9096)).first
        let code = mapping?.items(DICOMTag(0x0040, 0x08EA)).first?.text(DICOMTag(0x0008, 0x0100))
        let stated = [code, text(DICOMTag(0x0028, 0x1054))].compactMap { $0?.lowercased() }
        return stated.contains { ["rad", "radian", "radians"].contains($0) } ? "rad" : "arbitrary"
    }
}
