"use strict";
// What both pages share: the theme, makers of elements, numbers as text, keys and the help that names them.
// It runs before the page is drawn, so that nothing moves or changes colour afterwards.
window.tomos = (() => {
  const root = document.documentElement;
  root.classList.add("js");
  // The viewer takes the place of the static picture where it can work.
  if (root.dataset.view && typeof DecompressionStream === "function") root.classList.add("viewer");

  // A browser that forbids storage keeps nothing, and everything else works.
  const memory = {
    get(name) {
      try {
        return localStorage.getItem(name);
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        localStorage.setItem(name, value);
        return true;
      } catch {
        return false;
      }
    },
  };
  const theme = memory.get("tomos theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  // Characters that nobody sees, or that turn the text around them, are shown by their number.
  const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;
  function visible(text) {
    return String(text).replace(unseen, (one) =>
      one === "\u202f" ? one : "\\u" + one.charCodeAt(0).toString(16).padStart(4, "0"),
    );
  }

  // element("a", { href: "x", onclick: f }, "text", node, null): text is text, never HTML.
  function element(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  function drawn(tag, attributes, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  }

  function fill(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name.startsWith("--")) made.style.setProperty(name, value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined || child === false) continue;
      made.append(child instanceof Node ? child : visible(child));
    }
    return made;
  }

  // A name from outside stands in a bdi, so that it cannot turn what follows it.
  const name = (text) => element("bdi", null, text);

  const paths = {
    good: "M3 8.5 6.5 12 13 4.5",
    fix: "M3 13l.8-3.2 6.8-6.8 2.4 2.4-6.8 6.8zM9.2 4.4l2.4 2.4",
    exclude: "M4 4l8 8M12 4l-8 8",
    note: "M3 3h10v7H8l-3 3v-3H3z",
    sun:
      "M8 5.2a2.8 2.8 0 1 0 .01 0zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6" +
      "M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
    enlarge: "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
    search: "M7 2.5a4.5 4.5 0 1 0 .01 0zM10.4 10.4 14 14",
  };
  function icon(which) {
    return drawn(
      "svg",
      { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" },
      drawn("path", { d: paths[which] }),
    );
  }

  // mm3 as ml: 3 to 5 digits.
  function ml(mm3) {
    const value = mm3 / 1000;
    return value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3);
  }
  const dice = (value) => value.toFixed(3);
  function time(seconds) {
    if (seconds < 100) return seconds.toFixed(1) + " s";
    return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  }

  // The bar of predicted Dice: a line from lower to upper, a dot at the value, a tick at 2/3. Text stands beside it.
  function interval(value, lower, upper) {
    return element(
      "span",
      { class: "interval", "--d": value, "--l": lower ?? value, "--u": upper ?? value },
      element("span", { class: "line" }),
      dice(value),
      " ",
      lower === undefined || lower === null ? null : element("small", null, `${dice(lower)} to ${dice(upper)}`),
    );
  }

  // A line that screen readers speak.
  const spoken = element("div", { class: "spoken", role: "status", "aria-live": "polite" });
  const say = (text) => {
    spoken.textContent = visible(text);
  };

  const keys = new Map();
  const help = [];
  // rows: [keys, what it does in words, action(event)]
  function bind(rows) {
    for (const [names, words, action] of rows) {
      for (const one of names) keys.set(one, action);
      help.push([names, words]);
    }
  }

  const typing = (target) =>
    target.closest(
      "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]",
    );
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
    const action = keys.get(event.key);
    if (action && action(event) !== false) event.preventDefault();
  });

  const shownKey = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
  function showHelp() {
    const rows = help.map(([names, words]) =>
      element(
        "div",
        null,
        element(
          "dt",
          null,
          names.map((one) => element("kbd", null, shownKey[one] || one)),
        ),
        element("dd", null, words),
      ),
    );
    dialog("Keys", [element("dl", { class: "keys" }, rows)]);
  }

  // A modal dialog; what it gives back closes it. It is removed when it is closed, and focus goes back by itself.
  function dialog(title, content, buttons) {
    const made = element("dialog", { class: "dialog", "aria-labelledby": "dialog-title" });
    const close = element(
      "button",
      { type: "button", class: "button", onclick: () => made.close() },
      buttons ? "Cancel" : "Close",
    );
    made.append(
      element(
        "form",
        { method: "dialog" },
        element("h2", { id: "dialog-title" }, title),
        content,
        element("p", { class: "row end" }, close, buttons ? buttons(made) : null),
      ),
    );
    made.addEventListener("close", () => made.remove());
    made.addEventListener("click", (event) => {
      if (event.target === made) made.close();
    });
    document.body.append(made);
    made.showModal();
    return made;
  }

  function tools() {
    const isDark = () =>
      root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const toggle = element(
      "button",
      {
        type: "button",
        class: "button plain",
        "aria-label": "Dark",
        title: "Light or dark",
        "aria-pressed": String(isDark()),
        onclick() {
          root.dataset.theme = isDark() ? "light" : "dark";
          memory.set("tomos theme", root.dataset.theme);
          toggle.setAttribute("aria-pressed", String(isDark()));
        },
      },
      icon("sun"),
    );
    const keysButton = element(
      "button",
      { type: "button", class: "button plain", title: "Keys (?)", "aria-label": "Keys", onclick: showHelp },
      "?",
    );
    document.getElementById("tools").append(toggle, keysButton);
    document.body.append(spoken);
    bind([[["?"], "these keys", showHelp]]);
  }
  document.addEventListener("DOMContentLoaded", tools);

  const key = root.dataset.report || "";
  // Paints in the next frame, once, however often it is asked to.
  function onceAFrame(paint) {
    let isWaiting = false;
    return () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        paint();
      });
    };
  }

  return { key, memory, element, drawn, name, icon, visible, ml, dice, time, interval, say, bind, dialog, onceAFrame };
})();
