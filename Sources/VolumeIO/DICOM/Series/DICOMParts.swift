import Volumes

extension DICOMSeries {
    /// The series parted as the policies say, always into what is not one image (see `DICOMVariant`), and, unless the
    /// policies pack them, into echoes and components; without policies also where an enhanced image states stacks that
    /// lie differently.
    func parts() -> [DICOMSeries] {
        let stated = statedParts()
        return Self.named(apart: policies.packs ? stated : stated.flatMap { $0.unlikeParts() })
    }

    private func statedParts() -> [DICOMSeries] {
        var keys = policies.splitBy
        if keys.isEmpty, statesStacks { keys = [.stack] }
        if Set(images.map(\.variant)).count > 1 { keys.append(.variant) }
        if keys.isEmpty { return [self] }
        let groups = Dictionary(grouping: images) { image in keys.map { image.keys[$0] ?? "none" } }
        guard groups.count > 1 else { return [self] }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, images in
            var part = self
            part.images = images
            part.part = zip(keys, values).map { $0 == .variant ? $1 : "\($0.rawValue) \($1)" }.joined(separator: ", ")
            part.variant = keys.contains(.variant) ? values.last : nil
            part.suffix = zip(keys, values).map { key, value in
                key == .variant ? images[0].variant?.suffix ?? "" : "_" + key.rawValue + Self.letters(value)
            }.joined()
            return part
        }
    }

    /// Echoes and components as series of their own where every place holds an image of each; the whole series where it
    /// holds one kind, or where kinds do not lie at the same places: then reading it says what is wrong.
    private func unlikeParts() -> [DICOMSeries] {
        guard modality == "MR" else { return [self] }
        let kinds = DICOMImageKind.kinds(images)
        let groups = Dictionary(grouping: zip(kinds, images), by: \.0).mapValues { $0.map(\.1) }
        guard groups.count > 1 else { return [endedAlone(kinds.first)] }
        guard Self.sharePlaces(groups.values) else { return [self] }
        let ordered = groups.sorted {
            ($0.key.echo?.number ?? .max, $0.key.component.rank, $0.key.suffix)
                < ($1.key.echo?.number ?? .max, $1.key.component.rank, $1.key.suffix)
        }
        let components = Set(groups.keys.map(\.component)).count
        let echoes = Set(groups.keys.compactMap(\.echo)).count
        return ordered.map { kind, images in
            var part = self
            part.images = images
            var texts = part.part.map { [$0] } ?? []
            if let echo = kind.echo { texts.append("echo \(echo.number)") }
            if components > 1 || kind.echo == nil { texts.append(kind.component.name) }
            part.part = texts.joined(separator: ", ")
            let ending = String(kind.suffix.dropFirst())
            part.variant = ([variant] + [ending.isEmpty ? nil : ending]).compactMap(\.self).joined(separator: "_")
            if part.variant?.isEmpty == true { part.variant = nil }
            part.suffix += kind.suffix
            part.notices.append(Self.notice(kind, components: components, echoes: echoes, of: ordered.count))
            return part
        }
    }

    /// One line that says what a part is.
    private static func notice(_ kind: DICOMImageKind, components: Int, echoes: Int, of parts: Int) -> String {
        let echo = kind.echo.map { "echo \($0.number) of \(echoes) (\(millimetres($0.time)) ms)" }
        let component = components > 1 || echo == nil ? kind.component.name : nil
        let what = [echo, component].compactMap(\.self).joined(separator: ", ")
        return "\(what): one of \(parts) unlike images of its series, each of which is an image of its own "
            + "(--pack keeps them in one file)"
    }

    /// dcm2niix names series of phases alone, and those of a later echo alone, as it names parts.
    private func endedAlone(_ kind: DICOMImageKind?) -> DICOMSeries {
        var whole = self
        let numbers = Set(images.map { $0.keys[.echoNumber] })
        if numbers.count == 1, let text = numbers.first ?? nil, let number = Int(text), (2...10_000).contains(number) {
            whole.suffix += "_e\(number)"
        }
        if let kind, kind.component.isNamedAlone { whole.suffix += kind.component.suffix }
        return whole
    }

    /// Whether images of each group lie at the same places along one normal, so that each group can be whole.
    private static func sharePlaces(_ groups: some Collection<[DICOMImageHeader]>) -> Bool {
        guard let first = groups.first?.first else { return false }
        let depths = groups.map { images in
            DICOMVolumeSplit.positions(images).compactMap { $0.first?.position.dot(first.normal) }
        }
        return groups.allSatisfy { ($0[0].normal - first.normal).length < 1e-3 }
            && depths.allSatisfy { places in
                places.count == depths[0].count
                    && zip(places, depths[0]).allSatisfy { abs($0 - $1) <= 2 * DICOMVolumeSplit.samePlace }
            }
    }

    /// Parts whose suffixes would be the same count up.
    private static func named(apart parts: [DICOMSeries]) -> [DICOMSeries] {
        guard parts.count > 1 else { return parts }
        var taken = Set<String>()
        return parts.map { one in
            var (part, copy) = (one, 2)
            while !taken.insert(part.suffix.lowercased()).inserted {
                part.suffix = "\(one.suffix)-\(copy)"
                copy += 1
            }
            return part
        }
    }

    /// A value as a part of a file name.
    private static func letters(_ value: String) -> String {
        String(value.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" })
    }

    /// Whether every frame names its stack, and the stacks differ in orientation or size.
    private var statesStacks: Bool {
        guard let first = images.first, images.allSatisfy({ $0.keys[.stack] != nil }) else { return false }
        return images.contains { image in
            image.keys[.stack] != first.keys[.stack]
                && ((image.rowDirection - first.rowDirection).length > 1e-3
                    || (image.columnDirection - first.columnDirection).length > 1e-3
                    || (image.rows, image.columns) != (first.rows, first.columns))
        }
    }
}
