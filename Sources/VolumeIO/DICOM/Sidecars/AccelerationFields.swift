extension SidecarField {
    /// What was left out of k-space, and how many slices were excited at once.
    static let acceleration: [SidecarField] = [
        SidecarField(
            "ParallelReductionFactorInPlane", "Acceleration along the phase encoding",
            from: "(0018,9069), Siemens protocol sPat.lAccelFactPE, (0051,xx11) SIEMENS MR HEADER, (0043,xx83) "
                + "GEMS_PARM_01, (0065,xx0D) Image Private Header"
        ) { $0.inPlaneFactor.map { .number($0) } },
        SidecarField(
            "ParallelReductionFactorOutOfPlane", "Acceleration across the slab",
            from: "(0018,9155), Siemens protocol sPat.lAccelFact3D, (0043,xx83) GEMS_PARM_01"
        ) { $0.throughPlaneFactor.map { .number($0) } },
        .text("ParallelAcquisitionTechnique", "SENSE, SMASH, SMS, ...", DICOMTag(0x0018, 0x9078)),
        SidecarField(
            "MultibandAccelerationFactor", "Slices excited at once",
            from: "Siemens protocol sSliceAcceleration.lMultiBandFactor, `s` of (0051,xx11), CMRR's "
                + "sWipMemBlock.alFree[13], slices of one time; (0043,xxB6) GEMS_PARM_01"
        ) { source in source.multibandFactor.flatMap { $0 > 1 ? .number($0) : nil } },
        SidecarField(
            "PartialFourier", "Part of k-space acquired along the phase encoding",
            from: "Siemens protocol sKSpace.ucPhasePartialFourier"
        ) { source in
            let parts: [Double: Double] = [16: 1, 8: 7.0 / 8, 4: 6.0 / 8, 2: 5.0 / 8, 1: 4.0 / 8]
            return source.siemensProtocol?.number("sKSpace.ucPhasePartialFourier").flatMap { parts[$0] }
                .map { .number($0) }
        },
        SidecarField("PartialFourierDirection", "PHASE, FREQUENCY, ...", from: "(0018,9036)") { source in
            source.text(DICOMTag(0x0018, 0x9036)).flatMap { $0 == "NONE" ? nil : .text($0) }
        },
        SidecarField("PartialFourierEnabled", "YES where part of k-space was left out (Philips)", from: "(0018,9081)") {
            source in
            source.vendor == .philips && source.text(DICOMTag(0x0018, 0x9081)) == "YES" ? .text("YES") : nil
        },
        SidecarField(
            "PhaseEncodingStepsNoPartialFourier", "Steps as they would be without that", from: "(0018,9231) (Philips)"
        ) { source in
            guard source.vendor == .philips, source.text(DICOMTag(0x0018, 0x9081)) == "YES" else { return nil }
            return source.number(DICOMTag(0x0018, 0x9231)).flatMap { $0 > 0 ? .number($0) : nil }
        },
        SidecarField(
            "RefLinesPE", "Reference lines of a parallel acquisition", from: "Siemens protocol sPat.lRefLinesPE"
        ) { $0.siemensProtocol?.number("sPat.lRefLinesPE").map { .number($0) } },
        SidecarField(
            "MatrixCoilMode", "Reconstruction of a parallel acquisition", from: "Siemens protocol sPat.ucPATMode"
        ) { source in
            let names: [Double: String] = [1: "None", 2: "GRAPPA", 3: "SENSE"]
            return source.siemensProtocol?.number("sPat.ucPATMode").flatMap { names[$0] }.map { .text($0) }
        },
        SidecarField(
            "CoilCombinationMethod", "How the coils' images were combined", from: "Siemens protocol ucCoilCombineMode"
        ) { source in
            let names: [Double: String] = [1: "Sum of Squares", 2: "Adaptive Combine"]
            return source.siemensProtocol?.number("ucCoilCombineMode").flatMap { names[$0] }.map { .text($0) }
        },
    ]
}

extension SidecarSource {
    /// Acceleration along the phase encoding; 1 for none, nil where not stated.
    var inPlaneFactor: Double? {
        let stated: Double?
        switch vendor {
        case .siemens:
            stated = number(DICOMTag(0x0018, 0x9069)) ?? siemensProtocol?.number("sPat.lAccelFactPE") ?? patMode("p")
        case .ge: stated = number(DICOMTag(0x0018, 0x9069)) ?? geFactors.first.map { 1 / $0 }
        case .uih: stated = number(DICOMTag(0x0018, 0x9069)) ?? uihFactor
        default: stated = number(DICOMTag(0x0018, 0x9069))
        }
        return stated.flatMap { $0 > 0 ? $0 : nil }
    }

    var throughPlaneFactor: Double? {
        let stated =
            number(DICOMTag(0x0018, 0x9155)) ?? siemensProtocol?.number("sPat.lAccelFact3D")
            ?? (geFactors.count > 1 ? 1 / geFactors[1] : nil)
        return stated.flatMap { $0 > 0 ? $0 : nil }
    }

    /// GE's reciprocals of the accelerations in and through the plane.
    private var geFactors: [Double] {
        guard vendor == .ge, let text = text(private: 0x83, .geParameters) else { return [] }
        let factors = Self.numbers(text)
        return factors.allSatisfy { $0 > 0 && $0 <= 1 } ? factors : []
    }

    /// UIH's `F:2S`.
    private var uihFactor: Double? {
        guard let text = text(private: 0x0D, .uih), let colon = text.firstIndex(of: ":") else { return nil }
        let tail = text[text.index(after: colon)...]
        return finiteNumber(tail.prefix { $0.isNumber || $0 == "." })
    }

    /// The number behind a letter of Siemens' `p2 s4`: in plane, and slices at once.
    private func patMode(_ letter: Character) -> Double? {
        let stated = text(private: 0x11, .siemensText) ?? csa?["ImaPATModeText"]?.first
        let word = stated?.split(separator: " ").first { $0.first == letter }
        return word.flatMap { finiteNumber($0.dropFirst()) }
    }

    /// Slices excited at once; 1 for one by one, nil where not stated.
    var multibandFactor: Double? {
        switch vendor {
        case .siemens: return siemensBands
        case .ge:
            let stated = text(private: 0xB6, .geParameters).flatMap(Self.number) ?? geProtocol?.number("MBACCEL")
            return stated.map { max(1, $0) }
        default: return nil
        }
    }

    private var siemensBands: Double? {
        guard is2D else { return nil }
        if let factor = siemensProtocol?.number("sSliceAcceleration.lMultiBandFactor"), factor > 1 { return factor }
        if let factor = patMode("s"), factor > 1 { return factor }
        if siemensProtocol?["tSequenceFileName"]?.contains("cmrr_mb") == true,
            let factor = siemensProtocol?.number("sWipMemBlock.alFree[13]")
                ?? siemensProtocol?.number("sWiPMemBlock.alFree[13]"), factor > 1
        {
            return factor
        }
        // Slices that share a time were excited together.
        guard let times = mosaicTiming.times, let first = times.first else { return nil }
        let together = times.filter { $0 == first }.count
        return times.allSatisfy { time in times.filter { $0 == time }.count == together } ? Double(together) : nil
    }
}
