import Platform
import Volumes

/// Draws a scene by a plan.
struct SnapshotDrawing {
    private let snapshot: Snapshot
    private let scene: SnapshotScene
    private let plan: SnapshotPlan
    private let canvas: Canvas
    private let lettering, letters, small, heading: Lettering
    /// The colour of letters beside the slices.
    private let text: Ink

    init(_ snapshot: Snapshot, _ scene: SnapshotScene, format: Snapshot.Format) throws {
        let size = max(9, Double(snapshot.width) / 80)
        lettering = Lettering(size: size)
        letters = Lettering(size: snapshot.slices == .planes ? size : 0.9 * size, isBold: true)
        small = Lettering(size: 0.8 * size)
        heading = Lettering(size: 1.15 * size, isBold: true)
        let plan = try SnapshotPlan(snapshot, scene, lettering: lettering)
        canvas = try Canvas(width: snapshot.width, height: plan.height, format: format)
        text = Ink(colour: snapshot.background == .black ? Colour(235, 235, 235) : Colour(30, 30, 30))
        (self.snapshot, self.scene, self.plan) = (snapshot, scene, plan)
    }

    /// Draws all; the canvas then holds the picture.
    private func draw() throws {
        let (width, height) = (Double(snapshot.width), Double(plan.height))
        try canvas.fill(
            Frame(x: 0, y: 0, width: width, height: height), snapshot.background == .black ? .black : .white)
        if let title = snapshot.title, let line = plan.titleLine {
            try canvas.write(try heading.text(title, widest: width - 2 * plan.edge), x: plan.edge, y: line, text)
        }
        let colours = Dictionary(scene.entries.map { ($0.id, $0.colour) }) { first, _ in first }
        for (n, panel) in scene.panels.enumerated() {
            try draw(panel, in: plan.grid.frames[n], colours)
            let hasLetters = snapshot.hasLetters && (n == 0 || snapshot.slices == .planes)
            if hasLetters { try drawLetters(panel.plane, in: plan.grid.frames[n]) }
            if snapshot.hasPositions { try drawPosition(panel, in: plan.grid.frames[n], besideLetter: hasLetters) }
        }
        try drawLegend()
        try drawScaleBar()
    }

    /// What a person should know of what was drawn.
    private var notices: [String] {
        let unknown = [lettering, letters, small, heading].reduce(into: Set<Character>()) { $0.formUnion($1.unknown) }
        if unknown.isEmpty { return scene.notices }
        let characters = unknown.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        return scene.notices + [
            "no font of this machine has \(characters), so a question mark or the label's number stands for it "
                + "(install a font that has it)"
        ]
    }

    /// The picture as a file.
    func picture() throws -> Snapshot.Picture {
        try draw()
        return Snapshot.Picture(bytes: try canvas.finish(), notices: notices)
    }

    /// The picture as pixels.
    func pixels() throws -> SnapshotPixels {
        try draw()
        return SnapshotPixels(width: snapshot.width, height: plan.height, rgb: try canvas.rgb())
    }

    // MARK: slices

    /// Width of lines, and of the dark halo on each side of them.
    private func lines(_ frame: Frame) -> (width: Double, halo: Double) {
        let width = snapshot.lineWidth ?? max(1.4, max(frame.width, frame.height) / 230)
        return (width, max(0.5, 0.35 * width))
    }

    private func draw(_ panel: SnapshotScene.Panel, in frame: Frame, _ colours: [UInt16: Colour]) throws {
        // An SVG is looked at closer; cairo refuses pictures wider than 32,767 pixels.
        let fineness = canvas.format == .svg && snapshot.width <= 2500 ? 1.5 : 1
        let (columns, rows) = (Int(known: frame.width * fineness), Int(known: frame.height * fineness))
        let slice = scene.volume.slice(panel.slice, in: panel.layout, paddingValue: scene.window.lower)
        try canvas.draw(GreyImage(slice, window: scene.window, width: columns, height: rows), in: frame)

        let outlines = SliceOutlines(
            scene.labels.slice(panel.slice, in: panel.layout), columns: panel.layout.columns, rows: panel.layout.rows,
            width: frame.width, height: frame.height)
        if snapshot.style == .fill, snapshot.opacity > 0 {
            for id in outlines.ids {
                guard let colour = colours[id] else { continue }
                let paths = outlines.paths(of: id, x: frame.x, y: frame.y)
                try canvas.fill(paths, Ink(colour: colour, opacity: snapshot.opacity))
            }
        }
        let (width, halo) = lines(frame)
        guard width > 0 else { return }
        // A line lies inside its label, so that of two that meet both are seen; all halos lie below all lines.
        let lines = outlines.ids.map { outlines.lines(of: $0, width: width, x: frame.x, y: frame.y) }
        for line in lines {
            try canvas.stroke(line, Ink(colour: Ink.black.colour, opacity: 0.55), width: width + 2 * halo)
        }
        for (id, line) in zip(outlines.ids, lines) {
            guard let colour = colours[id] else { continue }
            try canvas.stroke(line, Ink(colour: colour), width: width)
        }
    }

