// Fields, ticks and keys.

const element = (id) => document.getElementById(id);

/** Window: fields and presets. */
export class WindowControls {
  constructor(windows, view) {
    Object.assign(this, { windows, view });
    [this.level, this.width, this.preset] = [element("level"), element("width"), element("preset")];
    windows.forEach((window, n) => {
      const option = document.createElement("option");
      Object.assign(option, { value: n, textContent: window.name });
      this.preset.append(option);
    });
    const own = document.createElement("option");
    Object.assign(own, { value: "own", textContent: "own", hidden: true });
    this.preset.append(own);
    for (const field of [this.level, this.width]) field.addEventListener("change", () => this.typed());
    this.preset.addEventListener("change", () => this.choose(Number(this.preset.value)));
    // The finest step by which a drag changes it.
    const all = windows[windows.length - 1];
    this.span = Math.max(all.upper - all.lower, 1e-6);
  }

  choose(n) {
    const window = this.windows[n];
    this.set(window.lower, window.upper);
    this.preset.value = n;
  }

  next() {
    const now = this.preset.value === "own" ? -1 : Number(this.preset.value);
    this.choose((now + 1) % this.windows.length);
    return this.windows[Number(this.preset.value)].name;
  }

  typed() {
    const [level, width] = [this.level, this.width].map((field) => Number.parseFloat(field.value));
    if (!Number.isFinite(level) || !(width >= 0)) return this.show();
    this.set(level - width / 2, level + width / 2);
  }

  /** Right makes it wider, up brighter. */
  drag(dx, dy) {
    const { lower, upper } = this.view.greys;
    const width = Math.max((upper - lower) * Math.exp(dx / 200), this.span * 1e-4);
    const level = (lower + upper) / 2 + (dy / 300) * width;
    this.set(level - width / 2, level + width / 2);
  }

  set(lower, upper) {
    this.preset.value = "own";
    this.view.setWindow(lower, upper);
    this.show();
  }

  show() {
    const { lower, upper } = this.view.greys;
    const digits = Math.max(0, 3 - Math.ceil(Math.log10(Math.max(upper - lower, 1e-9))));
    const text = (value) => String(Number(value.toFixed(Math.min(digits, 12))));
    this.level.value = text((lower + upper) / 2);
    this.width.value = text(upper - lower);
  }
}

/** Sliders and ticks of the display, and the choices at the top. */
export function attachDisplay(view) {
  const slide = (id, text, set) => {
    const input = element(id);
    const output = input.parentElement.querySelector("output");
    const apply = () => {
      output.textContent = text(input.value);
      set(Number(input.value));
      view.redraw();
    };
    input.addEventListener("input", apply);
    apply();
  };
  slide("opacity", (value) => `${value} %`, (value) => (view.settings.opacity = value / 100));
  slide("contour", (value) => (value === "0" ? "off" : `${value} px`), (value) => (view.settings.contour = value));
  for (const name of ["crosshair", "smooth"]) {
    const box = element(name);
    const apply = () => {
      view.settings[name] = box.checked;
      view.redraw();
    };
    box.addEventListener("change", apply);
    apply();
  }
  element("flip").addEventListener("change", () => view.flip(element("flip").checked));
  for (const input of document.querySelectorAll("input[name=tool]")) {
    input.addEventListener("change", () => (view.tool = input.value));
  }
  for (const input of document.querySelectorAll("input[name=layout]")) {
    input.addEventListener("change", () => view.setLayout(input.value));
  }
  element("help-open").addEventListener("click", () => element("help").showModal());
  for (const item of document.querySelectorAll("[data-needs=labels]")) item.hidden = !view.labels;
}

/** Keys. In a plane, arrows move through its slices. */
export function attachKeys(view, windows) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || element("help").open) return;
    const target = event.target;
    const isTyping = target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), select");
    if (isTyping) return;
    const isCanvas = target instanceof HTMLCanvasElement;
    const pane = view.panes.find((candidate) => candidate.canvas === target) ?? view.lastPane;
    const act = isCanvas ? (inPlane(event.key, pane) ?? anywhere(event.key, pane)) : anywhere(event.key, pane);
    if (!act) return;
    event.preventDefault();
    act();
  });

  function inPlane(key, pane) {
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    const to = { Home: 0, End: pane.slices - 1 }[key] ?? (key in steps ? pane.slice + steps[key] : null);
    if (to === null) return null;
    return () => {
      pane.go(to);
      view.say(pane.canvas.getAttribute("aria-label"));
    };
  }

  function anywhere(key, pane) {
    const click = (id) => () => element(id).click();
    const focus = (name) => () => view.focus(name);
    const nudge = (id, step) => () => {
      const input = element(id);
      input.value = Number(input.value) + step;
      input.dispatchEvent(new Event("input"));
    };
    const each = (act) => () => view.panes.forEach(act);
    return {
      a: focus("axial"),
      c: focus("coronal"),
      s: focus("sagittal"),
      m: () => view.toggleLayout(pane.name),
      "+": () => pane.zoomBy(1.25),
      "=": () => pane.zoomBy(1.25),
      "-": () => pane.zoomBy(0.8),
      0: each((one) => one.reset()),
      w: () => view.say(`Window ${windows.next()}`),
      l: () => view.toggleLabels(),
      o: () => view.toggleContours(),
      x: click("crosshair"),
      "[": nudge("opacity", -10),
      "]": nudge("opacity", 10),
      "?": click("help-open"),
    }[key];
  }
}
