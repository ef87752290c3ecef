import Volumes

extension SidecarField {
    /// When echoes, slices and volumes were acquired.
    static let timing: [SidecarField] = [
        SidecarField(
            "EchoTime", unit: "s", "Echo time, of each volume where it differs", from: "(0018,9082), (0018,0081)"
        ) {
            $0.values(1e-3) { image in image.echoTime.flatMap { $0 > 0 ? $0 : nil } }
        },
        SidecarField("EchoNumber", "Which echo of a series parted by echo", from: "number of the part `_e`") { source in
            source.echoNumber.map { .number($0) }
        },
        SidecarField(
            "EchoTime1", unit: "s", "Shorter echo time of a phase difference",
            from: "Siemens protocol alTE[0], of (0018,0024)"
        ) { source in source.differenceEchoes.map { .number($0.0) } },
        SidecarField("EchoTime2", unit: "s", "Longer echo time of a phase difference", from: "Siemens protocol alTE[1]")
        {
            source in source.differenceEchoes.map { .number($0.1) }
        },
        SidecarField(
            "RepetitionTime", unit: "s",
            "From volume to volume; of a single 3-D volume the repetition time of its sequence",
            from: "(0018,0080), GE: plus (0043,xx7C) GEMS_PARM_01; Philips 3-D over time: steps of (0018,1060)"
        ) { $0.repetitionTime },
        SidecarField(
            "RepetitionTimeExcitation", unit: "s",
            "From excitation to excitation, where RepetitionTime is that of volumes",
            from: "(0018,0080)"
        ) { source in
            guard source.dynamicInterval != nil else { return nil }
            return source.values(1e-3) { $0.repetitionTime }
        },
        SidecarField("InversionTime", unit: "s", "Inversion time", from: "(0018,9079), (0018,0082)") { source in
            source.values(1e-3) { image in image.inversionTime.flatMap { $0 > 0 ? $0 : nil } }
        },
        SidecarField(
            "DelayTime", unit: "s", "Pause at the end of each volume",
            from: "Siemens protocol lDelayTimeInTR, (0043,xx7C) GEMS_PARM_01"
        ) { source in source.delay.flatMap { $0 > 0 ? .number($0) : nil } },
        SidecarField("FlipAngle", unit: "deg", "Flip angle", from: "(0018,1314)") { $0.values(1) { $0.flipAngle } },
        SidecarField(
            "EchoTrainLength", "Lines read after one excitation",
            from: "(0018,9241), (0018,0091), (0029,xx20) EchoTrainLength"
        ) { source in source.echoTrain.flatMap { $0 > 1 ? .number($0) : nil } },
        .positive("PixelBandwidth", unit: "Hz", "Bandwidth of a voxel along the readout", DICOMTag(0x0018, 0x0095)),
        SidecarField(
            "DwellTime", unit: "s", "From sample to sample of the readout",
            from: "(0019,xx18) SIEMENS MR HEADER, (0029,xx10) RealDwellTime, (0021,xx42) SIEMENS MR SDI 02"
        ) { source in
            let stated =
                source.number(private: 0x18, .siemensMR) ?? source.csa?["RealDwellTime"]?.first.flatMap(
                    SidecarSource.number)
                ?? source.itemText(private: 0x42, .siemensSDI).flatMap(SidecarSource.number)
            return source.vendor == .siemens ? stated.flatMap { $0 > 0 ? .number($0 * 1e-9) : nil } : nil
        },
        SidecarField(
            "AcquisitionDuration", unit: "s", "How long the series took", from: "(0018,9073), (0019,xx5A) GEMS_ACQU_01"
        ) { source in
            // UIH's is that of a slice, in milliseconds.
            guard source.vendor != .uih else { return nil }
            let stated =
                source.number(DICOMTag(0x0018, 0x9073))
                ?? source.number(private: 0x5A, .geAcquisition).map { $0 * 1e-6 }
            return stated.flatMap { $0 > 0 ? .number($0) : nil }
        },
        SidecarField("NumberOfAverages", "Acquisitions averaged", from: "(0018,0083)") { source in
            source.number(DICOMTag(0x0018, 0x0083)).flatMap { $0 > 1 ? .number($0) : nil }
        },
        SidecarField(
            "SliceTiming", unit: "s", "When each slice was acquired, in the order of SliceEncodingDirection (k)",
            from:
                "Siemens mosaic MosaicRefAcqTimes; (0018,9074) of frames; (0008,0032) of slices and of UIH's grid; GE: "
                + "(0021,xx5E), (0018,1060), (0025,xx1B)"
        ) { source in SliceTimes(source).seconds.map { .numbers($0) } },
        SidecarField(
            "SliceEncodingDirection", "Voxel axis of this file along which SliceTiming counts, where it is not `k`",
            from: "the order of axes"
        ) { source in
            let name = source.name(Orientation.SignedAxis(axis: 2, reversed: false))
            return name != "k" && SliceTimes(source).seconds != nil ? .text(name) : nil
        },
    ]
}

