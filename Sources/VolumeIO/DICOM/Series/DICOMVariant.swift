/// What an image is beside others of its series that are not one image with it, though the vendor numbers them through:
/// a field map in hertz and its magnitude, volumes whose phase encoding runs the other way. Each becomes an image.
struct DICOMVariant: Sendable, Hashable {
    /// The kinds of image.
    enum Kind: Sendable, Hashable {
        /// GE's `B0map`: the field in hertz, and the magnitude that was measured with it.
        case fieldMap, magnitude
        /// GE's `epi_pepolar`: as the header says, and with the phase encoded the other way.
        case forward, reversed
    }
    /// The kind.
    let kind: Kind

    /// How the part of the series is called; it stands in file names.
    var part: String {
        switch kind {
        case .fieldMap: "fieldmaphz"
        case .magnitude: "magnitude"
        case .forward: "PhaseEncoding forward"
        case .reversed: "PhaseEncoding reversed"
        }
    }

    /// What names of files end in: as with dcm2niix for the field map; it renumbers the series of reversed volumes.
    var suffix: String {
        switch kind {
        case .fieldMap: "_fieldmaphz"
        case .reversed: "_PhaseEncoding_reversed"
        case .magnitude, .forward: ""
        }
    }

    /// What is added to ImageType.
    var imageType: [String] { kind == .fieldMap ? ["FIELDMAPHZ"] : [] }

    /// Whether the first row that is stored is the last one of the place that the header states.
    var hasRowsReversed: Bool { kind == .reversed }

    /// Unit of the values where it is known.
    var units: String? { kind == .fieldMap ? "Hz" : nil }

    /// Direction of the phase encoding along the voxel axes, as BIDS writes it. What is certain is that the two differ;
    /// which is which is as in dcm2niix's reference for this sequence (dcm_qa_polar), whose rows run the other way.
    var phaseEncoding: String? {
        switch kind {
        case .forward: "j-"
        case .reversed: "j"
        case .fieldMap, .magnitude: nil
        }
    }

    /// What a person should know.
    var notice: String {
        switch kind {
        case .fieldMap: "a GE B0 map: the field in Hz; its magnitude is an image of its own"
        case .magnitude: "the magnitude of a GE B0 map; the field in Hz is an image of its own"
        case .forward: "GE epi_pepolar: volumes of reversed phase encoding are an image of their own"
        case .reversed:
            "GE epi_pepolar: the phase encoding is reversed; the file stores the rows of these volumes the other way "
                + "round than its header says, and they are turned"
        }
    }

    /// What the file says; nil for most files. Throws where it is one of these and not which.
    init?(_ attributes: borrowing DICOMAttributes, instance: Int?) throws {
        guard attributes.text(DICOMTag(0x0008, 0x0070))?.uppercased().hasPrefix("GE") == true else { return nil }
        let names = [UInt8(0x9C), 0x9E].compactMap { Self.acquisition($0, attributes)?.lowercased() }
        let slices = Self.relation(0x4F, attributes).flatMap { Int($0) }.flatMap {
            (1...100_000).contains($0) ? $0 : nil
        }
        if names.contains(where: { ["b0map", "b0rf", "3db0map"].contains($0) }) {
            // The map comes first: nothing else tells it from the magnitude.
            guard let slices, let instance else { return nil }
            kind = instance <= slices ? .fieldMap : .magnitude
        } else if names.contains(where: { $0.hasSuffix("epi_pepolar") }) {
            kind = try Self.polarity(attributes, instance: instance, slices: slices)
        } else {
            return nil
        }
    }

    /// (0019,10B3) of `epi_pepolar`: 0 forward, 1 reversed, 2 in turn from reversed on, 3 in turn from forward on.
    private static func polarity(
        _ attributes: borrowing DICOMAttributes, instance: Int?, slices: Int?
    ) throws -> Kind {
        let scheme = acquisition(0xB3, attributes).flatMap(finiteNumber)
        func refuse(_ reason: String) -> DICOMError {
            .file(
                path: attributes.file.path,
                reason: "GE epi_pepolar, which stores volumes of reversed phase encoding upside down: \(reason), so it "
                    + "is not known which are (export the series again with private elements)")
        }
        guard scheme != 0 else { return .forward }
        guard let axis = attributes.text(DICOMTag(0x0018, 0x1312)), axis == "COL" else {
            throw refuse("its phase is not stated to be encoded along the columns")
        }
        if scheme == 1 { return .reversed }
        guard let scheme, [2, 3].contains(scheme) else { throw refuse("its order (0019,10B3) is not stated") }
        let byNumber = instance.flatMap { instance in instance > 0 ? slices.map { (instance - 1) / $0 + 1 } : nil }
        guard let position = attributes.text(DICOMTag(0x0020, 0x0100)).flatMap({ Int($0) }) ?? byNumber, position > 0
        else { throw refuse("its temporal position is not stated") }
        return (position % 2 == 1) == (scheme == 2) ? .reversed : .forward
    }

    private static func acquisition(_ element: UInt8, _ attributes: borrowing DICOMAttributes) -> String? {
        attributes.text(private: element, .geAcquisition)
    }

    private static func relation(_ element: UInt8, _ attributes: borrowing DICOMAttributes) -> String? {
        attributes.text(private: element, .geRelation)
    }
}

extension DICOMVariant {
    // MARK: What vendors state privately of one image among others

    /// GE states whether an image is a phase, real or imaginary part in (0043,102F) and not in ImageType; nil for a
    /// magnitude and for other vendors.
    static func complexComponent(_ attributes: borrowing DICOMAttributes) -> String? {
        let text = attributes.text(private: 0x2F, .geParameters)
        return text.flatMap { ["1": "PHASE", "2": "REAL", "3": "IMAGINARY"][$0] }
    }

    /// Whether spins were labelled before the image was taken: the standard's attribute, else Philips'.
    static func spinLabel(_ attributes: borrowing DICOMAttributes) -> String? {
        if let stated = attributes.text(.aslContext) { return stated }
        let text = attributes.text(private: 0x29, .philipsMR5)
        return text.flatMap { ["LABEL", "CONTROL"].contains($0) ? $0 : nil }
    }
}
