import CCairo

/// Throws where cairo says that something went wrong.
func check(_ status: cairo_status_t) throws {
    guard status == CAIRO_STATUS_SUCCESS else {
        throw ExportError.pictureFailed(reason: "cairo says: " + String(cString: cairo_status_to_string(status)))
    }
}

/// What cairo hands over to be written, in order.
final class CairoOutput {
    fileprivate(set) var bytes: [UInt8] = []

    /// The function that cairo calls with this object as its closure.
    static let write: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> cairo_status_t = {
        closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        let output = Unmanaged<CairoOutput>.fromOpaque(closure).takeUnretainedValue()
        output.bytes += UnsafeBufferPointer(start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
    }

    /// What cairo calls `write` with. The object must outlive what was given this.
    var closure: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

/// A picture that cairo draws on.
final class CairoSurface {
    let pointer: OpaquePointer
    /// Where an SVG goes, also what cairo may still write when the surface goes away.
    private let output: CairoOutput?

    private init(_ pointer: OpaquePointer?, output: CairoOutput? = nil) throws {
        // cairo hands back an object that holds the error, never nothing.
        guard let pointer else { throw ExportError.pictureFailed(reason: "cairo made no surface") }
        (self.pointer, self.output) = (pointer, output)
        try check(cairo_surface_status(pointer))
    }

    deinit { cairo_surface_destroy(pointer) }

    /// Pixels of red, green and blue without transparency, black at first.
    static func pixels(width: Int, height: Int) throws -> CairoSurface {
        try CairoSurface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)))
    }

    /// An SVG whose unit is the CSS pixel.
    static func svg(width: Int, height: Int) throws -> CairoSurface {
        let output = CairoOutput()
        let surface = try CairoSurface(
            cairo_svg_surface_create_for_stream(CairoOutput.write, output.closure, Double(width), Double(height)),
            output: output)
        cairo_svg_surface_set_document_unit(surface.pointer, CAIRO_SVG_UNIT_PX)
        try check(cairo_surface_status(surface.pointer))
        return surface
    }

    /// A grey picture, 0 black to 255 white, rows from the top.
    static func grey(_ levels: [UInt8], width: Int, height: Int) throws -> CairoSurface {
        let surface = try pixels(width: width, height: height)
        try surface.withRows { row, pixels in
            for x in 0..<width { pixels[x] = 0x01_01_01 * UInt32(levels[row * width + x]) }
        }
        return surface
    }

    /// Calls `body` with each row of a picture of pixels, 0x00RRGGBB each.
    func withRows(_ body: (Int, UnsafeMutableBufferPointer<UInt32>) -> Void) throws {
        cairo_surface_flush(pointer)
        try check(cairo_surface_status(pointer))
        let (width, height) = (cairo_image_surface_get_width(pointer), cairo_image_surface_get_height(pointer))
        let stride = Int(cairo_image_surface_get_stride(pointer))
        guard let data = cairo_image_surface_get_data(pointer) else {
            throw ExportError.pictureFailed(reason: "cairo holds no pixels")
        }
        for row in 0..<Int(height) {
            // cairo aligns every row to four bytes.
            let start = UnsafeMutableRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
            body(row, UnsafeMutableBufferPointer(start: start, count: Int(width)))
        }
        cairo_surface_mark_dirty(pointer)
        try check(cairo_surface_status(pointer))
    }

    /// The bytes of the picture as a PNG file.
    func png() throws -> [UInt8] {
        let output = CairoOutput()
        try check(cairo_surface_write_to_png_stream(pointer, CairoOutput.write, output.closure))
        return output.bytes
    }

    /// Ends an SVG: its bytes. Nothing can be drawn any more.
    func finishedSVG() throws -> [UInt8] {
        cairo_surface_finish(pointer)
        try check(cairo_surface_status(pointer))
        return output?.bytes ?? []
    }
}

/// What draws on a surface.
final class CairoContext {
    let pointer: OpaquePointer
    private let surface: CairoSurface

    init(_ surface: CairoSurface) throws {
        guard let pointer = cairo_create(surface.pointer) else {
            throw ExportError.pictureFailed(reason: "cairo made no context")
        }
        (self.pointer, self.surface) = (pointer, surface)
        try check(cairo_status(pointer))
    }

    deinit { cairo_destroy(pointer) }
}

/// A font of one size. Letters lie where their outlines say: no hinting, which differs from machine to machine.
final class CairoFont {
    let pointer: OpaquePointer

    init(family: String, size: Double, isBold: Bool) throws {
        let options = cairo_font_options_create()
        defer { cairo_font_options_destroy(options) }
        try check(cairo_font_options_status(options))
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        try check(cairo_font_options_status(options))
        let face = cairo_toy_font_face_create(
            family, CAIRO_FONT_SLANT_NORMAL, isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        defer { cairo_font_face_destroy(face) }
        try check(cairo_font_face_status(face))
        var (scale, identity) = (cairo_matrix_t(), cairo_matrix_t())
        cairo_matrix_init_scale(&scale, size, size)
        cairo_matrix_init_identity(&identity)
        guard let font = cairo_scaled_font_create(face, &scale, &identity, options) else {
            throw ExportError.pictureFailed(reason: "cairo made no font")
        }
        pointer = font
        try check(cairo_scaled_font_status(font))
    }

    deinit { cairo_scaled_font_destroy(pointer) }

    /// The glyphs of a text that begins at x = 0 on the line y = 0. A character that the font lacks has index 0.
    func glyphs(_ text: String) throws -> [cairo_glyph_t] {
        var (glyphs, count): (UnsafeMutablePointer<cairo_glyph_t>?, Int32) = (nil, 0)
        // Without a length cairo reads to the zero at the text's end.
        let status = cairo_scaled_font_text_to_glyphs(pointer, 0, 0, text, -1, &glyphs, &count, nil, nil, nil)
        defer { cairo_glyph_free(glyphs) }
        try check(status)
        return Array(UnsafeBufferPointer(start: glyphs, count: Int(count)))
    }

    /// How far glyphs move the pen to the right, in pixels.
    func advance(_ glyphs: [cairo_glyph_t]) throws -> Double {
        var extents = cairo_text_extents_t()
        cairo_scaled_font_glyph_extents(pointer, glyphs, Int32(glyphs.count), &extents)
        try check(cairo_scaled_font_status(pointer))
        return extents.x_advance
    }
}
