"use strict";
// Three planes of a case: a grey slice, the labels' outlines as lines over it, a slider each, and one point in all.
(() => {
  const { element } = tomos;
  const titles = { axial: "Axial", coronal: "Coronal", sagittal: "Sagittal" };
  // The axis that a plane's slices go along, in RAS, and its letters.
  const normals = { sagittal: 0, coronal: 1, axial: 2 };
  const letters = [
    ["R", "L"],
    ["A", "P"],
    ["S", "I"],
  ];
  const drawnSlices = 48;

  // Which labels are shown, and how: slices and surfaces follow it.
  tomos.Look = class {
    constructor(labels) {
      this.labels = labels;
      this.hidden = new Set();
      this.hasLines = true;
      this.hasFill = false;
      this.opacity = 0.4;
      this.listeners = [];
    }
    onchange(listener) {
      this.listeners.push(listener);
    }
    change(what) {
      Object.assign(this, what);
      for (const one of this.listeners) one();
    }
    toggle(ids, isShown) {
      for (const id of ids) isShown ? this.hidden.delete(id) : this.hidden.add(id);
      this.change({});
    }
  };

  // "12.5 mm superior" as "12.5 mm S".
  function where(mm, axis) {
    return `${Math.abs(mm).toFixed(1)} mm ${letters[axis][mm < 0 ? 1 : 0]}`;
  }

  // The point that all planes share, in mm, and what the planes say of space.
  class Space {
    constructor(planes) {
      this.ranges = [null, null, null];
      for (const plane of planes) {
        const positions = plane.positions;
        this.ranges[normals[plane.name]] = [positions[0], positions[positions.length - 1]];
      }
      this.point = this.ranges.map((range) => (range ? (range[0] + range[1]) / 2 : 0));
      this.listeners = [];
    }
    move(axis, mm) {
      this.point[axis] = mm;
      for (const one of this.listeners) one();
    }
  }

  // One direction of a slice: its axis, by the letter at its end, whether it goes against it, and the mm of pixels.
  function direction(space, plane, to, pixels, start) {
    const axis = letters.findIndex((pair) => pair.includes(to));
    const sign = to === letters[axis][0] ? 1 : -1;
    const range = space.ranges[axis];
    const middle = range ? (range[0] + range[1]) / 2 : 0;
    const first = start ?? middle - ((sign * (pixels - 1)) / 2) * plane.pixel;
    return {
      axis,
      sign,
      first,
      mm: (pixel) => first + sign * pixel * plane.pixel,
      pixel: (mm) => (sign * (mm - first)) / plane.pixel,
    };
  }

  class Plane {
    constructor(plane, space, look, map, picture) {
      Object.assign(this, { plane, space, look, map, picture });
      this.draw = tomos.onceAFrame(() => this.paint());
      this.axis = normals[plane.name];
      const [left, right, top, bottom] = plane.edges;
      // Where a view says where its first pixel lies, that counts; otherwise planes share their middle.
      const start = plane.origin || [];
      this.over = direction(space, plane, right, plane.width, start[0]);
      this.down = direction(space, plane, bottom, plane.height, start[1]);
      this.paths = new Map();
      this.make(left, right, top, bottom);
      space.listeners.push(() => this.follow());
      look.onchange(() => this.draw());
      new ResizeObserver(() => this.draw()).observe(this.canvas);
    }

    make(left, right, top, bottom) {
      const { plane } = this;
      const title = titles[plane.name];
      this.canvas = element("canvas", { role: "img", tabindex: "0", class: "slice" });
      this.position = element("output", { class: "position" });
      this.slider = element("input", {
        type: "range",
        min: "0",
        max: plane.slices - 1,
        step: "1",
        "aria-label": `${title} slice`,
        oninput: () => this.go(Number(this.slider.value)),
      });
      const letter = (text, side) => element("span", { class: `letter ${side}`, "aria-hidden": "true" }, text);
      this.place = element(
        "figure",
        { class: "plane" },
        element(
          "div",
          { class: "screen" },
          this.canvas,
          letter(left, "at-left"),
          letter(right, "at-right"),
          letter(top, "at-top"),
          letter(bottom, "at-bottom"),
        ),
        element("figcaption", null, element("strong", null, title), this.slider, this.position),
      );
      const { canvas } = this;
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        this.touch(event);
      });
      canvas.addEventListener("pointermove", (event) => (event.buttons ? this.touch(event) : this.name(event)));
      canvas.addEventListener(
        "wheel",
        (event) => {
          if (event.ctrlKey) return;
          event.preventDefault();
          this.step(Math.sign(event.deltaY));
        },
        { passive: false },
      );
      canvas.addEventListener("keydown", (event) => {
        const way = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (!way) return;
        event.preventDefault();
        this.step(way);
      });
      this.place.addEventListener("focusin", () => this.onactive && this.onactive());
      this.place.addEventListener("pointerdown", () => this.onactive && this.onactive());
    }

    get slice() {
      const mm = this.space.point[this.axis],
        { positions } = this.plane;
      let best = 0;
      for (let one = 1; one < positions.length; one++) {
        if (Math.abs(positions[one] - mm) < Math.abs(positions[best] - mm)) best = one;
      }
      return best;
    }

    go(slice) {
      const last = this.plane.slices - 1;
      this.space.move(this.axis, this.plane.positions[Math.max(0, Math.min(last, slice))]);
    }
    step(way) {
      this.go(this.slice + way);
    }

    follow() {
      const slice = this.slice;
      if (Number(this.slider.value) !== slice) this.slider.value = slice;
      const words = where(this.plane.positions[slice], this.axis);
      this.position.textContent = `${words} · ${slice + 1}/${this.plane.slices}`;
      this.slider.setAttribute("aria-valuetext", `${words}, slice ${slice + 1} of ${this.plane.slices}`);
      this.canvas.setAttribute(
        "aria-label",
        `${titles[this.plane.name]} slice at ${words}; left ${this.plane.edges[0]}, top ${this.plane.edges[2]}`,
      );
      this.draw();
    }

    // The outlines of a slice, kept for the slices that were drawn last.
    outlines(slice) {
      const { width, height } = this.plane;
      let found = this.paths.get(slice);
      if (found) this.paths.delete(slice);
      else
        found = tomos.outlines(
          this.map.subarray(slice * width * height, (slice + 1) * width * height),
          width,
          height,
        );
      this.paths.set(slice, found);
      if (this.paths.size > drawnSlices) this.paths.delete(this.paths.keys().next().value);
      return found;
    }

    paint() {
      const { canvas, plane, look } = this;
      const dense = Math.min(3, devicePixelRatio || 1);
      const wide = Math.round(canvas.clientWidth * dense),
        high = Math.round(canvas.clientHeight * dense);
      if (!wide || !high) return;
      if (canvas.width !== wide || canvas.height !== high) {
        canvas.width = wide;
        canvas.height = high;
      }
      const pen = canvas.getContext("2d");
      const scale = Math.min(wide / plane.width, high / plane.height);
      const left = (wide - plane.width * scale) / 2,
        top = (high - plane.height * scale) / 2;
      this.frame = { scale: scale / dense, left: left / dense, top: top / dense };
      const slice = this.slice;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fillStyle = "#000";
      pen.fillRect(0, 0, wide, high);
      pen.imageSmoothingEnabled = true;
      pen.imageSmoothingQuality = "high";
      pen.drawImage(
        this.picture,
        (slice % plane.columns) * plane.width,
        Math.floor(slice / plane.columns) * plane.height,
        plane.width,
        plane.height,
        left,
        top,
        plane.width * scale,
        plane.height * scale,
      );
      pen.setTransform(scale, 0, 0, scale, left, top);
      pen.lineJoin = "round";
      for (const [value, path] of this.outlines(slice)) {
        const label = look.labels[value - 1];
        if (!label || look.hidden.has(label.id)) continue;
        if (look.hasFill) {
          pen.globalAlpha = look.opacity;
          pen.fillStyle = label.colour;
          pen.fill(path, "evenodd");
        }
        if (look.hasLines) {
          pen.globalAlpha = 1;
          pen.strokeStyle = label.colour;
          pen.lineWidth = (1.7 * dense) / scale;
          pen.stroke(path);
        }
      }
      pen.globalAlpha = 1;
      this.cross(pen, dense / scale);
    }

    // The other planes' slices as two thin lines that leave their crossing free.
    cross(pen, unit) {
      const { plane, space } = this;
      const x = this.over.pixel(space.point[this.over.axis]) + 0.5,
        y = this.down.pixel(space.point[this.down.axis]) + 0.5;
      const gap = 9 * unit;
      pen.strokeStyle = "rgba(255, 255, 255, .5)";
      pen.lineWidth = unit;
      pen.beginPath();
      for (const [from, to] of [
        [0, x - gap],
        [x + gap, plane.width],
      ])
        if (from < to) {
          pen.moveTo(from, y);
          pen.lineTo(to, y);
        }
      for (const [from, to] of [
        [0, y - gap],
        [y + gap, plane.height],
      ])
        if (from < to) {
          pen.moveTo(x, from);
          pen.lineTo(x, to);
        }
      pen.stroke();
    }

    // The pixel below the pointer; null outside the slice.
    pixel(event) {
      if (!this.frame) return null;
      const box = this.canvas.getBoundingClientRect(),
        { scale, left, top } = this.frame;
      const x = (event.clientX - box.left - left) / scale,
        y = (event.clientY - box.top - top) / scale;
      return x < 0 || y < 0 || x >= this.plane.width || y >= this.plane.height ? null : [x, y];
    }

    touch(event) {
      const at = this.pixel(event);
      if (!at) return;
      this.space.point[this.over.axis] = this.over.mm(at[0] - 0.5);
      this.space.move(this.down.axis, this.down.mm(at[1] - 0.5));
      this.name(event);
    }

    // Which label is below the pointer.
    name(event) {
      const at = this.pixel(event);
      const { width, height } = this.plane;
      const value = at ? this.map[this.slice * width * height + Math.floor(at[1]) * width + Math.floor(at[0])] : 0;
      const label = value ? this.look.labels[value - 1] : null;
      if (this.onname) this.onname(label || null);
    }
  }

  const image = (src) =>
    new Promise((done, failed) => {
      const made = new Image();
      made.onload = () => done(made);
      made.onerror = () => failed(new Error(`${src} cannot be read`));
      made.src = src;
    });

  // The three planes of a view, or an error: then the static picture stays.
  tomos.planes = async (view, folder, look) => {
    const space = new Space(view.planes);
    const parts = await Promise.all(
      view.planes.map((plane) => Promise.all([tomos.inflate(plane.map), image(`${folder}/${plane.file}`)])),
    );
    const planes = view.planes.map((plane, index) => {
      const [map, picture] = parts[index];
      if (map.length !== plane.slices * plane.width * plane.height)
        throw new Error(`the map of ${plane.name} has another size`);
      return new Plane(plane, space, look, map, picture);
    });
    startAtLabels(planes, space);
    return { planes, space };
  };

  // The slices with the most of labels are shown first.
  function startAtLabels(planes, space) {
    for (const one of planes) {
      const { width, height, slices, positions } = one.plane;
      let best = -1,
        most = 0;
      for (let slice = 0; slice < slices; slice++) {
        let many = 0;
        for (let at = slice * width * height; at < (slice + 1) * width * height; at++) if (one.map[at]) many++;
        if (many > most) {
          most = many;
          best = slice;
        }
      }
      if (best >= 0) space.point[one.axis] = positions[best];
    }
    for (const one of planes) one.follow();
  }
})();
