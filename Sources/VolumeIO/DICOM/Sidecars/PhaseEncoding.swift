import Volumes

/// Along which axis and which way the phase was encoded, and how long its lines took.
extension SidecarSource {
    /// Whether the phase was encoded along the columns of the stored image (from row to row); nil where not stated.
    var encodesColumns: Bool? {
        let stated = text(DICOMTag(0x0018, 0x1312)) ?? (vendor == .ge ? text(private: 0x8A, .geParameters) : nil)
        switch stated {
        case "COL", "COLUMN": return true
        case "ROW": return false
        default: return nil
        }
    }

    /// Whether phase encoding runs the way in which rows (columns) of the stored image are counted; nil where unknown.
    ///
    /// Siemens' 1 and UIH's 0 run along them; so does GE's REVERSE_LINEAR, which only an EPI states of its polarity
    /// (dcm2niix's issues 125, 410 and 674, and its output for each case).
    var encodesForward: Bool? {
        switch vendor {
        case .ge:
            guard isEchoPlanar else { return nil }
            switch text(DICOMTag(0x0018, 0x9034)) {
            case "REVERSE_LINEAR": return true
            case "LINEAR": return false
            default: return geReconstructionPolarity
            }
        case .uih:
            return text(private: 0x58, .uih).flatMap { ["0": true, "1": false][$0] }
        case .siemens, .other:
            let stated = csa?["PhaseEncodingDirectionPositive"]?.first ?? itemText(private: 0x1C, .siemensSDI)
            return stated.flatMap { ["1": true, "0": false][$0] }
        case .philips, .canon: return nil
        }
    }

    /// The polarity of older GE software, in the reconstruction's own header within (0043,xx2A): a table of places, and
    /// at the one in bytes 24 to 27 a revision, the bits of the acquisition and the data's format. Only what dcm2niix
    /// reads there too is taken: revisions from 25.002 on, of data with bit 11 of the format.
    private var geReconstructionPolarity: Bool? {
        guard let tag = attributes.tag(private: 0x2A, .geParameters), let bytes = attributes.file.bytes(tag),
            bytes.count >= 28
        else { return nil }
        func word(_ at: Int, _ size: Int) -> UInt32 {
            (0..<size).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
        }
        let start = Int(word(24, 4))
        guard start >= 28, start <= bytes.count - 0x88 else { return nil }
        let revision = Float(bitPattern: word(start, 4))
        let (acquisition, format) = (word(start + 0x7C, 2), word(start + 0x86, 2))
        guard revision > 25.001, revision < 40, format & 0x0800 != 0 else { return nil }
        return acquisition & 4 == 0
    }

    /// The axis of the grid along which the phase was encoded, reversed where against it; nil where the polarity is not
    /// known.
    var phaseEncoding: Orientation.SignedAxis? {
        if let stated = image.variant?.phaseEncoding,
            let axis = ["i", "j", "k"].firstIndex(of: String(stated.prefix(1)))
        {
            return Orientation.SignedAxis(axis: axis, reversed: stated.hasSuffix("-"))
        }
        guard let encodesColumns, let encodesForward else { return nil }
        return Orientation.SignedAxis(axis: encodesColumns ? 1 : 0, reversed: !encodesForward)
    }

    /// `i`, `j-`, ...: an axis of the grid as the file has it that the sidecar goes with.
    func name(_ axis: Orientation.SignedAxis) -> String {
        let place = geometry.place(ofAxis: axis.axis, in: orientation)
        return ["i", "j", "k"][place.axis] + (place.reversed != axis.reversed ? "-" : "")
    }

    // MARK: Lines

    /// Voxels along the phase encoding of one slice; of a square slice also where its axis is not stated.
    var reconstructedLines: Double? {
        let rows = image.rows / max(1, image.mosaic?.down ?? 1)
        let columns = image.columns / max(1, image.mosaic?.across ?? 1)
        guard image.modality == "MR" else { return nil }
        guard let encodesColumns else { return rows == columns ? Double(rows) : nil }
        return Double(encodesColumns ? rows : columns)
    }

    /// Lines of k-space as they would be without acceleration.
    var acquiredLines: Double? {
        if let steps = number(DICOMTag(0x0018, 0x9231)), steps > 0 { return steps }
        // Frequency rows, frequency columns, phase rows, phase columns: two of them are 0.
        let matrix = numbers(DICOMTag(0x0018, 0x1310))
        guard matrix.count == 4 else { return nil }
        return matrix[2...].first { $0 > 0 }
    }

    /// Hz per voxel along the phase encoding.
    var bandwidthPerLine: Double? {
        let stated: Double?
        switch vendor {
        case .siemens, .other:
            stated =
                number(private: 0x28, .siemensMR) ?? csa?["BandwidthPerPixelPhaseEncode"]?.first.flatMap(Self.number)
                ?? itemText(private: 0x53, .siemensSDI).flatMap(Self.number)
        case .uih: stated = number(DICOMTag(0x0019, 0x1028))
        default: stated = nil
        }
        return stated.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Seconds between two lines, as they show in the distortion of the voxels; nil where not stated.
    var effectiveEchoSpacing: Double? {
        guard let lines = reconstructedLines, lines > 1 else { return nil }
        if let bandwidth = bandwidthPerLine { return 1 / (bandwidth * lines) }
        return geEchoSpacing
    }

    /// GE states microseconds from line to line as they were read, (0043,xx2C). Lines are acquired in pairs, in fours
    /// with partial Fourier, after division by the acceleration, and their time is that of the whole matrix.
    /// (GE's formula in dcm2niix's pull requests 480 and 725.)
    private var geEchoSpacing: Double? {
        guard vendor == .ge, isEchoPlanar, let spacing = number(private: 0x2C, .geParameters), spacing > 0,
            let matrix = acquiredLines, matrix > 1
        else { return nil }
        let isPartial = words(DICOMTag(0x0018, 0x0022)).contains("PFF")
        let step: Double = isPartial ? 4 : 2
        let lines = (matrix / (inPlaneFactor ?? 1) / step).rounded(.up) * step
        return spacing * 1e-6 * (lines - 1) / (matrix - 1)
    }

    /// Seconds of a Philips EPI's readout: fat, 3.4 ppm off, is displaced by the bandwidth of a voxel.
    var estimatedReadout: Double? {
        guard vendor == .philips, isEchoPlanar, let shift = number(private: 0x22, .philipsImaging), shift > 0,
            let frequency = imagingFrequency, frequency > 0, let train = echoTrain, train > 1
        else { return nil }
        return shift / (3.4 * frequency) * train / (train + 1)
    }
}
