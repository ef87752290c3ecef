"use strict";
// The cohort page: what to review first, volumes, the table, failures and ignored files.
(() => {
  const { element, name } = tomos;
  // As many as fill two rows, or a screen of a telephone.
  const cards = innerWidth < 720 ? 3 : 6;

  window.tomosStudy = (study) => {
    study.cases = study.cases || [];
    study.labels = study.labels || [];
    const ratings = new tomos.Ratings(study.cases);
    const table = new tomos.Table(study, ratings);
    const failed = study.cases.filter((one) => one.status === "failed");
    const hasVolumes = study.labels.length > 0 && study.cases.some((one) => (one.labels || []).length);
    const parts = [
      ["first", "Review these first", first(study, ratings, table)],
      hasVolumes && ["volumes", "Volumes", tomos.distributions(study)],
      ["cases", "Cases", table.place],
      failed.length > 0 && [
        "failures",
        failed.length === 1 ? "One case failed" : `${failed.length} cases failed`,
        failures(failed),
      ],
      study.ignoredCount > 0 && ["ignored", "Files that are no case", ignored(study)],
    ].filter(Boolean);
    const place = document.getElementById("study");
    place.replaceChildren(
      ...parts.map(([id, title, content]) =>
        element(
          "section",
          { class: "panel", id, "aria-labelledby": `${id}-title` },
          element(
            "div",
            { class: "title" },
            element("h2", { id: `${id}-title` }, title),
            id === "cases" ? saving(study, ratings) : null,
          ),
          content,
        ),
      ),
    );
    document
      .getElementById("parts")
      .replaceChildren(
        ...[...parts, ["methods", "Methods"]].map(([id, title]) =>
          element(
            "a",
            { href: `#${id}` },
            { first: "Review first", failures: "Failures", ignored: "Other files" }[id] || title,
          ),
        ),
      );
    counts(study, ratings);
    copying();
    keys(table, ratings);
    if (ratings.cameFrom !== null) {
      history.replaceState(null, "", location.pathname);
      table.show(ratings.cameFrom);
    }
  };

  function counts(study, ratings) {
    const flagged = study.cases.filter((one) =>
      (one.labels || []).some((each) => (each.flags || []).length || each.outlier),
    ).length;
    const predicted = study.cases
      .map((one) => one.dice)
      .filter((dice) => dice !== null && dice !== undefined)
      .sort((a, b) => a - b);
    const rated = element("dd");
    const add = (title, value) =>
      element("div", null, element("dt", null, title), value instanceof Node ? value : element("dd", null, value));
    document
      .getElementById("counts")
      .append(
        add("flagged", String(flagged)),
        predicted.length
          ? add("median of lowest predicted Dice", tomos.dice(predicted[Math.floor(predicted.length / 2)]))
          : "",
        add("rated", rated),
      );
    ratings.onchange(() => {
      rated.textContent = `${study.cases.filter((one) => ratings.get(one.id)).length} of ${study.cases.length}`;
    });
  }

  // Says what is not saved, and saves it.
  function saving(study, ratings) {
    const line = element("span", { class: "unsaved", role: "status" });
    const all = study.labels.map((each) => each.id);
    const button = element(
      "button",
      {
        type: "button",
        class: "button",
        id: "save",
        onclick: () => ratings.save(study.cases.map((one) => ({ id: one.id, labels: all }))),
      },
      "Save reviews.tsv",
    );
    ratings.onchange(() => {
      const many = ratings.unsaved.length;
      line.textContent = many === 0 ? "" : `${many} rating${many === 1 ? " is" : "s are"} not saved yet`;
      line.classList.toggle("is", many > 0);
      button.classList.toggle("main", many > 0);
    });
    return element("span", { class: "saving" }, line, button);
  }

  function first(study, ratings, table) {
    const ranked = study.cases.filter((one) => one.status === "done" && one.rank).sort((a, b) => a.rank - b.rank);
    if (!ranked.length) return [element("p", { class: "quiet" }, "No case is done yet.")];
    const list = element("ol", { class: "cards" });
    const more = element("button", { type: "button", class: "button", onclick: () => add(12) });
    let shown = 0;
    function add(many) {
      for (const one of ranked.slice(shown, shown + many)) list.append(card(one, ratings, table));
      shown = Math.min(ranked.length, shown + many);
      more.hidden = shown >= Math.min(ranked.length, 30);
      more.textContent = "The next twelve";
    }
    add(cards);
    ratings.onchange(() => {
      for (const each of list.querySelectorAll(".rating")) each.draw();
    });
    return [
      element(
        "p",
        { class: "quiet" },
        "Ranked by doubt, most doubtful first. What is not named here may be wrong too.",
      ),
      list,
      element("p", null, more),
    ];
  }

  function card(one, ratings, table) {
    const reasons = one.reasons && one.reasons.length ? one.reasons : ["Nothing speaks against it."];
    return element(
      "li",
      // Keys mean the case that is in focus, here as in the table.
      { class: "card", onfocusin: () => table.mark(one.id), onclick: () => table.mark(one.id) },
      element(
        "div",
        { class: "card-top" },
        element(
          "a",
          { href: tomos.page(one), class: "card-picture", tabindex: "-1", "aria-hidden": "true" },
          tomos.thumbnail(one, 240, 80),
        ),
        element(
          "div",
          { class: "card-name" },
          element(
            "h3",
            null,
            element("span", { class: "rank" }, String(one.rank)),
            element("a", { href: tomos.page(one) }, name(one.id)),
          ),
          one.dice === null || one.dice === undefined ? null : tomos.interval(one.dice, one.lower, one.upper),
        ),
      ),
      element(
        "div",
        { class: "card-foot" },
        element(
          "ul",
          null,
          reasons.slice(0, 3).map((each) => element("li", null, name(each))),
          reasons.length > 3 ? element("li", { class: "quiet" }, `and ${reasons.length - 3} more`) : null,
        ),
        ratings.buttons(one.id, null, one.id),
      ),
    );
  }

  function failures(failed) {
    const list = element("div", { class: "failures" });
    const more = element(
      "button",
      { type: "button", class: "button", onclick: () => add(failed.length) },
      `All ${failed.length}`,
    );
    let shown = 0;
    function add(many) {
      for (const one of failed.slice(shown, many)) {
        list.append(
          element(
            "details",
            null,
            element(
              "summary",
              null,
              element("strong", null, name(one.id)),
              " ",
              element("span", { class: "flag" }, one.category || "failed"),
              " ",
              name(one.reason || "no reason is known"),
            ),
            element(
              "p",
              { class: "under" },
              element("a", { href: tomos.page(one) }, "its page"),
              one.stage ? [" · during ", name(one.stage)] : null,
            ),
            one.log
              ? element(
                  "pre",
                  { tabindex: "0", "aria-label": `Last lines of the log of ${tomos.visible(one.id)}` },
                  lines(one.log),
                )
              : element("p", { class: "quiet" }, "There is no log."),
          ),
        );
      }
      shown = Math.max(shown, Math.min(many, failed.length));
      more.hidden = shown === failed.length;
    }
    add(20);
    return [list, more];
  }

  // A log keeps its lines; what else is unseen is shown.
  function lines(text) {
    return String(text)
      .replace(/\t/g, "    ")
      .split(/\r?\n/)
      .flatMap((line, index) => (index ? [element("br"), line] : [line]));
  }

  function ignored(study) {
    const files = study.ignored || [];
    return [
      element(
        "details",
        null,
        element("summary", null, `${study.ignoredCount} file${study.ignoredCount === 1 ? "" : "s"}, with the reason`),
        element(
          "div",
          { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "ignored-title" },
          element(
            "table",
            { class: "plain-table" },
            element(
              "thead",
              null,
              element("tr", null, element("th", { scope: "col" }, "file"), element("th", { scope: "col" }, "reason")),
            ),
            element(
              "tbody",
              null,
              files.map(([path, reason]) =>
                element("tr", null, element("td", null, name(path)), element("td", null, name(reason))),
              ),
            ),
          ),
        ),
        files.length < study.ignoredCount
          ? element("p", { class: "quiet" }, `The first ${files.length}; all are in cases.json.`)
          : null,
      ),
    ];
  }

  function copying() {
    const text = document.getElementById("methods-text");
    const button = element(
      "button",
      {
        type: "button",
        class: "button",
        async onclick() {
          let isCopied = false;
          try {
            await navigator.clipboard.writeText(text.textContent);
            isCopied = true;
          } catch {
            // A page from disk may not be let near the clipboard: then the text is selected.
            getSelection().selectAllChildren(text);
            isCopied = document.execCommand("copy");
          }
          button.textContent = isCopied ? "Copied" : "Selected: Ctrl+C";
          tomos.say(button.textContent);
          setTimeout(() => {
            button.textContent = "Copy";
          }, 2000);
        },
      },
      "Copy",
    );
    document.getElementById("methods-tools").append(button);
  }

  function keys(table, ratings) {
    tomos.bind([
      [["j"], "next case", () => table.step(1)],
      [["k"], "previous case", () => table.step(-1)],
      [
        ["Enter", "o"],
        "open the case",
        (event) => {
          const row = table.body.querySelector("tr[aria-current]");
          if (!row || (event.key === "Enter" && event.target.closest("a, button, summary"))) return false;
          ratings.go(row.querySelector("a").getAttribute("href"));
        },
      ],
      [
        ["/"],
        "search",
        () => {
          table.search.focus();
          table.search.select();
        },
      ],
    ]);
    tomos.ratingKeys(ratings, () => table.state.id);
    tomos.bind([[["w"], "save reviews.tsv", () => document.getElementById("save").click()]]);
  }
})();
