"use strict";
// Label maps of a view: how they are unpacked, and the outlines of the labels of a slice as smooth lines.
(() => {
  // Base64 of zlib-deflated bytes.
  tomos.inflate = async (text) => {
    const packed = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  // The sides of a pixel as directions, with the inside on the right hand: right, down, left, up.
  const across = [1, 0, -1, 0],
    along = [0, 1, 0, -1];

  // The outlines of every label of one slice: a Path2D for each, in pixels, (0, 0) being the slice's top left corner.
  // map: width x height bytes, row by row, 0 for nothing.
  tomos.outlines = (map, width, height) => {
    const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : map[y * width + x]);
    // Of each label, the directions in which its edges leave each corner of the grid: a bit each.
    const leaving = new Map();
    const wide = width + 1;
    const leave = (label, x, y, way) => {
      if (!leaving.has(label)) leaving.set(label, new Map());
      const corners = leaving.get(label),
        corner = y * wide + x;
      corners.set(corner, (corners.get(corner) || 0) | (1 << way));
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const label = map[y * width + x];
        if (!label) continue;
        if (at(x, y - 1) !== label) leave(label, x, y, 0);
        if (at(x + 1, y) !== label) leave(label, x + 1, y, 1);
        if (at(x, y + 1) !== label) leave(label, x + 1, y + 1, 2);
        if (at(x - 1, y) !== label) leave(label, x, y + 1, 3);
      }
    }
    const paths = new Map();
    for (const [label, corners] of leaving) {
      const path = new Path2D();
      for (const start of corners.keys()) {
        while (corners.get(start)) smooth(path, walk(corners, start, wide));
      }
      paths.set(label, path);
    }
    return paths;
  };

  // Follows edges from a corner until it comes back, and takes them out; gives the middles of the edges.
  function walk(corners, start, wide) {
    const middles = [];
    let corner = start,
      way = -1;
    do {
      const ways = corners.get(corner);
      // Where two parts touch at a corner the line turns right first, and keeps them apart.
      if (way < 0) way = Math.log2(ways & -ways);
      else way = [1, 0, 3].map((turn) => (way + turn) % 4).find((each) => ways & (1 << each));
      corners.set(corner, ways & ~(1 << way));
      const x = corner % wide,
        y = (corner - x) / wide;
      middles.push([x + across[way] / 2, y + along[way] / 2]);
      corner = (y + along[way]) * wide + x + across[way];
    } while (corner !== start);
    return middles;
  }

  // A closed curve that the middles pull: it stays within half a pixel of the edges.
  function smooth(path, points) {
    const many = points.length;
    const half = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    path.moveTo(...half(points[many - 1], points[0]));
    for (let each = 0; each < many; each++) {
      path.quadraticCurveTo(...points[each], ...half(points[each], points[(each + 1) % many]));
    }
    path.closePath();
  }
})();
