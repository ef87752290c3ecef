// The list of labels: which are shown, and where they are.

import { middleOf } from "./volume.js";

export class LabelList {
  /** @param table labels with id, name, colour and voxels */
  constructor(table, view) {
    Object.assign(this, { table, view });
    this.hidden = new Set();
    this.list = document.getElementById("label-list");
    this.rows = table.map((label) => this.row(label));
    this.list.append(...this.rows.map((row) => row.item));
    document.getElementById("labels").hidden = false;
    document.getElementById("labels-all").addEventListener("click", () => this.showAll(true));
    document.getElementById("labels-none").addEventListener("click", () => this.showAll(false));
    const filter = document.getElementById("label-filter");
    filter.hidden = table.length < 8;
    filter.addEventListener("input", () => this.filter(filter.value));
  }

  row(label) {
    const item = document.createElement("li");
    const name = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: true });
    box.dataset.id = label.id;
    box.addEventListener("change", () => {
      if (box.checked) this.hidden.delete(label.id);
      else this.hidden.add(label.id);
      this.view.recolour();
    });
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.backgroundColor = label.colour;
    const text = document.createElement("bdi");
    text.className = "name";
    text.textContent = label.name;
    name.append(box, swatch, text);
    const size = document.createElement("span");
    size.className = "size";
    size.textContent = this.size(label.voxels);
    size.title = `${label.voxels} voxels`;
    const go = document.createElement("button");
    Object.assign(go, { type: "button", textContent: "Go", disabled: label.voxels === 0 });
    go.setAttribute("aria-label", `Go to ${label.name}`);
    go.addEventListener("click", () => {
      const voxel = middleOf(this.view.grid, this.view.labels, label.id);
      if (voxel) this.view.moveTo(voxel);
    });
    item.append(name, size, go);
    item.classList.toggle("empty", label.voxels === 0);
    return { item, box, label };
  }

  /** ml, or mm³ of what is small. */
  size(voxels) {
    const { affine } = this.view.grid;
    const [a, b, c] = affine;
    const volume = Math.abs(
      a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]),
    );
    const cubes = voxels * volume;
    if (voxels === 0) return "empty";
    return cubes < 1000 ? `${Number(cubes.toPrecision(3))} mm³` : `${Number((cubes / 1000).toPrecision(3))} ml`;
  }

  showAll(isShown) {
    for (const { box, label, item } of this.rows) {
      if (item.hidden) continue;
      box.checked = isShown;
      if (isShown) this.hidden.delete(label.id);
      else this.hidden.add(label.id);
    }
    this.view.recolour();
  }

  filter(text) {
    const wanted = text.trim().toLowerCase();
    for (const { item, label } of this.rows) item.hidden = !label.name.toLowerCase().includes(wanted);
  }

  /** A pixel for each id: bytes red, green, blue, opaque; 0 for those not shown. */
  colours() {
    const colours = new Uint32Array(65536);
    for (const { id, colour } of this.table) {
      if (this.hidden.has(id)) continue;
      const value = Number.parseInt(colour.slice(1), 16);
      colours[id] = (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
    }
    return colours;
  }

  name(id) {
    return this.table.find((label) => label.id === id)?.name ?? `label ${id}`;
  }
}
