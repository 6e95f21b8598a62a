/** From coefficients to what is added to a prediction (RFC 6386, section 14). */

/** sqrt(2) * cos(pi / 8) - 1 and sqrt(2) * sin(pi / 8), 16 bits behind the point. */
const cosine = 20_091;
const sine = 35_468;

/** Columns of a block that is half transformed. */
const half = new Int32Array(16);

/**
 * Adds a block of 4 x 4 residues (14.3).
 *
 * @param coefficients 16 from `from` on, row by row
 * @param samples takes them from `at` on, and clamps
 * @param stride samples from one row to the next
 */
export function addInverseDct(
  coefficients: Int16Array,
  from: number,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  for (let x = 0; x < 4; x++) {
    const first = coefficients[from + x];
    const second = coefficients[from + 4 + x];
    const third = coefficients[from + 8 + x];
    const fourth = coefficients[from + 12 + x];
    const a = first + third;
    const b = first - third;
    const c = (Math.imul(second, sine) >> 16) - fourth - (Math.imul(fourth, cosine) >> 16);
    const d = second + (Math.imul(second, cosine) >> 16) + (Math.imul(fourth, sine) >> 16);
    half[x] = a + d;
    half[4 + x] = b + c;
    half[8 + x] = b - c;
    half[12 + x] = a - d;
  }
  for (let y = 0, to = at; y < 16; y += 4, to += stride) {
    const second = half[y + 1];
    const fourth = half[y + 3];
    const a = half[y] + half[y + 2] + 4;
    const b = half[y] - half[y + 2] + 4;
    const c = (Math.imul(second, sine) >> 16) - fourth - (Math.imul(fourth, cosine) >> 16);
    const d = second + (Math.imul(second, cosine) >> 16) + (Math.imul(fourth, sine) >> 16);
    samples[to] += (a + d) >> 3;
    samples[to + 1] += (b + c) >> 3;
    samples[to + 2] += (b - c) >> 3;
    samples[to + 3] += (a - d) >> 3;
  }
}

/** The same of a block that has a DC only. */
export function addDc(dc: number, samples: Uint8ClampedArray, at: number, stride: number): void {
  const residue = (dc + 4) >> 3;
  for (let y = 0, to = at; y < 4; y++, to += stride) {
    samples[to] += residue;
    samples[to + 1] += residue;
    samples[to + 2] += residue;
    samples[to + 3] += residue;
  }
}

/**
 * Turns the block of luma's DCs, the last of the 25, into the DCs of the 16
 * blocks of luma, the first of them (14.3).
 */
export function spreadSecondBlock(coefficients: Int16Array): void {
  const from = 24 * 16;
  for (let x = 0; x < 4; x++) {
    const first = coefficients[from + x];
    const second = coefficients[from + 4 + x];
    const third = coefficients[from + 8 + x];
    const fourth = coefficients[from + 12 + x];
    const a = first + fourth;
    const b = second + third;
    const c = second - third;
    const d = first - fourth;
    half[x] = a + b;
    half[4 + x] = c + d;
    half[8 + x] = a - b;
    half[12 + x] = d - c;
  }
  for (let y = 0; y < 16; y += 4) {
    const a = half[y] + half[y + 3] + 3;
    const b = half[y + 1] + half[y + 2];
    const c = half[y + 1] - half[y + 2];
    const d = half[y] - half[y + 3] + 3;
    const to = y * 16;
    coefficients[to] = (a + b) >> 3;
    coefficients[to + 16] = (c + d) >> 3;
    coefficients[to + 32] = (a - b) >> 3;
    coefficients[to + 48] = (d - c) >> 3;
  }
}
