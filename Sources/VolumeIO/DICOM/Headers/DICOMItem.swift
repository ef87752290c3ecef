import CDCMTKBridge

/// A data set, or an item of a sequence in it. It lives as long as the file it came from and must not outlive it.
struct DICOMItem {
    private let source: Source

    private enum Source {
        case parsed(OpaquePointer)
        /// The place of the item in a list of elements.
        case listed(DICOMHead, DICOMElementList, Int)
    }

    init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        source = .parsed(handle)
    }

    init(_ head: DICOMHead, _ list: DICOMElementList, _ place: Int) { source = .listed(head, list, place) }

    /// The tags of its elements; none of an item that DCMTK has parsed.
    var tags: [DICOMTag] {
        guard case .listed(_, let list, let item) = source else { return [] }
        var tags: [DICOMTag] = []
        list.forEach(in: item + 1..<Int(list.elements[item].next)) { _, element in
            tags.append(DICOMTag(UInt16(element.tag >> 16), UInt16(truncatingIfNeeded: element.tag)))
        }
        return tags
    }

    /// All values of an element as text, parted by backslashes; nil when absent or empty.
    func text(_ tag: DICOMTag) -> String? {
        switch source {
        case .parsed(let handle): return Self.text(handle, tag)
        case .listed(let head, let list, let item):
            guard let place = list.place(of: tag.key, in: item) else { return nil }
            return head.text(list, place, from: item + 1) { Self.text(tomos_dcm_dataset($0), tag) }
        }
    }

    private static func text(_ handle: OpaquePointer?, _ tag: DICOMTag) -> String? {
        handle.flatMap { handle in
            DCMTKFile.text { tomos_dcm_item_text(handle, tag.group, tag.element, $0, $1) }
        }
    }

    /// Bytes of an element's value, words with the lowest byte first; nil when absent.
    func bytes(_ tag: DICOMTag) -> [UInt8]? {
        switch source {
        case .parsed(let handle): return Self.bytes(handle, tag)
        case .listed(let head, let list, let item):
            guard let place = list.place(of: tag.key, in: item), list.elements[place].kind == .value else { return nil }
            return head.value(of: list.elements[place])
        }
    }

    private static func bytes(_ handle: OpaquePointer, _ tag: DICOMTag) -> [UInt8]? {
        let length = tomos_dcm_item_value(handle, tag.group, tag.element, nil, 0)
        guard length >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: length)
        let read = bytes.withUnsafeMutableBytes {
            tomos_dcm_item_value(handle, tag.group, tag.element, $0.baseAddress, length)
        }
        return read == length ? bytes : nil
    }

    /// Items of a sequence, in order; none when there is no such sequence.
    func items(_ tag: DICOMTag) -> [DICOMItem] {
        switch source {
        case .parsed(let handle): return Self.items(handle, tag)
        case .listed(let head, let list, let item):
            guard let place = list.place(of: tag.key, in: item) else { return [] }
            return head.items(list, place, from: item + 1, tag)
        }
    }

    private static func items(_ handle: OpaquePointer, _ tag: DICOMTag) -> [DICOMItem] {
        let count = tomos_dcm_items(handle, tag.group, tag.element, nil, 0)
        guard count > 0 else { return [] }
        var handles = [OpaquePointer?](repeating: nil, count: count)
        let found = tomos_dcm_items(handle, tag.group, tag.element, &handles, count)
        return handles.prefix(found).compactMap { DICOMItem($0) }
    }

    /// The first item of a sequence.
    func first(_ tag: DICOMTag) -> DICOMItem? {
        guard case .listed(let head, let list, let item) = source else { return items(tag).first }
        guard let place = list.place(of: tag.key, in: item) else { return nil }
        guard list.elements[place].kind == .sequence else { return items(tag).first }
        return list.firstItem(place).map { DICOMItem(head, list, $0) }
    }
}

/// Where the attributes of one frame stand in a multi-frame image: in the frame's own functional groups, in those that
/// all frames share, or in the data set. (PS3.3 C.7.6.16)
struct DICOMFunctionalGroups {
    /// The frame's groups, then the shared ones.
    let items: [DICOMItem]

