"use strict";
// The columns of the table of cases: what each sorts by, and how it is drawn.
(() => {
  const { element, name, ml, time, interval } = tomos;

  const list = (value) => value || [];
  const order = { failed: 0, waiting: 1, done: 2 };
  const statusWords = { done: "done", failed: "failed", waiting: "waiting" };
  const ratingOrder = { exclude: 0, fix: 1, good: 2 };

  tomos.status = (status) =>
    element("span", { class: `status ${statusWords[status] || "waiting"}` }, statusWords[status] || "waiting");

  // The address of a case's page, and of a file of its view.
  tomos.page = (one) => `cases/${encodeURIComponent(one.id)}.html`;
  // A thumbnail is three fields side by side, 240 x 80; where there is room for one only, the axial one is seen.
  tomos.thumbnail = (one, width, height) => {
    if (!one.view) return element("span", { class: "thumb none", "aria-hidden": "true" });
    return element("img", {
      class: "thumb",
      src: `cases/${encodeURIComponent(one.id)}/thumbnail.webp`,
      width,
      height,
      loading: "lazy",
      decoding: "async",
      alt: `Slice of ${tomos.visible(one.id)} with its labels`,
    });
  };

  // Flags and outliers of a case, of one label where one is chosen: [words, label's name, whether it is an outlier].
  tomos.findings = (one, names, label) =>
    list(one.labels)
      .filter((each) => label === null || each.id === label)
      .flatMap((each) => [
        ...list(each.flags).map((flag) => [flag, names.get(each.id)]),
        ...(each.outlier
          ? [[`${each.outlier === "larger" ? "▲" : "▼"} ${each.outlier}`, names.get(each.id), true]]
          : []),
      ]);

  tomos.columns = (study, ratings, label) => {
    const names = new Map(study.labels.map((each) => [each.id, each.name]));
    const ofLabel = (one) => list(one.labels).find((each) => each.id === label);
    const volume = (one) => {
      if (one.status !== "done") return null;
      if (label === null) return list(one.labels).reduce((sum, each) => sum + each.mm3, 0);
      return ofLabel(one) ? ofLabel(one).mm3 : null;
    };
    const dice = (one) => {
      if (label === null)
        return one.dice === null || one.dice === undefined ? null : [one.dice, one.lower, one.upper];
      return (ofLabel(one) || {}).dice || null;
    };
    const rank = (one) => one.rank ?? null;
    const flags = (one) => {
      const found = tomos.findings(one, names, label);
      const shown = found.slice(0, 2).map(([words, of, isOutlier]) =>
        element(
          "span",
          {
            class: isOutlier ? "flag outlier" : "flag",
            title: isOutlier ? "An outlier in volume among the cases of the study" : null,
          },
          label === null && of !== undefined ? [name(of), " "] : null,
          words,
        ),
      );
      const rest = found.slice(2).map(([words, of]) => `${of ?? ""} ${words}`);
      return [
        ...shown,
        rest.length
          ? element("span", { class: "more", title: tomos.visible(rest.slice(0, 30).join(", ")) }, `+${rest.length}`)
          : null,
      ];
    };
    const why = (one) => (one.status === "failed" ? one.reason : list(one.reasons)[0]);

    const all = [
      {
        key: "rank",
        title: "rank",
        words: "order of review",
        number: true,
        value: rank,
        cell: (one) => [rank(one) === null ? "–" : String(rank(one))],
      },
      { key: "picture", title: "", cell: (one) => [tomos.thumbnail(one, 48, 48)] },
      {
        key: "id",
        title: "case",
        words: "case",
        value: (one) => one.id,
        cell: (one) => [
          element("a", { href: tomos.page(one), class: "case-link" }, name(one.id)),
          element(
            "span",
            { class: "why", title: why(one) ? tomos.visible(why(one)) : null },
            why(one) ? name(why(one)) : "",
          ),
        ],
      },
      {
        key: "status",
        title: "status",
        words: "status",
        value: (one) => order[one.status] ?? 1,
        cell: (one) => [
          tomos.status(one.status),
          list(one.stale).length
            ? element("span", { class: "flag", title: tomos.visible(one.stale.join("; ")) }, "out of date")
            : null,
        ],
      },
      study.checked && {
        key: "dice",
        title: label === null ? "lowest predicted Dice" : "predicted Dice",
        words: "predicted Dice",
        value: (one) => (dice(one) ? dice(one)[0] : null),
        cell: (one) => (dice(one) ? [interval(...dice(one))] : [element("span", { class: "quiet" }, "–")]),
      },
      {
        key: "volume",
        title: "volume, ml",
        words: label === null ? "volume of all labels together" : `volume of ${names.get(label)}`,
        number: true,
        value: volume,
        cell: (one) => [volume(one) === null ? "–" : ml(volume(one))],
      },
      {
        key: "flags",
        title: "flags",
        words: "number of flags",
        value: (one) => -tomos.findings(one, names, label).length,
        cell: flags,
      },
      {
        key: "seconds",
        title: "time",
        words: "time",
        number: true,
        value: (one) => one.seconds ?? null,
        cell: (one) => [one.seconds ? time(one.seconds) : "–"],
      },
      {
        key: "rating",
        title: "rating",
        words: "rating",
        value: (one) => {
          const now = ratings.get(one.id);
          return now ? ratingOrder[now.rating] : null;
        },
        cell: (one) => [ratings.buttons(one.id, null, one.id)],
      },
    ];
    return all.filter(Boolean);
  };

  // As people count: case-2 before case-10.
  const collator = new Intl.Collator("en", { numeric: true });

  // Compares two values; nothing comes last, whichever way is up.
  tomos.compare = (a, b, isDown) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const way = typeof a === "string" ? collator.compare(a, b) : a - b;
    return isDown ? -way : way;
  };

  tomos.flagNames = (cases) =>
    [...new Set(cases.flatMap((one) => list(one.labels).flatMap((each) => list(each.flags))))].sort();
})();
