import CCairo
import Volumes

/// A colour with how much of what is below it covers, 0 to 1.
struct Ink: Hashable {
    var colour: Colour
    var opacity = 1.0

    static let black = Ink(colour: Colour(0, 0, 0))
    static let white = Ink(colour: Colour(255, 255, 255))
}

/// A box in pixels, x to the right and y down.
struct Frame: Hashable {
    var x, y, width, height: Double

    /// The same box, smaller by so much on each side.
    func inset(by margin: Double) -> Frame {
        Frame(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
    }
}

/// A sheet on which a picture is drawn, whether it becomes pixels or an SVG. Lengths are in pixels, y runs down.
final class Canvas {
    let format: Snapshot.Format
    private let surface: CairoSurface
    private let context: CairoContext

    /// How far a halo reaches around letters, as a share of their size.
    private static let letterHalo = 0.14

    init(width: Int, height: Int, format: Snapshot.Format) throws {
        self.format = format
        surface =
            switch format {
            case .png: try .pixels(width: width, height: height)
            case .svg: try .svg(width: width, height: height)
            }
        context = try CairoContext(surface)
        cairo_set_line_join(context.pointer, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(context.pointer, CAIRO_LINE_CAP_ROUND)
        cairo_set_fill_rule(context.pointer, CAIRO_FILL_RULE_EVEN_ODD)
        try check(cairo_status(context.pointer))
    }

    /// Ends the drawing: the bytes of the file.
    func finish() throws -> [UInt8] {
        switch format {
        case .png: try surface.png()
        case .svg: try surface.finishedSVG()
        }
    }

    /// The pixels drawn so far, three bytes each; only of a PNG.
    func rgb() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try surface.withRows { _, pixels in
            for pixel in pixels {
                bytes.append(UInt8(truncatingIfNeeded: pixel >> 16))
                bytes.append(UInt8(truncatingIfNeeded: pixel >> 8))
                bytes.append(UInt8(truncatingIfNeeded: pixel))
            }
        }
        return bytes
    }

    func fill(_ frame: Frame, _ ink: Ink, radius: Double = 0) throws {
        try draw(ink) { context in
            Self.trace(context, frame, radius)
            cairo_fill(context)
        }
    }

    func stroke(_ frame: Frame, _ ink: Ink, radius: Double = 0, width: Double) throws {
        try draw(ink) { context in
            Self.trace(context, frame, radius)
            cairo_set_line_width(context, width)
            cairo_stroke(context)
        }
    }

    /// Fills closed paths; what an even number of them enclose stays free.
    func fill(_ paths: [RoundedPath], _ ink: Ink) throws {
        try draw(ink) { context in
            for path in paths { path.trace(context) }
            cairo_fill(context)
        }
    }

    func stroke(_ paths: [RoundedPath], _ ink: Ink, width: Double) throws {
        try draw(ink) { context in
            for path in paths { path.trace(context) }
            cairo_set_line_width(context, width)
            cairo_stroke(context)
        }
    }

    /// Draws grey levels, rows from the top, so that they fill a box.
    func draw(_ image: GreyImage, in frame: Frame) throws {
        let picture = try CairoSurface.grey(image.levels, width: image.width, height: image.height)
        let context = context.pointer
        cairo_save(context)
        cairo_translate(context, frame.x, frame.y)
        cairo_scale(context, frame.width / Double(image.width), frame.height / Double(image.height))
        cairo_set_source_surface(context, picture.pointer, 0, 0)
        // Painted pixel on pixel in a PNG.
        if format == .png { cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST) }
        cairo_paint(context)
        cairo_restore(context)
        try check(cairo_status(context))
    }

    /// Writes a text whose line begins at (x, y); with a halo it is readable on anything.
    func write(_ text: LetteredText, x: Double, y: Double, _ ink: Ink, halo: Ink? = nil, size: Double = 0) throws {
        let context = context.pointer
        for run in text.runs {
            let glyphs = run.glyphs.map { cairo_glyph_t(index: $0.index, x: $0.x + x, y: $0.y + y) }
            cairo_set_scaled_font(context, run.font.pointer)
            if let halo {
                try draw(halo) { context in
                    cairo_glyph_path(context, glyphs, Int32(glyphs.count))
                    cairo_set_line_width(context, 2 * Self.letterHalo * size)
                    cairo_stroke(context)
                }
            }
            try draw(ink) { cairo_show_glyphs($0, glyphs, Int32(glyphs.count)) }
        }
    }

    /// Calls `body` with an ink; the path that it makes is drawn by it, too.
    private func draw(_ ink: Ink, _ body: (OpaquePointer) -> Void) throws {
        let (context, colour) = (context.pointer, ink.colour)
        cairo_set_source_rgba(
            context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255, ink.opacity)
        cairo_new_path(context)
        body(context)
        try check(cairo_status(context))
    }

    private static func trace(_ context: OpaquePointer, _ frame: Frame, _ radius: Double) {
        guard radius > 0 else { return cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height) }
        let (right, bottom) = (frame.x + frame.width - radius, frame.y + frame.height - radius)
        let (left, top) = (frame.x + radius, frame.y + radius)
        for (n, corner) in [(right, top), (right, bottom), (left, bottom), (left, top)].enumerated() {
            let angle = Double(n - 1) * .pi / 2
            cairo_arc(context, corner.0, corner.1, radius, angle, angle + .pi / 2)
        }
        cairo_close_path(context)
    }
}

extension RoundedPath {
    fileprivate func trace(_ context: OpaquePointer) {
        guard let first = corners.first else { return }
        cairo_move_to(context, first.start.x, first.start.y)
        for corner in corners {
            cairo_line_to(context, corner.start.x, corner.start.y)
            // A parabola with the corner as its control point, as a cubic curve.
            let one = corner.start + (corner.corner - corner.start) * (2 / 3)
            let other = corner.end + (corner.corner - corner.end) * (2 / 3)
            cairo_curve_to(context, one.x, one.y, other.x, other.y, corner.end.x, corner.end.y)
        }
        cairo_close_path(context)
    }
}
