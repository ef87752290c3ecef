extension SidecarField {
    /// Magnet, coils and shims.
    static let hardware: [SidecarField] = [
        .positive("MagneticFieldStrength", unit: "T", "Field of the magnet", DICOMTag(0x0018, 0x0087)),
        SidecarField(
            "ImagingFrequency", unit: "MHz", "Frequency of the nuclei; UIH states it in Hz",
            from: "(0018,9098), (0018,0084)"
        ) { $0.imagingFrequency.map { .number($0) } },
        SidecarField(
            "ReceiveCoilName", "Receiving coil",
            from: "Siemens protocol sCoilElementID.tCoilID of the first element, (0018,1250)"
        ) { source in
            (source.siemensCoil ?? source.text(DICOMTag(0x0018, 0x1250))).map { .text($0) }
        },
        SidecarField(
            "ReceiveCoilActiveElements", "Elements of the coil in use",
            from:
                "(0051,xx0F) SIEMENS MR HEADER, (0029,xx10) ImaCoilString, (0021,xx4F) SIEMENS MR SDI 02, (0065,xx03) "
                + "Image Private Header"
        ) { source in
            switch source.vendor {
            case .siemens:
                let stated =
                    source.csa?["ImaCoilString"]?.first ?? source.text(private: 0x0F, .siemensText)
                    ?? source.itemText(private: 0x4F, .siemensSDI) ?? source.csaSeries?["CoilString"]?.first
                return stated.map { .text($0) }
            case .uih: return source.text(private: 0x03, .uih).map { .text($0) }
            default: return nil
            }
        },
        SidecarField(
            "CoilString", "Receiving coil as the header has it",
            from: "(0018,1250), (0029,xx10) ImaCoilString, (0051,xx0F) SIEMENS MR HEADER"
        ) { source in
            let siemens = source.csa?["ImaCoilString"]?.first ?? source.text(private: 0x0F, .siemensText)
            return (source.text(DICOMTag(0x0018, 0x1250)) ?? siemens).map { .text($0) }
        },
        SidecarField(
            "ShimSetting", "Currents of the shims in the scanner's units",
            from: "Siemens protocol sGRADSPEC lOffsetX, Y, Z and alShimCurrent[0] to [4]; (0043,xx02) to (0043,xx04) "
                + "GEMS_PARM_01"
        ) { source in
            let shims = source.shims
            return shims.isEmpty ? nil : .numbers(shims)
        },
        SidecarField(
            "TxRefAmp", unit: "V", "Reference amplitude of the transmitter",
            from: "Siemens protocol sTXSPEC.asNucleusInfo[0].flReferenceAmplitude, (0021,xx38) SIEMENS MR SDS 01"
        ) { source in
            let stated =
                source.siemensProtocol?.number("sTXSPEC.asNucleusInfo[0].flReferenceAmplitude")
                ?? source.itemText(private: 0x38, .siemensSDS).flatMap(SidecarSource.number)
            return stated.flatMap { $0 > 0 ? .number($0) : nil }
        },
        .positive("SAR", unit: "W/kg", "Specific absorption rate", DICOMTag(0x0018, 0x1316), DICOMTag(0x0018, 0x9181)),
        SidecarField(
            "TablePosition", unit: "mm", "Position of the table",
            from: "third of (0043,xxB2) GEMS_PARM_01, minus (2005,xx3C) Philips MR Imaging DD 005"
        ) { source in
            source.tableHeight.map { .numbers([0, 0, $0]) }
        },
        SidecarField("PrescanReuseString", "GE's prescan values that were used again", from: "(0043,xx95) GEMS_PARM_01")
        { source in
            source.vendor == .ge ? source.text(private: 0x95, .geParameters).map { .text($0) } : nil
        },
        SidecarField("NumberOfExcitations", "GE's excitations", from: "(0027,xx62) GEMS_IMAG_01") { source in
            source.vendor == .ge
                ? source.number(private: 0x62, .geImage).flatMap { $0 > 1 ? .number($0) : nil } : nil
        },
        .positive("KVP", unit: "kV", "Voltage of the X-ray tube", DICOMTag(0x0018, 0x0060)),
        .positive("ExposureTime", unit: "s", "Exposure time", DICOMTag(0x0018, 0x1150), scale: 1e-3),
        .positive("XRayTubeCurrent", unit: "mA", "Current of the X-ray tube", DICOMTag(0x0018, 0x1151)),
        .positive("XRayExposure", unit: "mAs", "Exposure", DICOMTag(0x0018, 0x1152)),
        .text("ConvolutionKernel", "Kernel of the reconstruction", DICOMTag(0x0018, 0x1210)),
    ]
}

extension SidecarSource {
    /// MHz. No nucleus resonates above a gigahertz, so what is larger is stated in Hz.
    var imagingFrequency: Double? {
        let stated = number(DICOMTag(0x0018, 0x9098)) ?? number(DICOMTag(0x0018, 0x0084))
        guard let stated, stated > 0 else { return nil }
        return stated > 1e5 ? stated * 1e-6 : stated
    }

    /// The coil of the first receiving element.
    var siemensCoil: String? {
        let names = [
            "sCoilSelectMeas.aRxCoilSelectData[0].asList[0].sCoilElementID.tCoilID",
            "asCoilSelectMeas[0].asList[0].sCoilElementID.tCoilID",
        ]
        return names.lazy.compactMap { self.siemensProtocol?[$0] }.first
    }

    /// First order, then second order where stated; empty unless all of the first order are.
    var shims: [Double] {
        if vendor == .ge {
            let offsets = [UInt8(2), 3, 4].compactMap { number(private: $0, .geParameters) }
            return offsets.count == 3 ? offsets : []
        }
        guard let header = siemensProtocol else { return [] }
        for prefix in ["sGRADSPEC.asGPAData[0].", "sGRADSPEC."] {
            let first = ["X", "Y", "Z"].compactMap { header.number(prefix + "lOffset\($0)") }
            if first.count == 3 {
                return first + (0..<5).compactMap { header.number("sGRADSPEC.alShimCurrent[\($0)]") }
            }
        }
        return []
    }

    var tableHeight: Double? {
        switch vendor {
        case .ge:
            let values = text(private: 0xB2, .geParameters).map(Self.numbers) ?? []
            return values.count > 2 ? values[2] : nil
        case .philips: return philipsTable.map { 0 - $0 }
        default: return nil
        }
    }

    /// (2005,xx3C) of the stack, an item of (2001,xx5F).
    private var philipsTable: Double? {
        guard let tag = attributes.tag(private: 0x5F, .philipsImaging), let stack = attributes.file.items(tag).first
        else { return nil }
        for block in UInt16(0x10)...0x17 {
            if let text = stack.text(DICOMTag(0x2005, block << 8 | 0x3C)), let number = Self.number(text) {
                return number
            }
        }
        return nil
    }
}
