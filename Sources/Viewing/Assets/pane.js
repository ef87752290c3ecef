// One plane on the page: its canvas, its slider, and how the slice lies in it.

import { PlanePictures } from "./planes.js";

const INK = "#ffe678";
const CROSS = "#58c4cb";

export class Pane {
  /**
   * @param name of the plane
   * @param plane what planes.js says of it
   * @param view the whole: its grid, numbers, crosshair and settings
   */
  constructor(name, plane, view) {
    Object.assign(this, { name, plane, view });
    this.pictures = new PlanePictures(view.grid, plane, view.image, view.labels);
    [this.zoom, this.centre] = [1, [this.pictures.width / 2, this.pictures.height / 2]];
    this.slices = view.grid.shape[plane.slice];
    this.shown = -1;
    this.build();
  }

  build() {
    this.element = document.createElement("section");
    this.element.className = `plane ${this.name}`;
    this.element.setAttribute("aria-label", this.plane.title);
    const picture = document.createElement("div");
    picture.className = "picture";
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", "slice; arrow keys move through the volume");
    this.context = this.canvas.getContext("2d", { alpha: false });
    picture.append(this.canvas);
    const bar = document.createElement("div");
    bar.className = "bar";
    const title = document.createElement("b");
    title.textContent = this.plane.title;
    this.slider = document.createElement("input");
    Object.assign(this.slider, { type: "range", min: 0, max: this.slices - 1, step: 1 });
    this.slider.setAttribute("aria-label", `${this.plane.title} slice, ${this.plane.ends.join(" to ")}`);
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.output = document.createElement("output");
    bar.append(title, this.slider, this.output);
    this.element.append(picture, bar);
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  get slice() {
    return this.view.cross[this.plane.slice];
  }

  /** Moves the crosshair to a slice of this plane. */
  go(slice) {
    const cross = [...this.view.cross];
    cross[this.plane.slice] = slice;
    this.view.moveTo(cross);
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    if (width === this.canvas.width && height === this.canvas.height) return;
    [this.canvas.width, this.canvas.height] = [width, height];
    this.ratio = ratio;
    this.draw();
  }

  /** Pixels of the canvas for a voxel across and down, and where the slice's corner lies. */
  get frame() {
    const { grid } = this.view;
    const [stepX, stepY] = [grid.spacing[this.plane.across], grid.spacing[this.plane.down]];
    const { width, height } = this.canvas;
    const fit = Math.min(width / (this.pictures.width * stepX), height / (this.pictures.height * stepY));
    const scale = fit * this.zoom;
    const [x, y] = [scale * stepX, scale * stepY];
    return { scale, x, y, left: width / 2 - this.centre[0] * x, top: height / 2 - this.centre[1] * y };
  }

  /** The place in the slice, in its pixels, under a place on the screen. */
  under(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const frame = this.frame;
    return [
      ((clientX - box.left) * this.ratio - frame.left) / frame.x,
      ((clientY - box.top) * this.ratio - frame.top) / frame.y,
    ];
  }

  /** The voxel under a place on the screen; null beside the slice. */
  voxelAt(clientX, clientY) {
    const [x, y] = this.under(clientX, clientY);
    if (x < 0 || y < 0 || x >= this.pictures.width || y >= this.pictures.height) return null;
    return this.pictures.voxel(x, y, this.slice);
  }

  /** Zooms by a factor, so that what is under a place on the screen stays there; without one about the middle. */
  zoomBy(factor, at) {
    const place = at ? this.under(...at) : null;
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.5), 40);
    if (place) {
      const now = this.under(...at);
      this.centre = this.centre.map((value, n) => value + place[n] - now[n]);
    }
    this.draw();
  }

  /** Moves the slice by pixels of the screen. */
  panBy(dx, dy) {
    const frame = this.frame;
    this.centre = [this.centre[0] - (dx * this.ratio) / frame.x, this.centre[1] - (dy * this.ratio) / frame.y];
    this.draw();
  }

  /** The whole slice again. */
  reset() {
    [this.zoom, this.centre] = [1, [this.pictures.width / 2, this.pictures.height / 2]];
    this.draw();
  }

  /** Takes the slice anew if it is another one, or if its numbers may have changed. */
  refresh(isStale = false) {
    if (isStale || this.shown !== this.slice) {
      this.shown = this.slice;
      this.pictures.show(this.slice, this.view.greys, this.view.colours);
      this.describe();
    }
    this.draw();
  }

  describe() {
    const axis = this.plane.slice;
    const position = this.view.grid.millimetres(this.view.cross)[axis];
    const [low, high] = this.plane.ends;
    const side = position < 0 ? low : high;
    const text = `${this.slice + 1} of ${this.slices}`;
    this.slider.value = this.slice;
    this.slider.setAttribute("aria-valuetext", `slice ${text}`);
    const letter = (position < 0 ? "LPI" : "RAS")[axis];
    this.output.textContent = `${text}, ${letter} ${Math.abs(position).toFixed(1)} mm`;
    const [left, right, top, bottom] = this.pictures.edges;
    this.canvas.setAttribute(
      "aria-label",
      `${this.plane.title} slice ${text}, ${Math.abs(position).toFixed(1)} mm ${side} of the origin. ` +
        `${left} at the left, ${right} at the right, ${top} up, ${bottom} down.`,
    );
    this.canvas.dataset.slice = this.slice;
  }

  draw() {
    if (!this.ratio || this.shown < 0) return;
    const { context: c, view, pictures } = this;
    const { width, height } = this.canvas;
    const frame = this.frame;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = "#000";
    c.fillRect(0, 0, width, height);
    const size = [frame.left, frame.top, pictures.width * frame.x, pictures.height * frame.y];
    c.imageSmoothingEnabled = view.settings.smooth;
    c.imageSmoothingQuality = "medium";
    c.drawImage(pictures.grey.canvas, ...size);
    if (pictures.fill && view.settings.labelsShown) this.drawLabels(frame, size);
    if (view.settings.crosshair) this.drawCross(frame);
    this.drawLetters();
    this.drawScale(frame.scale);
  }

  drawLabels(frame, size) {
    const { context: c, view, pictures } = this;
    c.imageSmoothingEnabled = false;
    c.globalAlpha = view.settings.opacity;
    if (view.settings.opacity > 0) c.drawImage(pictures.fill.canvas, ...size);
    c.globalAlpha = 1;
    if (view.settings.contour === 0) return;
    const matrix = new DOMMatrix([frame.x, 0, 0, frame.y, frame.left, frame.top]);
    c.lineWidth = view.settings.contour * this.ratio;
    c.lineCap = "square";
    for (const [colour, path] of pictures.paths) {
      const placed = new Path2D();
      placed.addPath(path, matrix);
      c.strokeStyle = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
      c.stroke(placed);
    }
  }

  drawCross(frame) {
    const { context: c } = this;
    const { width, height } = this.canvas;
    const [px, py] = this.pictures.place(this.view.cross);
    const [x, y] = [frame.left + px * frame.x, frame.top + py * frame.y].map((value) => Math.round(value) + 0.5);
    const gap = 9 * this.ratio;
    c.strokeStyle = CROSS;
    c.lineWidth = this.ratio;
    c.beginPath();
    const across = [[0, y, x - gap, y], [x + gap, y, width, y]];
    const down = [[x, 0, x, y - gap], [x, y + gap, x, height]];
    for (const [x0, y0, x1, y1] of [...across, ...down]) {
      c.moveTo(x0, y0);
      c.lineTo(x1, y1);
    }
    c.stroke();
  }

  text(string, x, y, align, baseline, size) {
    const { context: c } = this;
    c.font = `600 ${size * this.ratio}px system-ui, "Liberation Sans", sans-serif`;
    [c.textAlign, c.textBaseline, c.lineJoin] = [align, baseline, "round"];
    [c.strokeStyle, c.fillStyle, c.lineWidth] = ["#000", INK, 3 * this.ratio];
    c.strokeText(string, x, y);
    c.fillText(string, x, y);
  }

  drawLetters() {
    const { width, height } = this.canvas;
    const edge = 6 * this.ratio;
    const [left, right, top, bottom] = this.pictures.edges;
    this.text(left, edge, height / 2, "left", "middle", 14);
    this.text(right, width - edge, height / 2, "right", "middle", 14);
    this.text(top, width / 2, edge, "center", "top", 14);
    this.text(bottom, width / 2, height - edge, "center", "bottom", 14);
  }

  /** A bar of a round length, about a fifth of the width. */
  drawScale(scale) {
    const { context: c } = this;
    const { width, height } = this.canvas;
    const most = Math.min(width / 4, 140 * this.ratio) / scale;
    const power = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power;
    const [x, y, tick] = [10 * this.ratio, height - 10 * this.ratio, 4 * this.ratio];
    const end = x + length * scale;
    for (const [colour, lineWidth] of [["#000", 4], [INK, 1.5]]) {
      [c.strokeStyle, c.lineWidth, c.lineCap] = [colour, lineWidth * this.ratio, "square"];
      c.beginPath();
      c.moveTo(x, y - tick);
      c.lineTo(x, y);
      c.lineTo(end, y);
      c.lineTo(end, y - tick);
      c.stroke();
    }
    const text = length >= 10 ? `${length / 10} cm` : `${Number(length.toPrecision(1))} mm`;
    this.text(text, x + tick, y - 3 * this.ratio, "left", "bottom", 11);
  }
}
