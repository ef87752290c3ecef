// What mouse, pen, fingers and the wheel do to a plane.

/** Lets a pane be used. */
export function attachPointer(pane, view) {
  const { canvas } = pane;
  const down = new Map();
  let [drag, pinch, rest] = [null, null, 0];

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("dblclick", () => view.toggleLayout(pane.name));

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, [event.clientX, event.clientY]);
    if (down.size === 2) {
      [drag, pinch] = [null, span(down)];
      return;
    }
    drag = { tool: toolOf(event, view), x: event.clientX, y: event.clientY };
    if (drag.tool === "cross") cross(event);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (down.has(event.pointerId)) down.set(event.pointerId, [event.clientX, event.clientY]);
    if (pinch && down.size === 2) {
      const now = span(down);
      pane.panBy(now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]);
      if (pinch.length > 0 && now.length > 0) pane.zoomBy(now.length / pinch.length, now.middle);
      pinch = now;
      return;
    }
    view.point(pane.voxelAt(event.clientX, event.clientY));
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (drag.tool === "cross") cross(event);
    else if (drag.tool === "pan") pane.panBy(dx, dy);
    else if (drag.tool === "zoom") pane.zoomBy(Math.exp(-dy / 150));
    else view.dragWindow(dx, dy);
  });

  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      down.delete(event.pointerId);
      [drag, pinch] = [null, null];
    });
  }
  canvas.addEventListener("pointerleave", () => view.point(null));

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const step = event.deltaMode === 0 ? event.deltaY / 60 : event.deltaY / 3;
      if (event.ctrlKey || event.metaKey) {
        pane.zoomBy(Math.exp(-step / 5), [event.clientX, event.clientY]);
        return;
      }
      // A wheel comes in steps, a touch pad in trickles.
      rest += -step;
      const whole = Math.trunc(rest);
      if (whole === 0) return;
      rest -= whole;
      pane.go(pane.slice + whole);
      view.point(pane.voxelAt(event.clientX, event.clientY));
    },
    { passive: false },
  );

  function cross(event) {
    const [x, y] = pane.under(event.clientX, event.clientY);
    view.moveTo(pane.pictures.voxel(x, y, pane.slice));
  }
}

function toolOf(event, view) {
  if (event.button === 2 || (event.button === 0 && event.shiftKey)) return "window";
  if (event.button === 1 || event.ctrlKey || event.metaKey || event.altKey) return "pan";
  return view.tool;
}

/** The middle of two fingers, and how far apart they are. */
function span(down) {
  const [[x0, y0], [x1, y1]] = [...down.values()];
  return { middle: [(x0 + x1) / 2, (y0 + y1) / 2], length: Math.hypot(x1 - x0, y1 - y0) };
}
