"use strict";
// The volumes of each label over the study: a box from quartile to quartile, the median, whiskers to the last
// case within the fences, every case as a dot, and outliers as diamonds that lead to their cases.
(() => {
  const { element, drawn, name, ml } = tomos;
  const height = 40;
  const left = 7;
  const right = 7;
  const middle = 20;
  const first = 12;
  // More diamonds than these are drawn without a link.
  const linked = 60;

  tomos.distributions = (study) => {
    const of = new Map(study.labels.map((each) => [each.id, []]));
    for (const one of study.cases) {
      if (one.status !== "done") continue;
      // A case without the label says nothing of its size.
      for (const each of one.labels || []) if (each.mm3 > 0 && of.has(each.id)) of.get(each.id).push([one, each]);
    }
    const outliers = (id) => of.get(id).filter(([, each]) => each.outlier).length;
    const rows = study.labels.map((label) => ({ label, cases: of.get(label.id), many: outliers(label.id) }));
    // Where not all labels are shown at once, those with outliers come first.
    if (rows.length > first) rows.sort((a, b) => (b.many > 0) - (a.many > 0));
    const list = element("div", { class: "volumes" });
    const only = element("input", { type: "checkbox", id: "only-outliers", onchange: () => draw() });
    const more = element("button", {
      type: "button",
      class: "button",
      onclick: () => {
        isAll = true;
        draw();
      },
    });
    let isAll = false;

    function draw() {
      const wanted = rows.filter((row) => !only.checked || row.many);
      const shown = isAll ? wanted : wanted.slice(0, first);
      list.replaceChildren(...shown.map(row));
      if (!wanted.length) list.append(element("p", { class: "quiet" }, "No label has an outlier."));
      more.hidden = shown.length === wanted.length;
      more.textContent = `All ${wanted.length} labels`;
    }
    draw();
    const total = rows.reduce((sum, row) => sum + row.many, 0);
    return [
      element(
        "p",
        { class: "row spread" },
        element(
          "span",
          { class: "quiet" },
          !study.labels.some((each) => each.volumes)
            ? "Too few cases to say what is usual."
            : `${total || "No"} outlier${total === 1 ? "" : "s"} in volume, ` +
                "beyond the quartiles by more than 1.5 times their distance.",
        ),
        element("label", { class: "choice" }, only, "only labels with outliers"),
      ),
      list,
      element("p", null, more),
    ];
  };

  // A row is drawn when it comes near the screen.
  const waiting = new WeakMap();
  const near = new IntersectionObserver(
    (seen) => {
      for (const one of seen) {
        if (!one.isIntersecting) continue;
        near.unobserve(one.target);
        one.target.append(waiting.get(one.target)());
      }
    },
    { rootMargin: "300px" },
  );

  function row({ label, cases, many }) {
    const plot = element("div", { class: "plot" });
    waiting.set(plot, () =>
      cases.length
        ? picture(label, cases, many, Math.max(200, plot.clientWidth))
        : element("p", { class: "quiet" }, "no case"),
    );
    near.observe(plot);
    const volumes = label.volumes;
    return element(
      "div",
      { class: "volume" },
      element(
        "div",
        { class: "volume-name" },
        element("span", { class: "swatch", "--c": label.colour }),
        name(label.name),
        element(
          "small",
          null,
          volumes ? `median ${ml(volumes.median)} ml` : `${cases.length} case${cases.length === 1 ? "" : "s"}`,
        ),
      ),
      plot,
    );
  }

  // width: of the place, in pixels, so that a diamond is one.
  function picture(label, cases, many, width) {
    const all = cases.map(([, each]) => each.mm3).sort((a, b) => a - b);
    const box = label.volumes;
    let low = all[0],
      high = all[all.length - 1];
    if (low === high) {
      low *= 0.9;
      high = high * 1.1 || 1;
    }
    const at = (mm3) => left + ((width - left - right) * (mm3 - low)) / (high - low);
    const words = `${all.length} cases, ${ml(all[0])} to ${ml(all[all.length - 1])} ml, ${many} outliers`;
    const made = drawn("svg", {
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      class: "strip",
      role: "group",
      "aria-label": `Volumes of ${tomos.visible(label.name)}: ${words}`,
    });
    if (box) {
      const inside = all.filter((mm3) => mm3 >= box.lower && mm3 <= box.upper);
      if (inside.length)
        made.append(
          drawn("path", {
            class: "whisker",
            d: `M${at(inside[0])} ${middle}H${at(box.low)}M${at(box.high)} ${middle}H${at(inside[inside.length - 1])}`,
          }),
        );
      made.append(
        drawn("rect", {
          class: "box",
          x: at(box.low),
          y: middle - 11,
          width: Math.max(1, at(box.high) - at(box.low)),
          height: 22,
          rx: 2,
        }),
        drawn("path", { class: "median", d: `M${at(box.median)} ${middle - 11}v22` }),
      );
    }
    // All ordinary cases are one path of round dots: three thousand of them cost nothing.
    const dots = [],
      odd = [];
    cases.forEach(([one, each], index) => {
      if (each.outlier) odd.push([one, each]);
      else dots.push(`M${at(each.mm3).toFixed(1)} ${(middle + jitter(index) * 8).toFixed(1)}h.01`);
    });
    made.append(drawn("path", { class: "dots", d: dots.join("") }));
    // Diamonds that would hide each other stand below one another, as far as there is room.
    odd.sort((a, b) => a[1].mm3 - b[1].mm3);
    const ends = [-Infinity, -Infinity, -Infinity];
    odd.forEach(([one, each], index) => {
      const x = at(each.mm3);
      const free = Math.max(
        0,
        ends.findIndex((end) => x - end > 12),
      );
      ends[free] = x;
      const y = middle + [0, -12, 12][free];
      const words = `${tomos.visible(one.id)}: ${ml(each.mm3)} ml, ${each.outlier} than the others`;
      const diamond = drawn(
        "path",
        { class: "diamond", d: `M${x.toFixed(1)} ${y - 6}l6 6-6 6-6-6z` },
        drawn("title", null, words),
      );
      made.append(index < linked ? drawn("a", { href: tomos.page(one), "aria-label": words }, diamond) : diamond);
    });
    return [
      made,
      element(
        "div",
        { class: "ends", "aria-hidden": "true" },
        element("span", null, ml(all[0])),
        element("span", null, ml(all[all.length - 1]) + " ml"),
      ),
    ].reduce((both, each) => {
      both.append(each);
      return both;
    }, document.createDocumentFragment());
  }

  // Spread without chance, so that a page looks the same every time: -1 to 1.
  const jitter = (index) => ((index * 0.6180339887) % 1) * 2 - 1;
})();
