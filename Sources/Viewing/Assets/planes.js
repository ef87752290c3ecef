// Slices of a plane, as pictures of a pixel a voxel.

/** The planes. Across and down a picture run the axes named here; by radiologists' custom both from their far ends. */
export const PLANES = {
  axial: { title: "Axial", slice: 2, across: 0, down: 1, edges: ["R", "L", "A", "P"], ends: ["inferior", "superior"] },
  coronal: {
    title: "Coronal", slice: 1, across: 0, down: 2, edges: ["R", "L", "S", "I"], ends: ["posterior", "anterior"],
  },
  sagittal: { title: "Sagittal", slice: 0, across: 1, down: 2, edges: ["A", "P", "S", "I"], ends: ["left", "right"] },
};

/** From values to greys: a table for whole numbers, arithmetic for others. */
export class Greys {
  constructor() {
    this.table = new Uint32Array(65536);
    this.set(0, 1);
  }

  set(lower, upper) {
    [this.lower, this.upper] = [lower, upper];
    this.factor = upper > lower ? 255 / (upper - lower) : 0;
    for (let value = -32768; value < 32768; value++) this.table[value & 0xffff] = this.pixel(value);
  }

  /** A pixel of this value: bytes red, green, blue, opaque. NaN is black. */
  pixel(value) {
    const grey = (value - this.lower) * this.factor;
    const level = grey > 0 ? (grey < 255 ? Math.round(grey) : 255) : 0;
    return (0xff000000 | (level * 0x010101)) >>> 0;
  }

  paint(values, pixels) {
    const n = values.length;
    if (values instanceof Int16Array) {
      for (let p = 0; p < n; p++) pixels[p] = this.table[values[p] & 0xffff];
    } else {
      for (let p = 0; p < n; p++) pixels[p] = this.pixel(values[p]);
    }
  }
}

/** The slices of one plane. */
export class PlanePictures {
  constructor(grid, plane, image, labels) {
    Object.assign(this, { grid, plane, image, labels });
    [this.width, this.height] = [grid.shape[plane.across], grid.shape[plane.down]];
    this.isFlipped = false;
    this.grey = this.canvas();
    this.values = new image.constructor(this.width * this.height);
    if (labels) {
      this.fill = this.canvas();
      this.ids = new labels.constructor(this.width * this.height);
    }
    this.paths = new Map();
  }

  canvas() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.width, this.height];
    const context = canvas.getContext("2d");
    const data = context.createImageData(this.width, this.height);
    return { canvas, context, data, pixels: new Uint32Array(data.data.buffer) };
  }

  /** Whether the picture's left is the high end of the axis across it. */
  get isReversed() {
    return !(this.isFlipped && this.plane.across === 0);
  }

  /** Letters at the left, right, top and bottom edge. */
  get edges() {
    const [left, right, top, bottom] = this.plane.edges;
    return this.isReversed ? [left, right, top, bottom] : [right, left, top, bottom];
  }

  /** Takes the numbers of a slice out of the volume. */
  take(slice, from, to) {
    const { grid, plane, width, height } = this;
    const stepX = this.isReversed ? -grid.strides[plane.across] : grid.strides[plane.across];
    const stepY = -grid.strides[plane.down];
    let row = slice * grid.strides[plane.slice] + (height - 1) * grid.strides[plane.down];
    if (this.isReversed) row += (width - 1) * grid.strides[plane.across];
    let p = 0;
    for (let y = 0; y < height; y++, row += stepY) {
      for (let x = 0, place = row; x < width; x++, place += stepX) to[p++] = from[place];
    }
  }

  /** Goes to a slice. */
  show(slice, greys, colours) {
    this.take(slice, this.image, this.values);
    this.regrey(greys);
    if (!this.labels) return;
    this.take(slice, this.labels, this.ids);
    this.recolour(colours);
  }

  /** Paints the slice's values anew, when the window changed. */
  regrey(greys) {
    greys.paint(this.values, this.grey.pixels);
    this.grey.context.putImageData(this.grey.data, 0, 0);
  }

  /** Paints the slice's labels anew: `colours` has a pixel for each id, 0 for those not shown. */
  recolour(colours) {
    if (!this.labels) return;
    const { ids, fill } = this;
    for (let p = 0; p < ids.length; p++) fill.pixels[p] = colours[ids[p]];
    fill.context.putImageData(fill.data, 0, 0);
    this.trace(colours);
  }

  /** The borders of the labels shown, as paths by colour along the edges of voxels. */
  trace(colours) {
    const { ids, width, height } = this;
    const borders = new Map();
    const add = (id, x0, y0, x1, y1) => {
      const colour = colours[id];
      if (colour === 0) return;
      let path = borders.get(colour);
      if (!path) borders.set(colour, (path = new Path2D()));
      path.moveTo(x0, y0);
      path.lineTo(x1, y1);
    };
    const either = (a, b, x0, y0, x1, y1) => {
      if (a !== b) {
        add(a, x0, y0, x1, y1);
        add(b, x0, y0, x1, y1);
      }
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0, p = y * width; x < width; x++, p++) {
        const id = ids[p];
        if (x > 0) either(ids[p - 1], id, x, y, x, y + 1);
        else if (id !== 0) add(id, 0, y, 0, y + 1);
        if (y > 0) either(ids[p - width], id, x, y, x + 1, y);
        else if (id !== 0) add(id, x, 0, x + 1, 0);
        if (x === width - 1 && id !== 0) add(id, width, y, width, y + 1);
        if (y === height - 1 && id !== 0) add(id, x, height, x + 1, height);
      }
    }
    this.paths = borders;
  }

  /** The voxel under a place of the picture (in pixels, which may lie outside), in a slice. */
  voxel(x, y, slice) {
    const voxel = [0, 0, 0];
    voxel[this.plane.slice] = slice;
    voxel[this.plane.across] = this.isReversed ? this.width - 1 - Math.floor(x) : Math.floor(x);
    voxel[this.plane.down] = this.height - 1 - Math.floor(y);
    return voxel;
  }

  /** The middle of a voxel in the picture, in pixels. */
  place(voxel) {
    const across = voxel[this.plane.across];
    return [(this.isReversed ? this.width - 1 - across : across) + 0.5, this.height - 1 - voxel[this.plane.down] + 0.5];
  }
}
