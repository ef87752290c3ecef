"use strict";
// A case's page: its rating, the viewer in the place of the static picture, and the ways to the other cases.
(() => {
  const { element, name, icon } = tomos;
  const root = document.documentElement;
  const about = JSON.parse(document.getElementById("case").textContent);
  const ratings = new tomos.Ratings([about]);
  const link = (id) => document.getElementById(id);
  const names = new Map((about.labels || []).map((each) => [each.id, each.name]));
  let active = null;
  let enlarge = () => false;

  function rating() {
    const line = element("span", { class: "unsaved", role: "status" });
    const note = link("note");
    const buttons = [ratings.buttons(about.id, null, about.id, { isWide: true })];
    for (const row of document.querySelectorAll("tr[data-label]")) {
      const id = Number(row.dataset.label);
      const made = ratings.buttons(about.id, id, `${names.get(id) ?? id} of ${about.id}`);
      row.querySelector(".rate").append(made);
      buttons.push(made);
    }
    link("rating").append(line, buttons[0]);
    ratings.onchange(() => {
      for (const each of buttons) each.draw();
      const many = ratings.unsaved.length;
      const now = ratings.get(about.id);
      const up = element("a", { href: `../index.html#case=${encodeURIComponent(about.id)}` }, "save");
      line.replaceChildren(...(many ? [`${many} rating${many === 1 ? "" : "s"} not saved yet: `, up] : []));
      if (many && ratings.isApart)
        line.append(" (by this link, not by Back: this browser keeps the ratings of each page apart)");
      line.classList.toggle("is", many > 0);
      note.replaceChildren(...(now && now.note ? ["Note: ", name(now.note)] : []));
    });
  }

  function keys() {
    const to = (id) => () => {
      if (!link(id)) return false;
      ratings.go(link(id).getAttribute("href"));
    };
    const step = (way) => () => {
      if (!active) return false;
      active.step(way);
    };
    for (const each of document.querySelectorAll('a[href="../index.html"]')) {
      each.setAttribute("href", `../index.html#case=${encodeURIComponent(about.id)}`);
    }
    tomos.bind([
      [["j"], "next case", to("next")],
      [["k"], "previous case", to("previous")],
      [["u", "Escape"], "all cases", to("up")],
      [["ArrowRight", "ArrowUp"], "next slice", step(1)],
      [["ArrowLeft", "ArrowDown"], "previous slice", step(-1)],
      [["z"], "this plane alone, or all", () => enlarge()],
    ]);
    tomos.bind([
      [["click"], "in a slice: the other planes go there", null],
      [["drag"], "in 3-D: turn; with Shift slide; the wheel brings nearer", null],
    ]);
    tomos.ratingKeys(ratings, () => about.id);
  }

  // The list of labels beside the planes: which are shown, and how.
  function panel(look, read) {
    const boxes = new Map();
    const rows = look.labels.map((label) => {
      const box = element("input", {
        type: "checkbox",
        checked: true,
        onchange: () => look.toggle([label.id], box.checked),
      });
      boxes.set(label.id, box);
      const row = element(
        "li",
        { "data-id": label.id },
        element(
          "label",
          { class: "choice" },
          box,
          element("span", { class: "swatch", "--c": label.colour }),
          name(label.name),
        ),
        element(
          "button",
          { type: "button", class: "only", "aria-label": `Only ${label.name}`, onclick: () => only(label.id) },
          "only",
        ),
      );
      return row;
    });
    const all = look.labels.map((each) => each.id);
    function only(id) {
      look.hidden = new Set(all.filter((each) => each !== id));
      look.change({});
    }
    const shown = (words, ids) =>
      element("button", { type: "button", class: "button", onclick: () => look.toggle(all, ids) }, words);
    const find = element("input", {
      type: "search",
      placeholder: "Find a label",
      "aria-label": "Find a label",
      autocomplete: "off",
      oninput: () => {
        const wanted = find.value.toLowerCase();
        rows.forEach((row, index) => {
          row.hidden = !look.labels[index].name.toLowerCase().includes(wanted);
        });
      },
    });
    const lines = element("input", {
      type: "checkbox",
      checked: look.hasLines,
      onchange: () => look.change({ hasLines: lines.checked }),
    });
    const fill = element("input", {
      type: "checkbox",
      checked: look.hasFill,
      onchange: () => look.change({ hasFill: fill.checked }),
    });
    const opacity = element("input", {
      type: "range",
      min: "0.05",
      max: "1",
      step: "0.05",
      value: look.opacity,
      "aria-label": "Opacity of the fill",
      oninput: () => {
        fill.checked = true;
        look.change({ opacity: Number(opacity.value), hasFill: true });
      },
    });
    look.onchange(() => {
      for (const [id, box] of boxes) box.checked = !look.hidden.has(id);
    });
    return element(
      "div",
      { class: "panel-labels" },
      element(
        "div",
        { class: "row" },
        element("label", { class: "choice" }, lines, "outlines"),
        element("label", { class: "choice" }, fill, "fill"),
        opacity,
      ),
      element(
        "div",
        { class: "row" },
        look.labels.length > 1 ? [shown("All", true), shown("None", false)] : null,
        look.labels.length > 12 ? find : null,
      ),
      element("ul", { class: "label-list", tabindex: "0", "aria-label": "Labels shown" }, rows),
      read,
    );
  }

  // One of the four may take the place of all.
  function enlarging(screens) {
    const figures = [...screens.children];
    const enlarge = (figure) => {
      const isLarge = !figure.classList.contains("large");
      for (const each of figures) each.classList.toggle("large", isLarge && each === figure);
      screens.classList.toggle("one", isLarge);
      for (const each of screens.querySelectorAll(".enlarge")) each.setAttribute("aria-pressed", String(isLarge));
    };
    for (const each of figures) {
      const title = each.querySelector("strong").textContent;
      const button = element(
        "button",
        {
          type: "button",
          class: "side enlarge",
          title: "Larger (z)",
          "aria-label": `${title} alone`,
          "aria-pressed": "false",
          onclick: () => enlarge(each),
        },
        icon("enlarge"),
      );
      each.querySelector("figcaption").append(button);
    }
    return () => enlarge(figures.find((each) => each.classList.contains("large")) || active.place);
  }

  window.tomosView = async (view) => {
    if (!root.classList.contains("viewer")) return;
    const look = new tomos.Look(view.labels);
    const read = element("p", { class: "below", "aria-hidden": "true" });
    const place = link("viewer");
    place.hidden = false;
    try {
      const { planes, space } = await tomos.planes(view, root.dataset.view, look);
      const surfaces = new tomos.Surfaces(view, look, space);
      const four = [...planes.map((one) => one.place), surfaces.place];
      const screens = element("div", { class: "screens" }, four);
      place.replaceChildren(screens, panel(look, read));
      enlarge = enlarging(screens);
      for (const one of planes) {
        one.onactive = () => {
          active = one;
          for (const other of planes) other.place.classList.toggle("active", other === one);
        };
        one.onname = (label) => {
          read.replaceChildren(
            ...(label ? [element("span", { class: "swatch", "--c": label.colour }), " ", name(label.name)] : []),
          );
        };
      }
      planes[0].onactive();
      if (view.whole === false)
        place.append(
          element("p", { class: "quiet region" }, "Shown is the region around the labels, not the whole field."),
        );
      requestAnimationFrame(() => setTimeout(() => surfaces.start(), 0));
    } catch (error) {
      // The static picture comes back.
      root.classList.remove("viewer");
      place.hidden = true;
      tomos.say(`The viewer cannot be shown: ${error.message}`);
    }
  };

  rating();
  keys();
})();
