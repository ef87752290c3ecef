"use strict";
// The table of cases: sorted, filtered and searched here, drawn fifty rows at a time.
(() => {
  const { element, icon } = tomos;
  const pageSize = 50;
  const remembered = `tomos table ${tomos.key}`;

  tomos.Table = class {
    constructor(study, ratings) {
      this.study = study;
      this.ratings = ratings;
      this.names = new Map(study.labels.map((each) => [each.id, each.name]));
      this.state = {
        sort: "rank",
        isDown: false,
        search: "",
        status: "",
        flag: "",
        label: null,
        rating: "",
        page: 0,
        id: null,
        ...this.recall(),
      };
      if (!this.names.has(this.state.label)) this.state.label = null;
      // What a search looks through, made once for each case.
      this.haystack = new Map(
        study.cases.map((one) => [
          one,
          [one.id, one.source, one.reason, ...(one.reasons || []), ...(one.notices || [])].join("\n").toLowerCase(),
        ]),
      );
      this.place = this.make();
      this.find();
      ratings.onchange(() => this.redraw());
    }

    recall() {
      try {
        return JSON.parse(sessionStorage.getItem(remembered)) || {};
      } catch {
        return {};
      }
    }

    drawSort() {
      this.sorts.value = `${this.state.sort} ${this.state.isDown ? "down" : "up"}`;
    }

    remember() {
      try {
        sessionStorage.setItem(remembered, JSON.stringify(this.state));
      } catch {
        /* then it is forgotten */
      }
    }

    make() {
      const pick = (key, words, options) => {
        const made = element(
          "select",
          { id: `by-${key}`, onchange: () => this.change({ [key]: made.value }) },
          options.map(([value, text]) => element("option", { value }, text)),
        );
        made.value = this.state[key];
        if (made.selectedIndex < 0) {
          this.state[key] = "";
          made.value = "";
        }
        return element("label", { class: "pick" }, element("span", null, words), made);
      };
      this.search = element("input", {
        type: "search",
        id: "search",
        placeholder: "Search cases ( / )",
        "aria-label": "Search cases",
        autocomplete: "off",
        spellcheck: "false",
        oninput: () => this.change({ search: this.search.value }),
        onkeydown: (event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            this.search.blur();
            this.step(0);
          }
        },
      });
      this.search.value = this.state.search;
      const labels = element(
        "select",
        { id: "by-label", onchange: () => this.change({ label: labels.value === "" ? null : Number(labels.value) }) },
        element("option", { value: "" }, "all labels"),
        this.study.labels.map((each) => element("option", { value: each.id }, `${each.id} ${each.name}`)),
      );
      labels.value = this.state.label ?? "";
      const sorts = tomos.columns(this.study, this.ratings, null).filter((each) => each.value);
      this.sorts = element(
        "select",
        {
          id: "by-sort",
          onchange: () => {
            const [sort, way] = this.sorts.value.split(" ");
            this.change({ sort, isDown: way === "down" });
          },
        },
        sorts.flatMap((each) => [
          element("option", { value: `${each.key} up` }, each.words),
          element("option", { value: `${each.key} down` }, `${each.words}, reversed`),
        ]),
      );
      this.drawSort();

      this.count = element("p", { class: "shown", role: "status" });
      this.head = element("thead");
      this.body = element("tbody");
      this.columns = element("colgroup");
      this.table = element(
        "table",
        { class: "cases", "aria-describedby": "shown" },
        element("caption", { class: "spoken" }, "Cases of the study"),
        this.columns,
        this.head,
        this.body,
      );
      this.count.id = "shown";
      this.pages = element("nav", { class: "pages", "aria-label": "Pages of the table" });
      return [
        element(
          "div",
          { class: "controls" },
          element("span", { class: "search" }, icon("search"), this.search),
          pick("status", "Status", [
            ["", "any"],
            ["done", "done"],
            ["failed", "failed"],
            ["waiting", "waiting"],
            ["stale", "out of date"],
          ]),
          element("label", { class: "pick" }, element("span", null, "Label"), labels),
          pick("flag", "Flag", [
            ["", "any or none"],
            ["*", "any flag"],
            ["-", "no flag"],
            ["outlier", "outlier in volume"],
            ...tomos.flagNames(this.study.cases).map((each) => [`=${each}`, each]),
          ]),
          pick("rating", "Rating", [
            ["", "any or none"],
            ["none", "not rated"],
            ["good", "good"],
            ["fix", "fix"],
            ["exclude", "exclude"],
          ]),
          element("label", { class: "pick narrow-only" }, element("span", null, "Sort"), this.sorts),
          element("button", { type: "button", class: "button", id: "clear", onclick: () => this.clear() }, "Clear"),
        ),
        this.count,
        element("div", { class: "table-place" }, this.table),
        this.pages,
      ];
    }

    clear() {
      this.search.value = "";
      for (const each of ["status", "flag", "rating", "label"]) document.getElementById(`by-${each}`).value = "";
      this.change({ search: "", status: "", flag: "", rating: "", label: null, sort: "rank", isDown: false });
    }

    change(what) {
      Object.assign(this.state, { page: 0 }, what);
      this.drawSort();
      this.find();
    }

    sortBy(key) {
      this.change(this.state.sort === key ? { isDown: !this.state.isDown } : { sort: key, isDown: false });
      this.head.querySelector(`[data-key="${key}"] button`).focus();
    }

    matches(one) {
      const { search, status, flag, rating, label } = this.state;
      if (status === "stale" ? !(one.stale || []).length : status && one.status !== status) return false;
      if (rating) {
        const now = this.ratings.get(one.id);
        if (rating === "none" ? now : !now || now.rating !== rating) return false;
      }
      if (flag) {
        const of = (one.labels || []).filter((each) => label === null || each.id === label);
        const has = (each) =>
          flag === "outlier"
            ? each.outlier
            : flag.startsWith("=")
              ? (each.flags || []).includes(flag.slice(1))
              : (each.flags || []).length || each.outlier;
        if (flag === "-" ? of.some(has) || one.status !== "done" : !of.some(has)) return false;
      } else if (label !== null && one.status === "done" && !(one.labels || []).some((each) => each.id === label))
        return false;
      return (
        !search ||
        search
          .toLowerCase()
          .split(/\s+/)
          .every((word) => this.haystack.get(one).includes(word))
      );
    }

    find() {
      const columns = tomos.columns(this.study, this.ratings, this.state.label);
      const by = columns.find((each) => each.key === this.state.sort && each.value) || columns[0];
      const worth = new Map();
      this.found = this.study.cases.filter((one) => this.matches(one));
      for (const one of this.found) worth.set(one, by.value(one));
      this.found.sort(
        (a, b) =>
          tomos.compare(worth.get(a), worth.get(b), this.state.isDown) ||
          tomos.compare(a.rank ?? null, b.rank ?? null) ||
          tomos.compare(a.id, b.id),
      );
      this.shown = columns;
      this.state.page = Math.max(0, Math.min(this.state.page, Math.ceil(this.found.length / pageSize) - 1));
      this.draw();
    }

    draw() {
      this.columns.replaceChildren(...this.shown.map((each) => element("col", { class: `col-${each.key}` })));
      this.head.replaceChildren(
        element(
          "tr",
          null,
          this.shown.map((each) => this.headCell(each)),
        ),
      );
      const first = this.state.page * pageSize;
      const rows = this.found.slice(first, first + pageSize);
      this.body.replaceChildren(...rows.map((one) => this.row(one)));
      if (!rows.length)
        this.body.append(
          element(
            "tr",
            { class: "nothing" },
            element("td", { colspan: this.shown.length }, "No case is like that. "),
          ),
        );
      const many = this.found.length;
      const all = this.study.cases.length;
      this.count.textContent =
        many === 0
          ? `0 of ${all} cases`
          : many > pageSize
            ? `${first + 1} to ${first + rows.length} of ${many}${many < all ? ` found among ${all}` : ""} cases`
            : `${many}${many < all ? ` of ${all}` : ""} case${all === 1 ? "" : "s"}`;
      this.drawPages();
      this.remember();
    }

    headCell(column) {
      const isSorted = this.state.sort === column.key;
      const attributes = { scope: "col", class: column.number ? "number" : null, "data-key": column.key };
      if (!column.value) return element("td", { class: "no-head" }, element("span", { class: "spoken" }, "picture"));
      return element(
        "th",
        { ...attributes, "aria-sort": isSorted ? (this.state.isDown ? "descending" : "ascending") : "none" },
        element(
          "button",
          { type: "button", title: `Sort by ${column.words}`, onclick: () => this.sortBy(column.key) },
          element("span", null, column.title),
          element("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? (this.state.isDown ? "▼" : "▲") : ""),
        ),
      );
    }

    row(one) {
      const made = element("tr", { class: one.status, "data-id": one.id });
      for (const column of this.shown) {
        const tag = column.key === "id" ? "th" : "td";
        made.append(
          element(
            tag,
            { class: `cell-${column.key}${column.number ? " number" : ""}`, scope: tag === "th" ? "row" : null },
            column.cell(one),
          ),
        );
      }
      made.addEventListener("focusin", () => this.mark(one.id));
      made.addEventListener("click", () => this.mark(one.id));
      if (one.id === this.state.id) made.setAttribute("aria-current", "true");
      return made;
    }

    // Ratings change in place: the order stays until it is asked for again.
    redraw() {
      for (const each of this.body.querySelectorAll(".rating")) each.draw();
    }

    mark(id) {
      if (this.state.id === id) return;
      this.state.id = id;
      for (const each of this.body.rows) each.toggleAttribute("aria-current", false);
      const row = [...this.body.rows].find((each) => each.dataset.id === id);
      if (row) row.setAttribute("aria-current", "true");
      this.remember();
    }

    drawPages() {
      const last = Math.ceil(this.found.length / pageSize) - 1;
      const to = (page, text, words) =>
        element(
          "button",
          {
            type: "button",
            class: "button",
            disabled: page < 0 || page > last,
            "aria-label": words,
            "aria-current": text === null && page === this.state.page ? "page" : null,
            onclick: () => {
              this.state.page = page;
              this.draw();
              this.table.scrollIntoView({ block: "start" });
            },
          },
          text,
        );
      const pick = element(
        "select",
        {
          "aria-label": "Page",
          onchange: () => {
            this.state.page = Number(pick.value);
            this.draw();
            this.table.scrollIntoView({ block: "start" });
          },
        },
        Array.from({ length: last + 1 }, (_, page) =>
          element("option", { value: page }, `${page + 1} of ${last + 1}`),
        ),
      );
      pick.value = this.state.page;
      this.pages.replaceChildren(
        ...(last < 1
          ? []
          : [
              to(this.state.page - 1, "Previous", "Previous page"),
              pick,
              to(this.state.page + 1, "Next", "Next page"),
            ]),
      );
    }

    // The next or previous row, whatever page it is on.
    step(way) {
      if (!this.found.length) return;
      const now = this.found.findIndex((one) => one.id === this.state.id);
      const next = now < 0 ? this.state.page * pageSize : Math.max(0, Math.min(this.found.length - 1, now + way));
      this.show(this.found[next].id);
    }

    show(id) {
      const at = this.found.findIndex((one) => one.id === id);
      if (at < 0) return;
      const page = Math.floor(at / pageSize);
      if (page !== this.state.page) {
        this.state.page = page;
        this.draw();
      }
      this.mark(id);
      const row = this.body.rows[at - page * pageSize];
      row.querySelector("a").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  };
})();