    /// The value in the functional group that holds `tag`; nil for a tag of no group.
    func text(_ tag: DICOMTag) -> String? {
        guard let paths = Self.paths[tag] else { return nil }
        for item in items {
            for path in paths {
                var holder: DICOMItem? = item
                for sequence in path { holder = holder?.first(sequence) }
                if let text = holder?.text(tag) { return text }
            }
        }
        return nil
    }

    /// The tables of the frame, where a writer put them in place of a rescale: the standard has none here.
    var modalityLUTs: [DICOMItem] {
        items.flatMap { [$0] + $0.items(Self.values) }.flatMap { $0.items(.modalityLUT) }
    }

    /// The sequences that lead to an attribute; CT, MR and PET state their frame type each in one of its own.
    private static let paths = single.merging(bMatrices) { single, _ in single }
    private static let bMatrices: [DICOMTag: [[DICOMTag]]] = Dictionary(
        uniqueKeysWithValues: DICOMTag.bMatrix.map { ($0, [[diffusion, DICOMTag(0x0018, 0x9601)]]) })
    private static let single: [DICOMTag: [[DICOMTag]]] = [
        .position: [[DICOMTag(0x0020, 0x9113)]], .orientation: [[DICOMTag(0x0020, 0x9116)]],
        .pixelSpacing: [[measures]], .sliceThickness: [[measures]], .spacingBetweenSlices: [[measures]],
        .slope: [[values]], .intercept: [[values]], .effectiveEchoTime: [[DICOMTag(0x0018, 0x9114)]],
        .repetitionTime: [[timing]], .flipAngle: [[timing]], .inversionTimes: [[DICOMTag(0x0018, 0x9115)]],
        .frameType: [[frameTypeMR], [DICOMTag(0x0018, 0x9329)], [DICOMTag(0x0018, 0x9751)]],
        .complexComponent: [[frameTypeMR]], .stackID: [[content]], .inStackPosition: [[content]],
        .temporalPositionIndex: [[content]], .frameAcquisitionNumber: [[content]],
        .frameAcquisitionTime: [[content]], .frameReferenceDateTime: [[content]], .aslContext: [[spinLabelling]],
        .bValue: [[diffusion]], .diffusionDirectionality: [[diffusion]],
        .gradientOrientation: [[diffusion, DICOMTag(0x0018, 0x9076)]],
        .cardiacDelay: [[DICOMTag(0x0018, 0x9118)]],
    ]

    private static let measures = DICOMTag(0x0028, 0x9110), values = DICOMTag(0x0028, 0x9145)
    private static let timing = DICOMTag(0x0018, 0x9112), content = DICOMTag(0x0020, 0x9111)
    private static let spinLabelling = DICOMTag(0x0018, 0x9251)
    private static let diffusion = DICOMTag(0x0018, 0x9117), frameTypeMR = DICOMTag(0x0018, 0x9226)
}

extension DICOMTag {
    static let sharedGroups = DICOMTag(0x5200, 0x9229), perFrameGroups = DICOMTag(0x5200, 0x9230)
    static let effectiveEchoTime = DICOMTag(0x0018, 0x9082), echoTime = DICOMTag(0x0018, 0x0081)
    static let repetitionTime = DICOMTag(0x0018, 0x0080), flipAngle = DICOMTag(0x0018, 0x1314)
    static let inversionTime = DICOMTag(0x0018, 0x0082), inversionTimes = DICOMTag(0x0018, 0x9079)
    static let frameType = DICOMTag(0x0008, 0x9007), complexComponent = DICOMTag(0x0008, 0x9208)
    static let stackID = DICOMTag(0x0020, 0x9056), inStackPosition = DICOMTag(0x0020, 0x9057)
    static let temporalPositionIndex = DICOMTag(0x0020, 0x9128)
    static let frameAcquisitionNumber = DICOMTag(0x0020, 0x9156), frameAcquisitionTime = DICOMTag(0x0018, 0x9074)
    static let frameReferenceDateTime = DICOMTag(0x0018, 0x9151), aslContext = DICOMTag(0x0018, 0x9257)
    static let bValue = DICOMTag(0x0018, 0x9087), gradientOrientation = DICOMTag(0x0018, 0x9089)
    static let diffusionDirectionality = DICOMTag(0x0018, 0x9075), cardiacDelay = DICOMTag(0x0020, 0x9153)
}