    private func drawLetters(_ plane: DisplayPlane, in frame: Frame) throws {
        let size = letters.size
        guard frame.width >= 4 * size, frame.height >= 4 * size else { return }
        // Capital letters of DejaVu Sans are 0.73 of its size high.
        let (capital, edge) = (0.73 * size, 0.4 * size)
        let (middleX, middleY) = (frame.x + frame.width / 2, frame.y + frame.height / 2 + capital / 2)
        let edges = plane.edges
        func write(_ letter: Character, _ place: (Double) -> (x: Double, y: Double)) throws {
            let text = try letters.text(String(letter))
            let (x, y) = place(text.width)
            try writeOnSlice(text, x: x, y: y, size: size)
        }
        try write(edges.left) { _ in (frame.x + edge, middleY) }
        try write(edges.right) { (frame.x + frame.width - edge - $0, middleY) }
        try write(edges.top) { (middleX - $0 / 2, frame.y + edge + capital) }
        try write(edges.bottom) { (middleX - $0 / 2, frame.y + frame.height - edge) }
    }

    private func drawPosition(_ panel: SnapshotScene.Panel, in frame: Frame, besideLetter: Bool) throws {
        let size = small.size
        let text = try small.text(panel.position)
        let free = besideLetter ? frame.width / 2 - size : frame.width
        guard text.width + size <= free, frame.height >= 3 * size else { return }
        try writeOnSlice(text, x: frame.x + size / 2, y: frame.y + frame.height - size / 2, size: size)
    }

    private func writeOnSlice(_ text: LetteredText, x: Double, y: Double, size: Double) throws {
        try canvas.write(
            text, x: x, y: y, Ink(colour: Colour(255, 255, 255)), halo: Ink(colour: Ink.black.colour, opacity: 0.7),
            size: size)
    }

    // MARK: below the slices

    /// The line on which the letters of a row stand.
    private func baseline(_ row: Int) -> Double {
        plan.footer + (Double(row) + 0.5) * plan.lineHeight + 0.36 * plan.fontSize
    }

    private func drawLegend() throws {
        let (size, dim) = (plan.fontSize, Ink(colour: text.colour, opacity: 0.7))
        for item in plan.legend?.items ?? [] {
            let (x, y) = (plan.edge + item.x, baseline(item.row))
            guard let colour = item.colour else {
                try canvas.write(item.text, x: x, y: y, dim)
                continue
            }
            let box = Frame(x: x, y: y - 0.36 * size - size / 2, width: size, height: size)
            switch snapshot.style {
            case .fill: try canvas.fill(box, Ink(colour: colour), radius: size / 6)
            case .contour:
                let width = size / 6
                try canvas.stroke(box.inset(by: width / 2), Ink(colour: colour), radius: size / 6, width: width)
            }
            try canvas.write(item.text, x: x + 1.5 * size, y: y, text)
        }
    }

    private func drawScaleBar() throws {
        guard let bar = plan.scaleBar else { return }
        let size = plan.fontSize
        let thickness = max(2, (size / 8).rounded())
        let x = (Double(snapshot.width) - plan.edge - bar.width).rounded()
        let y = (plan.footer + plan.lineHeight / 2 - thickness / 2).rounded()
        try canvas.fill(Frame(x: x, y: y, width: bar.length, height: thickness), text)
        let tick = (size / 3).rounded()
        for end in [x, x + bar.length - thickness] {
            try canvas.fill(
                Frame(x: end, y: y - tick, width: min(thickness, bar.length), height: 2 * tick + thickness), text)
        }
        try canvas.write(bar.text, x: x + bar.length + size / 2, y: baseline(0), text)
    }
}
