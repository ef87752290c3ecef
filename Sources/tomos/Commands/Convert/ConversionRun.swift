import Pipelines
import Studies
import Volumes

/// Writes what a plan says, and tells what was written.
struct ConversionRun {
    let conversion: Conversion
    let keepGoing: Bool
    let verbosity: OutputOptions.Verbosity
    /// Whether only errors are told, and whether the result is told as JSON in the end.
    let (quiet, json): (Bool, Bool)
    private(set) var report = ConversionReport()
    /// What went wrong; it was told already where there are several images.
    private(set) var failures: [any Error] = []

    init(_ conversion: Conversion, keepGoing: Bool, _ verbosity: OutputOptions.Verbosity, quiet: Bool, json: Bool) {
        (self.conversion, self.keepGoing, self.verbosity) = (conversion, keepGoing, verbosity)
        (self.quiet, self.json) = (quiet, json)
    }

    /// Takes up what was found and is no image.
    mutating func pass(over ignored: [IgnoredItem]) {
        report.inputs += ignored.map {
            ConversionReport.Input(path: $0.path, fate: "ignored", reason: $0.reason, files: $0.files)
        }
    }

    /// Converts the images.
    mutating func convert(_ plan: ConversionPlan) {
        let stops = !keepGoing && plan.items.contains { $0.leftOut == nil && $0.image.refusal != nil }
        for item in plan.items {
            if let reason = item.leftOut {
                report.inputs += Conversion.leftOut(item.image, reason)
                continue
            }
            var fault = item.image.refusal
            if fault == nil, stops {
                let reason = "not converted, because another image is refused (--keep-going converts it)"
                report.inputs += Conversion.inputs(item.image, error: reason)
                report.outputs.append(Conversion.refused(item.image.studyCase, reason))
                continue
            }
            do {
                if let fault { throw fault }
                try write(item)
            } catch {
                fault = error
                failures.append(error)
                if plan.items.count > 1 { _ = Failure.report(error) }
                report.outputs.append(Conversion.refused(item.image.studyCase, "\(error)"))
            }
            report.inputs += Conversion.inputs(item.image, error: fault.map { "\($0)" })
        }
        if stops, plan.items.count > 1 { Console.note("nothing was written; --keep-going converts the others") }
        report.inputs.sort { $0.path < $1.path }
    }

    private mutating func write(_ item: ConversionPlan.Item) throws {
        try requireDifferent(input: item.image.studyCase.sourceDescription, output: item.path)
        let before = Set(ExistingOutputError.existing(conversion.files(of: item.image, at: item.path)))
        var output = try conversion.convert(item.image, to: item.path, changes: item.changes)
        // What an earlier conversion left beside the file would be taken for its own.
        let stale = before.subtracting(output.sidecars + [item.path]).sorted()
        output.notices += stale.map { "\($0): was there before and is not of this image; remove it" }
        report.outputs.append(output)
        tell(output, item.image)
    }

    private func tell(_ output: ConversionReport.Output, _ image: ConversionImage) {
        if quiet { return }
        output.notices.forEach { Console.note($0) }
        if verbosity.tellsFiles { image.series?.files.forEach { Console.note("\($0): used") } }
        if json { return }
        let shape = (output.shape ?? []) + ((output.volumes ?? 1) > 1 ? [output.volumes ?? 1] : [])
        let size = shape.map(String.init).joined(separator: "x")
        let what = [size, output.datatype].compactMap(\.self).joined(separator: " ")
        Console.line("\(output.path ?? output.sidecars.first ?? ""): \(what), from \(output.source)")
    }
}
