// The page: loads image and labels and joins the planes by one crosshair.

import { attachDisplay, attachKeys, WindowControls } from "./controls.js";
import { LabelList } from "./labels.js";
import { Pane } from "./pane.js";
import { attachPointer } from "./pointer.js";
import { Greys, PLANES } from "./planes.js";
import { Grid, load, shownNumber } from "./volume.js";

const element = (id) => document.getElementById(id);

class View {
  constructor(description, image, labels) {
    Object.assign(this, { description, image, labels });
    this.grid = new Grid(description);
    this.greys = new Greys();
    this.greys.set(description.windows[0].lower, description.windows[0].upper);
    this.cross = description.start;
    this.pointed = null;
    this.tool = "cross";
    this.settings = { opacity: 0.35, contour: 1.5, crosshair: true, smooth: true, labelsShown: true };
    this.list = labels ? new LabelList(description.labels.table, this) : null;
    this.colours = this.list?.colours();
    this.panes = Object.entries(PLANES).map(([name, plane]) => new Pane(name, plane, this));
    this.lastPane = this.panes[0];
    for (const pane of this.panes) {
      attachPointer(pane, this);
      pane.canvas.addEventListener("focus", () => (this.lastPane = pane));
    }
    element("planes").append(...this.panes.map((pane) => pane.element));
    element("label-row").hidden = !labels;
    this.work = { stale: true, refresh: true };
  }

  /** Paints once before the screen is next drawn, whatever was asked for until then. */
  schedule(kind) {
    if (kind) this.work[kind] = true;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const work = this.work;
      this.work = {};
      for (const pane of this.panes) {
        if (work.stale || work.refresh) pane.refresh(work.stale);
        if (!work.stale && work.grey) pane.pictures.regrey(this.greys);
        if (!work.stale && work.colour) pane.pictures.recolour(this.colours);
        if (work.grey || work.colour || work.draw) pane.draw();
      }
      this.tell();
    });
  }

  /** Moves the crosshair, and with it all planes. */
  moveTo(voxel) {
    this.cross = this.grid.clamp(voxel);
    this.schedule("refresh");
  }

  /** What the pointer is over: a voxel or null. */
  point(voxel) {
    this.pointed = voxel;
    this.schedule();
  }

  setWindow(lower, upper) {
    this.greys.set(lower, upper);
    this.schedule("grey");
  }

  dragWindow(dx, dy) {
    this.windows.drag(dx, dy);
  }

  recolour() {
    this.colours = this.list.colours();
    this.schedule("colour");
  }

  redraw() {
    this.schedule("draw");
  }

  flip(isFlipped) {
    for (const pane of this.panes) pane.pictures.isFlipped = isFlipped;
    this.schedule("stale");
  }

  toggleLabels() {
    if (!this.labels) return;
    this.settings.labelsShown = !this.settings.labelsShown;
    this.say(this.settings.labelsShown ? "Labels on" : "Labels off");
    this.redraw();
  }

  toggleContours() {
    const input = element("contour");
    const now = Number(input.value);
    if (now > 0) this.contourBefore = now;
    input.value = now > 0 ? 0 : (this.contourBefore ?? 1.5);
    input.dispatchEvent(new Event("input"));
  }

  setLayout(name) {
    element("planes").dataset.layout = name;
    for (const input of document.querySelectorAll("input[name=layout]")) input.checked = input.value === name;
    if (name !== "all") this.lastPane = this.panes.find((pane) => pane.name === name);
    this.schedule("draw");
  }

  toggleLayout(name) {
    this.setLayout(element("planes").dataset.layout === "all" ? name : "all");
  }

  focus(name) {
    const layout = element("planes").dataset.layout;
    if (layout !== "all" && layout !== name) this.setLayout(name);
    this.panes.find((pane) => pane.name === name).canvas.focus();
  }

  say(text) {
    element("spoken").textContent = text;
  }

  /** Values under pointer and crosshair. */
  tell() {
    for (const [name, voxel] of [["pointer", this.pointed], ["cross", this.cross]]) {
      const write = (what, text) => (element(`${name}-${what}`).textContent = text);
      if (!voxel) {
        for (const what of ["mm", "voxel", "value", "label"]) write(what, "–");
        continue;
      }
      const place = this.grid.place(voxel);
      write("mm", this.grid.millimetres(voxel).map((value) => value.toFixed(1)).join(" "));
      write("voxel", this.grid.fileVoxel(voxel).join(" "));
      write("value", shownNumber(this.image[place]));
      if (!this.labels) continue;
      const id = this.labels[place];
      write("label", id === 0 ? "none" : this.list.name(id));
    }
  }
}

function describe(description) {
  const size = description.shape.join(" × ");
  const spacing = description.spacing.map((value) => Number(value.toPrecision(3))).join(" × ");
  element("grid").textContent = `${size} voxels of ${spacing} mm`;
  document.title = `${description.name} · tomos view`;
  const notices = element("notices");
  for (const text of description.notices) {
    const item = document.createElement("li");
    item.textContent = text;
    notices.append(item);
  }
  notices.hidden = description.notices.length === 0;
}

async function start() {
  const response = await fetch("view.json", { cache: "no-store" });
  if (!response.ok) throw new Error("the program that shows the image does not answer");
  const description = await response.json();
  describe(description);
  const count = description.shape.reduce((a, b) => a * b, 1);
  const progress = [[0, count * { int16: 2, float32: 4 }[description.type]]];
  let [view, lastShown] = [null, 0];
  const at = (n) => (done, all) => {
    progress[n] = [done, all];
    const [now, whole] = progress.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    element("loading-bar").value = now / whole;
    element("loading-text").textContent = `Loading ${Math.round(now / 1e6)} of ${Math.round(whole / 1e6)} MB`;
    // What is there is shown while the rest comes.
    if (performance.now() - lastShown < 250) return;
    lastShown = performance.now();
    view?.schedule("stale");
  };
  const image = load("image.bin", description.type, count, at(0));
  const labels = description.labels ? load("labels.bin", description.labels.type, count, at(1)) : null;
  if (labels) progress.push([0, labels.numbers.byteLength]);
  view = new View(description, image.numbers, labels?.numbers ?? null);
  view.windows = new WindowControls(description.windows, view);
  attachDisplay(view);
  attachKeys(view, view.windows);
  view.windows.choose(0);
  await Promise.all([image.loaded, labels?.loaded]);
  element("loading").hidden = true;
  view.schedule("stale");
  requestAnimationFrame(() => requestAnimationFrame(() => (document.documentElement.dataset.ready = "yes")));
}

start().catch((error) => {
  element("loading").hidden = true;
  const failure = element("failure");
  failure.hidden = false;
  const isTooLarge = error instanceof RangeError;
  failure.textContent = isTooLarge
    ? "This image is larger than the browser has memory for."
    : `Cannot show it: ${error.message}`;
});