extension SidecarSource {
    /// A value of the images' acquisition times `scale`: one number, or one of each volume where they differ; nil
    /// unless all volumes have it.
    func values(_ scale: Double, _ value: (DICOMAcquisition) -> Double?) -> DICOMSidecar.Value? {
        let values = images.compactMap { value($0.acquisition).map { $0 * scale } }
        guard values.count == images.count, let one = values.first else { return nil }
        return Set(values).count == 1 ? .number(one) : .numbers(values)
    }

    /// The echo of a part that is one of several, from `_e2` of its suffix.
    var echoNumber: Double? {
        for word in suffix.split(separator: "_") where word.hasPrefix("e") {
            if let number = Int(word.dropFirst()), number > 0 { return Double(number) }
        }
        return nil
    }

    /// Echo times, in seconds, of a Siemens phase difference; the file itself states the longer one alone.
    var differenceEchoes: (Double, Double)? {
        guard vendor == .siemens, isPhase, sequenceName?.contains("fm2d2") == true,
            let first = siemensProtocol?.number("alTE[0]"), let second = siemensProtocol?.number("alTE[1]"),
            0 < first, first < second
        else { return nil }
        return (first * 1e-6, second * 1e-6)
    }

    /// Lines of k-space after one excitation.
    var echoTrain: Double? {
        let stated91 = number(DICOMTag(0x0018, 0x0091))
        for stated in [number(DICOMTag(0x0018, 0x9241)), stated91] { if let stated, stated > 1 { return stated } }
        return csaSeries?["EchoTrainLength"]?.first.flatMap(Self.number) ?? stated91
    }

    /// Seconds between volumes in which nothing is acquired; nil where not stated.
    var delay: Double? {
        switch vendor {
        case .siemens: return siemensProtocol?.number("lDelayTimeInTR").map { $0 * 1e-6 }
        case .ge: return number(private: 0x7C, .geParameters)
        default: return nil
        }
    }

    /// Seconds from volume to volume of a Philips 3-D series over time, whose trigger times count from its start; nil
    /// for other series and for uneven times.
    var dynamicInterval: Double? {
        guard vendor == .philips, text(DICOMTag(0x0018, 0x0023)) == "3D", volumes.count > 1 else { return nil }
        let stated = images.compactMap { $0.keys[.triggerTime].flatMap(finiteNumber) }
        // Labelled and control images of one dynamic state one time.
        let times = Set(stated).sorted()
        guard stated.count == volumes.count, times.count > 1, volumes.count % times.count == 0 else { return nil }
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
        let mean = (times[times.count - 1] - times[0]) / Double(steps.count)
        guard mean > 0, steps.allSatisfy({ abs($0 - mean) < 0.02 * mean }) else { return nil }
        return mean * 1e-3 * Double(times.count) / Double(volumes.count)
    }

    /// RepetitionTime as BIDS defines it.
    var repetitionTime: DICOMSidecar.Value? {
        if let dynamicInterval { return .number(dynamicInterval) }
        // GE leaves the pause after a volume out of its repetition time; Siemens has it within.
        let pause = vendor == .ge ? max(0, delay ?? 0) : 0
        return values(1e-3) { image in image.repetitionTime.map { $0 + pause * 1e3 } }
    }
}
