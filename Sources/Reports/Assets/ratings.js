"use strict";
// Ratings of cases and of their labels: what the report knows already, and above it what this browser was told since.
(() => {
  const { element, icon, visible, memory, dialog } = tomos;
  const kinds = [
    ["good", "good", "1"],
    ["fix", "fix", "2"],
    ["exclude", "exclude", "3"],
  ];
  const place = `tomos reviews ${tomos.key}`;
  const opened = `tomos opened ${tomos.key}`;
  const words = new URLSearchParams(location.hash.slice(1));

  const slot = (id, label) => `${id}\t${label === null ? "n/a" : label}`;
  const same = (a, b) =>
    (a ? a.rating : null) === (b ? b.rating : null) &&
    (a && a.rating ? a.note : "") === (b && b.rating ? b.note : "");

  tomos.Ratings = class {
    // cases: { id, review: [{ label, rating, note, time }] } of all cases that this page knows.
    constructor(cases) {
      this.base = new Map();
      this.listeners = [];
      for (const one of cases) {
        for (const { label, rating, note, time } of one.review || []) {
          this.base.set(slot(one.id, label ?? null), { rating, note: note || "", time: time || null });
        }
      }
      // Firefox keeps the storage of each page on disk apart: then ratings travel in the address from page to page.
      this.isApart = document.body.classList.contains("case") && memory.get(opened) === null;
      if (!document.body.classList.contains("case")) memory.set(opened, "yes");
      this.read();
      this.take(words.get("ratings"));
      if (words.has("ratings")) history.replaceState(null, "", location.pathname + location.search);
      addEventListener("storage", (event) => {
        if (event.key === place) {
          this.read();
          this.tell();
        }
      });
      addEventListener("pageshow", (event) => {
        if (event.persisted) {
          this.read();
          this.tell();
        }
      });
      document.addEventListener("click", (event) => this.carry(event), true);
      document.addEventListener("auxclick", (event) => this.carry(event), true);
    }

    // The case that a link from a case's page names.
    get cameFrom() {
      return words.get("case");
    }

    read() {
      let kept = null;
      try {
        kept = JSON.parse(memory.get(place));
      } catch {
        /* as if there were none */
      }
      this.saved = kept && typeof kept.saved === "string" ? kept.saved : "";
      this.local = new Map();
      for (const [where, one] of Object.entries((kept && kept.ratings) || {})) {
        if (sound(one)) this.local.set(where, one);
      }
    }

    take(text) {
      let came = null;
      try {
        came = JSON.parse(text);
      } catch {
        return;
      }
      for (const [where, one] of Object.entries(came || {})) {
        const here = this.local.get(where);
        if (sound(one) && (!here || here.time < one.time)) this.local.set(where, one);
      }
      this.keep();
    }

    keep() {
      this.isKept = memory.set(place, JSON.stringify({ saved: this.saved, ratings: Object.fromEntries(this.local) }));
    }

    tell() {
      for (const one of this.listeners) one();
    }
    onchange(listener) {
      this.listeners.push(listener);
      listener();
    }

    get(id, label = null) {
      const where = slot(id, label);
      const one = this.local.get(where) || this.base.get(where);
      return one && one.rating ? one : null;
    }

    // rating null takes a rating back.
    set(id, label, rating, note) {
      const where = slot(id, label);
      const before = this.get(id, label);
      const text = note === undefined ? (before ? before.note : "") : note;
      // Later than the file that was saved in the same millisecond.
      const now = new Date(Math.max(Date.now(), Date.parse(this.saved || 0) + 1)).toISOString();
      this.local.set(where, { rating, note: rating ? text : "", time: now });
      this.keep();
      this.tell();
      tomos.say(`${id}${label === null ? "" : ", label " + label}: ${rating || "not rated"}`);
    }

    get unsaved() {
      return [...this.local].filter(([where, one]) => one.time > this.saved && !same(one, this.base.get(where)));
    }

    // Every rating there is, as reviews.tsv: order gives the cases and their labels.
    text(order) {
      const lines = ["case\tlabel\trating\tnote\ttime"];
      const line = (text) => text.replace(/[\t\r\n\u0085\u2028\u2029]+/g, " ").trim();
      for (const { id, labels } of order) {
        for (const label of [null, ...labels]) {
          const one = this.get(id, label);
          if (!one) continue;
          const time = (one.time || new Date().toISOString()).replace(/\.\d+Z$/, "Z");
          lines.push(
            [line(id), label === null ? "n/a" : label, one.rating, line(one.note) || "n/a", time].join("\t"),
          );
        }
      }
      return lines.join("\n") + "\n";
    }

    save(order) {
      const href = URL.createObjectURL(new Blob([this.text(order)], { type: "text/tab-separated-values" }));
      element("a", { href, download: "reviews.tsv" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
      this.saved = new Date().toISOString();
      this.keep();
      this.tell();
    }

    // The address of another page of the report, with the ratings that it may not be able to read from the storage.
    address(href) {
      const [file, hash] = href.split("#");
      const told = new URLSearchParams(hash || "");
      const isCase = document.body.classList.contains("case");
      const id = decodeURIComponent(
        file
          .split("/")
          .pop()
          .replace(/\.html$/, ""),
      );
      const travels = this.unsaved.filter(([where]) => (isCase ? this.isApart : where.startsWith(id + "\t")));
      if (travels.length) told.set("ratings", JSON.stringify(Object.fromEntries(travels)));
      const end = told.toString();
      return end ? `${file}#${end}` : file;
    }

    carry(event) {
      const link = event.target.closest && event.target.closest("a[href]");
      const href = link && link.getAttribute("href");
      if (href && /^(\.\.\/|cases\/)?[^/]+\.html(#|$)/.test(href)) link.setAttribute("href", this.address(href));
    }

    go(href) {
      location.href = this.address(href);
    }

    // Three buttons and a note for a case or one of its labels; it follows what happens elsewhere.
    buttons(id, label, title, { isWide = false } = {}) {
      const group = element("span", {
        class: isWide ? "rating wide-rating" : "rating",
        role: "group",
        "aria-label": `Rating of ${visible(title)}`,
      });
      const made = kinds.map(([kind, word, key]) => {
        const button = element(
          "button",
          {
            type: "button",
            class: `rate-${kind}`,
            title: isWide ? `${word} (${key})` : word,
            "aria-label": word,
            onclick: () => this.set(id, label, (this.get(id, label) || {}).rating === kind ? null : kind),
          },
          icon(kind),
          isWide ? word : null,
        );
        return [kind, button];
      });
      const note = element(
        "button",
        {
          type: "button",
          class: "rate-note",
          "aria-label": "note",
          onclick: () => this.ask(id, label, title),
        },
        icon("note"),
        isWide ? "note" : null,
      );
      const draw = () => {
        const now = this.get(id, label);
        for (const [kind, button] of made)
          button.setAttribute("aria-pressed", String(Boolean(now) && now.rating === kind));
        note.classList.toggle("has", Boolean(now && now.note));
        note.title = now && now.note ? visible(now.note) : isWide ? "note (4)" : "note";
      };
      group.append(...made.map(([, button]) => button), note);
      group.draw = draw;
      draw();
      return group;
    }

    // A note goes with a rating: both are asked for.
    ask(id, label, title) {
      const now = this.get(id, label) || { rating: "fix", note: "" };
      const choices = kinds.map(([kind, word]) =>
        element(
          "label",
          { class: "choice" },
          element("input", { type: "radio", name: "kind", value: kind, checked: kind === now.rating }),
          icon(kind),
          word,
        ),
      );
      const note = element("textarea", { rows: "4", id: "note-words", autofocus: true, maxlength: "2000" });
      note.value = now.note;
      dialog(
        `Note on ${title}`,
        [
          element("fieldset", null, element("legend", null, "Rating"), choices),
          element("label", { for: "note-words" }, "Note"),
          note,
        ],
        (made) =>
          element(
            "button",
            {
              class: "button main",
              value: "keep",
              onclick: () =>
                this.set(id, label, made.querySelector("input[name=kind]:checked").value, note.value.trim()),
            },
            "Keep",
          ),
      );
      note.focus();
    }
  };

  function sound(one) {
    return (
      one &&
      typeof one.time === "string" &&
      typeof (one.note ?? "") === "string" &&
      [null, "good", "fix", "exclude"].includes(one.rating)
    );
  }

  // The keys of a rating, for the case that current() names.
  tomos.ratingKeys = (ratings, current) => {
    const rate = (kind) => () => {
      const id = current();
      if (id === null) return false;
      ratings.set(id, null, kind);
    };
    tomos.bind([
      [["1"], "rate the case good", rate("good")],
      [["2"], "rate it to be fixed", rate("fix")],
      [["3"], "rate it to be excluded", rate("exclude")],
      [
        ["4"],
        "write a note on it",
        () => {
          const id = current();
          if (id === null) return false;
          ratings.ask(id, null, id);
        },
      ],
      [["5", "0"], "take its rating back", rate(null)],
    ]);
  };
})();
