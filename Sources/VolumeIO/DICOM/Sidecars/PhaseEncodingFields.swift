import Volumes

extension SidecarField {
    /// Along which axis the phase was encoded, which way, and how fast: what distortion corrections need.
    static let phaseEncoding: [SidecarField] = [
        SidecarField(
            "InPlanePhaseEncodingDirectionDICOM", "Phase encoding along columns (COL) or rows (ROW) as stored",
            from: "(0018,1312)"
        ) { source in source.encodesColumns.map { .text($0 ? "COL" : "ROW") } },
        SidecarField(
            "PhaseEncodingDirection", "Voxel axis of this file along which the phase was encoded, `-` against it",
            from: "(0018,1312) with the polarity of (0029,xx10) PhaseEncodingDirectionPositive or (0021,xx1C) SIEMENS "
                + "MR SDI 02; of (0018,9034) or (0043,xx2A) GEMS_PARM_01 of a GE EPI; of (0065,xx58) Image "
                + "Private Header"
        ) { source in
            source.phaseEncoding.map { .text(source.name($0)) }
        },
        SidecarField(
            "PhaseEncodingAxis", "The axis alone, where the polarity is not stated (Philips, Canon, Hitachi)",
            from: "(0018,1312)"
        ) { source in
            guard source.phaseEncoding == nil, let column = source.encodesColumns else { return nil }
            return .text(String(source.name(Orientation.SignedAxis(axis: column ? 1 : 0, reversed: false)).prefix(1)))
        },
        SidecarField(
            "PhaseEncodingPolarityGE", "GE's polarity: `Unflipped` runs along the stored rows or columns",
            from: "(0018,9034) or (0043,xx2A) GEMS_PARM_01 of an EPI"
        ) { source in
            guard source.vendor == .ge else { return nil }
            return source.encodesForward.map { .text($0 ? "Unflipped" : "Flipped") }
        },
        SidecarField(
            "PhaseEncodingDirectionDisplayed", "UIH's direction as its console shows it",
            from: "(0065,xx05) Image Private Header"
        ) { source in source.text(private: 0x05, .uih).map { .text($0) } },
        .positive(
            "PhaseEncodingSteps", "Phase encoding steps in the plane", DICOMTag(0x0018, 0x0089),
            DICOMTag(0x0018, 0x9231)),
        .positive("FrequencyEncodingSteps", "Samples along the readout", DICOMTag(0x0018, 0x9058)),
        .positive("PhaseEncodingStepsOutOfPlane", "Phase encoding steps across it", DICOMTag(0x0018, 0x9232)),
        SidecarField(
            "AcquisitionMatrixPE", "Lines of k-space along the phase encoding", from: "(0018,9231), (0018,1310)"
        ) { $0.acquiredLines.map { .number($0) } },
        SidecarField(
            "ReconMatrixPE", "Voxels along the phase encoding", from: "(0028,0010) or (0028,0011) by (0018,1312)"
        ) { $0.reconstructedLines.map { .number($0) } },
        .positive("PercentPhaseFOV", unit: "%", "Field of view along the phase encoding", DICOMTag(0x0018, 0x0094)),
        .positive("PercentSampling", unit: "%", "Sampled part of k-space", DICOMTag(0x0018, 0x0093)),
        .number("NumberOfKSpaceTrajectories", "Shots or interleaves", DICOMTag(0x0018, 0x9093)),
        SidecarField(
            "BandwidthPerPixelPhaseEncode", unit: "Hz", "Bandwidth of a voxel along the phase encoding",
            from: "(0019,xx28) SIEMENS MR HEADER, (0029,xx10) BandwidthPerPixelPhaseEncode, (0021,xx53) SIEMENS MR SDI "
                + "02, UIH (0019,xx28)"
        ) { $0.bandwidthPerLine.map { .number($0) } },
        SidecarField(
            "EffectiveEchoSpacing", unit: "s", "Echo spacing that gives the distortion seen in these voxels",
            from: "1 / (BandwidthPerPixelPhaseEncode * ReconMatrixPE); GE: (0043,xx2C) GEMS_PARM_01, see below"
        ) { $0.effectiveEchoSpacing.map { .number($0) } },
        SidecarField(
            "DerivedVendorReportedEchoSpacing", unit: "s", "Echo spacing without the in-plane acceleration",
            from: "EffectiveEchoSpacing * ParallelReductionFactorInPlane (Siemens)"
        ) { source in
            guard source.bandwidthPerLine != nil, let spacing = source.effectiveEchoSpacing,
                source.vendor == .siemens, let lines = source.reconstructedLines
            else { return nil }
            let acquired = source.siemensProtocol?.number("sKSpace.lPhaseEncodingLines") ?? lines
            guard acquired > 0 else { return nil }
            return .number(spacing * (source.inPlaneFactor ?? 1) * lines / acquired)
        },
        SidecarField(
            "TotalReadoutTime", unit: "s", "From the first to the last line's centre, FSL's definition",
            from: "EffectiveEchoSpacing * (ReconMatrixPE - 1)"
        ) { source in
            guard let spacing = source.effectiveEchoSpacing, let lines = source.reconstructedLines else { return nil }
            return .number(spacing * (lines - 1))
        },
        SidecarField(
            "WaterFatShift", "Voxels by which fat is displaced", from: "(2001,xx22) Philips Imaging DD 001"
        ) { source in
            source.number(private: 0x22, .philipsImaging).flatMap { $0 > 0 ? .number($0) : nil }
        },
        SidecarField(
            "EstimatedEffectiveEchoSpacing", unit: "s", "The same of a Philips EPI, which does not state it",
            from: "EstimatedTotalReadoutTime / (ReconMatrixPE - 1)"
        ) { source in
            guard let time = source.estimatedReadout, let lines = source.reconstructedLines, lines > 1 else {
                return nil
            }
            return .number(time / (lines - 1))
        },
        SidecarField(
            "EstimatedTotalReadoutTime", unit: "s", "Readout of a Philips EPI, from a water-fat shift of 3.4 ppm",
            from: "WaterFatShift / (3.4 * ImagingFrequency) * ETL / (ETL + 1), ETL of (2001,xx13) or (0018,0091)"
        ) { $0.estimatedReadout.map { .number($0) } },
        SidecarField(
            "BaseResolution", "Siemens' matrix along the readout", from: "Siemens protocol sKSpace.lBaseResolution"
        ) { $0.siemensProtocol?.number("sKSpace.lBaseResolution").map { .number($0) } },
        SidecarField(
            "PhaseResolution", "Resolution along the phase encoding to that along the readout",
            from: "Siemens protocol sKSpace.dPhaseResolution"
        ) { $0.siemensProtocol?.number("sKSpace.dPhaseResolution").map { .number($0) } },
        SidecarField(
            "PhaseOversampling", "Part of the phase encoding beyond the field of view",
            from: "Siemens protocol sKSpace.dPhaseOversamplingForDialog"
        ) { $0.siemensProtocol?.number("sKSpace.dPhaseOversamplingForDialog").map { .number($0) } },
        SidecarField(
            "Interpolation2D", "1 where voxels were interpolated in the plane",
            from: "Siemens protocol sKSpace.uc2DInterpolation"
        ) { $0.siemensProtocol?.number("sKSpace.uc2DInterpolation") == 1 ? .number(1) : nil },
    ]
}
