/// Elements in the order of the file, each sequence followed by its items and their elements.
final class DICOMElementList {
    let elements: [DICOMElement]

    init(_ elements: [DICOMElement]) { self.elements = elements }

    /// Two lists behind each other.
    init(_ first: [DICOMElement], then second: [DICOMElement]) {
        var all = first
        all.reserveCapacity(first.count + second.count)
        for element in second {
            all.append(element)
            all[all.count - 1].next += Int32(clamping: first.count)
        }
        elements = all
    }

    /// Places of the items of the sequence at a place.
    func items(_ sequence: Int) -> [Int] {
        var items: [Int] = []
        forEach(in: sequence + 1..<Int(elements[sequence].next)) { place, _ in items.append(place) }
        return items
    }

    /// The first item of the sequence at a place.
    func firstItem(_ sequence: Int) -> Int? {
        sequence + 1 < Int(elements[sequence].next) ? sequence + 1 : nil
    }

    /// The place of an element of the item at a place.
    func place(of tag: UInt32, in item: Int) -> Int? {
        let end = Int(elements[item].next)
        return elements.withUnsafeBufferPointer { elements in
            var place = item + 1
            while place < end {
                if elements[place].tag == tag { return place }
                place = Int(elements[place].next)
            }
            return nil
        }
    }

    /// Elements of one level, without those in their sequences.
    func forEach(in range: Range<Int>, _ body: (Int, DICOMElement) -> Void) {
        var place = range.lowerBound
        while place < range.upperBound {
            body(place, elements[place])
            place = Int(elements[place].next)
        }
    }

    /// Elements of the same level, from `first` on, that the value of the element at a place depends on: character sets,
    /// the name of its private block, and what tells signed from unsigned words.
    func context(of place: Int, from first: Int) -> [DICOMElement] {
        let element = elements[place]
        let block = element.tag & 0xFFFF_0000 | element.tag >> 8 & 0xFF
        var context: [DICOMElement] = []
        forEach(in: first..<place) { _, other in
            let isNeeded =
                [0x0008_0005, 0x0028_0103].contains(other.tag) || element.isPrivate && other.tag == block
                || element.tag == 0x0028_3006 && other.tag == 0x0028_3002
            if isNeeded, other.kind == .value { context.append(other) }
        }
        return context
    }
}
