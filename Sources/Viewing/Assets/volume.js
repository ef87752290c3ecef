// The image and its labels: numbers in memory, and where they lie. Axes 0, 1, 2 run towards the patient's right (R),
// front (A) and head (S), as nearly as the grid's own axes do; a voxel is [i, j, k] along them.

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array, float32: Float32Array };

/** Where voxels lie. */
export class Grid {
  constructor(description) {
    this.shape = description.shape;
    this.spacing = description.spacing;
    this.affine = description.affine;
    this.fileAxes = description.fileAxes;
    this.count = this.shape[0] * this.shape[1] * this.shape[2];
    this.strides = [1, this.shape[0], this.shape[0] * this.shape[1]];
  }

  /** mm in RAS of a voxel's centre. */
  millimetres(voxel) {
    return this.affine.map((row) => row[0] * voxel[0] + row[1] * voxel[1] + row[2] * voxel[2] + row[3]);
  }

  /** i, j, k as the file counts them. */
  fileVoxel(voxel) {
    const own = [0, 0, 0];
    this.fileAxes.forEach(({ axis, reversed }, n) => {
      own[axis] = reversed ? this.shape[n] - 1 - voxel[n] : voxel[n];
    });
    return own;
  }

  place(voxel) {
    return voxel[0] + voxel[1] * this.strides[1] + voxel[2] * this.strides[2];
  }

  clamp(voxel) {
    return voxel.map((value, n) => Math.min(Math.max(Math.round(value), 0), this.shape[n] - 1));
  }
}

/**
 * Loads numbers, each in its place as it comes: what has not come is 0.
 *
 * @param onProgress gets how many bytes are there, of how many; called as they come.
 * @returns {{numbers: TypedArray, loaded: Promise<void>}}
 */
export function load(address, type, count, onProgress) {
  const numbers = new ARRAYS[type](count);
  const bytes = new Uint8Array(numbers.buffer);
  return { numbers, loaded: fill(address, bytes, onProgress) };
}

async function fill(address, bytes, onProgress) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new Error(`the program that shows the image does not answer (${response.status})`);
  const reader = response.body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > bytes.length) throw new Error("more bytes came than the image has");
    bytes.set(value, at);
    at += value.length;
    onProgress(at, bytes.length);
  }
  if (at !== bytes.length) throw new Error("the connection broke off; load the page again");
}

/** A value as a person reads it: whole numbers as they are, others to six digits. */
export function shownNumber(value) {
  if (Number.isInteger(value)) return String(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** The voxel of a label that lies nearest to its middle; null where it has none. */
export function middleOf(grid, labels, id) {
  const [ni, nj, nk] = grid.shape;
  const sum = [0, 0, 0];
  let count = 0;
  eachVoxel((i, j, k) => {
    sum[0] += i;
    sum[1] += j;
    sum[2] += k;
    count += 1;
  });
  if (count === 0) return null;
  const middle = sum.map((value) => value / count);
  let [best, voxel] = [Infinity, null];
  eachVoxel((i, j, k) => {
    const x = (i - middle[0]) * grid.spacing[0];
    const y = (j - middle[1]) * grid.spacing[1];
    const z = (k - middle[2]) * grid.spacing[2];
    const distance = x * x + y * y + z * z;
    if (distance < best) [best, voxel] = [distance, [i, j, k]];
  });
  return voxel;

  function eachVoxel(take) {
    let n = 0;
    for (let k = 0; k < nk; k++) {
      for (let j = 0; j < nj; j++) {
        for (let i = 0; i < ni; i++, n++) if (labels[n] === id) take(i, j, k);
      }
    }
  }
}
