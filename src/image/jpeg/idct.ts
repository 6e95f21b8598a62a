/**
 * Inverse DCTs (ITU-T T.81, A.3.3) of 8x8, 4x4, 2x2 or 1x1 coefficients,
 * giving the picture at 1/1, 1/2, 1/4 or 1/8. Those of smaller blocks are
 * folded beforehand (`folding.ts`) and have six bits behind the point.
 */

/** Samples of a block's side: 8 over the scale's denominator. */
export type BlockSide = 1 | 2 | 4 | 8;

/**
 * Writes a block's samples.
 *
 * @param coefficients dequantised, side x side, row-major from `from`; left as they are
 * @param samples the component's plane; values are clamped to 0..255 as they are stored
 * @param at where the block begins in the plane
 * @param stride samples a row of the plane
 */
export type InverseDct = (
  coefficients: Int32Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
) => void;

export const inverseDcts: Record<BlockSide, InverseDct> = {
  1: (coefficients, samples, at) => {
    samples[at] = flatSample(coefficients[0]);
  },
  2: inverse2x2,
  4: inverse4x4,
  8: inverse8x8,
};

/** The sample of a block that has no coefficient but the lowest. */
export function flatSample(dc: number): number {
  return 128 + ((dc + 4) >> 3);
}

/** Writes a block of one value. */
export function fillBlock(
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: BlockSide,
  value: number,
): void {
  for (let y = 0; y < side; y++) {
    const row = at + y * stride;
    for (let x = 0; x < side; x++) samples[row + x] = value;
  }
}

function inverse2x2(
  coefficients: Int32Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  // cos(pi/4) / 2 is 1 / sqrt(8), the same as the lowest coefficient's factor.
  const shift = 6 + 3;
  const a = coefficients[0] + (1 << (shift - 1));
  const b = coefficients[1];
  const c = coefficients[2];
  const d = coefficients[3];
  samples[at] = 128 + ((a + b + c + d) >> shift);
  samples[at + 1] = 128 + ((a - b + c - d) >> shift);
  samples[at + stride] = 128 + ((a + b - c - d) >> shift);
  samples[at + stride + 1] = 128 + ((a - b - c + d) >> shift);
}

/** Fixed point: 13 bits behind the point in constants, 2 more bits kept between the passes. */
const constantBits = 13;
const passBits = 2;
const fixed = (value: number): number => Math.round(value * (1 << constantBits));

const workspace = new Int32Array(64);

// cos(pi/8) * sqrt(2), cos(3 pi/8) * sqrt(2): the 4-point transform's odd part.
// Ten bits behind the point, as the coefficients have six already.
const bits4 = 10;
const c1of4 = Math.round(Math.cos(Math.PI / 8) * Math.SQRT2 * (1 << bits4));
const c3of4 = Math.round(Math.cos((3 * Math.PI) / 8) * Math.SQRT2 * (1 << bits4));

function inverse4x4(
  coefficients: Int32Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const shift1 = bits4;
  const round1 = 1 << (shift1 - 1);
  for (let x = 0; x < 4; x++) {
    const s0 = coefficients[x];
    const s1 = coefficients[x + 4];
    const s2 = coefficients[x + 8];
    const s3 = coefficients[x + 12];
    const even0 = ((s0 + s2) << bits4) + round1;
    const even1 = ((s0 - s2) << bits4) + round1;
    const odd0 = s1 * c1of4 + s3 * c3of4;
    const odd1 = s1 * c3of4 - s3 * c1of4;
    workspace[x] = (even0 + odd0) >> shift1;
    workspace[x + 4] = (even1 + odd1) >> shift1;
    workspace[x + 8] = (even1 - odd1) >> shift1;
    workspace[x + 12] = (even0 - odd0) >> shift1;
  }
  const shift2 = bits4 + 6 + 3;
  const round2 = 1 << (shift2 - 1);
  for (let y = 0; y < 4; y++) {
    const s0 = workspace[y * 4];
    const s1 = workspace[y * 4 + 1];
    const s2 = workspace[y * 4 + 2];
    const s3 = workspace[y * 4 + 3];
    const even0 = ((s0 + s2) << bits4) + round2;
    const even1 = ((s0 - s2) << bits4) + round2;
    const odd0 = s1 * c1of4 + s3 * c3of4;
    const odd1 = s1 * c3of4 - s3 * c1of4;
    const row = at + y * stride;
    samples[row] = 128 + ((even0 + odd0) >> shift2);
    samples[row + 1] = 128 + ((even1 + odd1) >> shift2);
    samples[row + 2] = 128 + ((even1 - odd1) >> shift2);
    samples[row + 3] = 128 + ((even0 - odd0) >> shift2);
  }
}

// The 8-point transform after C. Loeffler, A. Ligtenberg and G. Moschytz,
// "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989,
// with all outputs scaled by sqrt(8).
const f0298 = fixed(0.298631336);
const f0390 = fixed(0.390180644);
const f0541 = fixed(0.5411961);
const f0765 = fixed(0.765366865);
const f0899 = fixed(0.899976223);
const f1175 = fixed(1.175875602);
const f1501 = fixed(1.50132111);
const f1847 = fixed(1.847759065);
const f1961 = fixed(1.96157056);
const f2053 = fixed(2.053119869);
const f2562 = fixed(2.562915447);
const f3072 = fixed(3.072711026);

function inverse8x8(
  coefficients: Int32Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const shift1 = constantBits - passBits;
  const round1 = 1 << (shift1 - 1);
  for (let x = 0; x < 8; x++) {
    const s0 = coefficients[x];
    const s1 = coefficients[x + 8];
    const s2 = coefficients[x + 16];
    const s3 = coefficients[x + 24];
    const s4 = coefficients[x + 32];
    const s5 = coefficients[x + 40];
    const s6 = coefficients[x + 48];
    const s7 = coefficients[x + 56];
    if ((s1 | s2 | s3 | s4 | s5 | s6 | s7) === 0) {
      const flat = s0 << passBits;
      for (let y = 0; y < 64; y += 8) workspace[x + y] = flat;
      continue;
    }
    const z1 = (s2 + s6) * f0541;
    const even2 = z1 - s6 * f1847;
    const even3 = z1 + s2 * f0765;
    const even0 = ((s0 + s4) << constantBits) + round1;
    const even1 = ((s0 - s4) << constantBits) + round1;
    const e0 = even0 + even3;
    const e3 = even0 - even3;
    const e1 = even1 + even2;
    const e2 = even1 - even2;

    const z5 = (s7 + s3 + s5 + s1) * f1175;
    const z17 = -(s7 + s1) * f0899;
    const z35 = -(s5 + s3) * f2562;
    const z37 = z5 - (s7 + s3) * f1961;
    const z15 = z5 - (s5 + s1) * f0390;
    const o0 = s7 * f0298 + z17 + z37;
    const o1 = s5 * f2053 + z35 + z15;
    const o2 = s3 * f3072 + z35 + z37;
    const o3 = s1 * f1501 + z17 + z15;

    workspace[x] = (e0 + o3) >> shift1;
    workspace[x + 56] = (e0 - o3) >> shift1;
    workspace[x + 8] = (e1 + o2) >> shift1;
    workspace[x + 48] = (e1 - o2) >> shift1;
    workspace[x + 16] = (e2 + o1) >> shift1;
    workspace[x + 40] = (e2 - o1) >> shift1;
    workspace[x + 24] = (e3 + o0) >> shift1;
    workspace[x + 32] = (e3 - o0) >> shift1;
  }
  const shift2 = constantBits + passBits + 3;
  const round2 = 1 << (shift2 - 1);
  for (let y = 0; y < 8; y++) {
    const from = y * 8;
    const s0 = workspace[from];
    const s1 = workspace[from + 1];
    const s2 = workspace[from + 2];
    const s3 = workspace[from + 3];
    const s4 = workspace[from + 4];
    const s5 = workspace[from + 5];
    const s6 = workspace[from + 6];
    const s7 = workspace[from + 7];
    const row = at + y * stride;
    if ((s1 | s2 | s3 | s4 | s5 | s6 | s7) === 0) {
      const flat = 128 + ((s0 + (1 << (passBits + 2))) >> (passBits + 3));
      for (let x = 0; x < 8; x++) samples[row + x] = flat;
      continue;
    }
    const z1 = (s2 + s6) * f0541;
    const even2 = z1 - s6 * f1847;
    const even3 = z1 + s2 * f0765;
    const even0 = ((s0 + s4) << constantBits) + round2;
    const even1 = ((s0 - s4) << constantBits) + round2;
    const e0 = even0 + even3;
    const e3 = even0 - even3;
    const e1 = even1 + even2;
    const e2 = even1 - even2;

    const z5 = (s7 + s3 + s5 + s1) * f1175;
    const z17 = -(s7 + s1) * f0899;
    const z35 = -(s5 + s3) * f2562;
    const z37 = z5 - (s7 + s3) * f1961;
    const z15 = z5 - (s5 + s1) * f0390;
    const o0 = s7 * f0298 + z17 + z37;
    const o1 = s5 * f2053 + z35 + z15;
    const o2 = s3 * f3072 + z35 + z37;
    const o3 = s1 * f1501 + z17 + z15;

    samples[row] = 128 + ((e0 + o3) >> shift2);
    samples[row + 7] = 128 + ((e0 - o3) >> shift2);
    samples[row + 1] = 128 + ((e1 + o2) >> shift2);
    samples[row + 6] = 128 + ((e1 - o2) >> shift2);
    samples[row + 2] = 128 + ((e2 + o1) >> shift2);
    samples[row + 5] = 128 + ((e2 - o1) >> shift2);
    samples[row + 3] = 128 + ((e3 + o0) >> shift2);
    samples[row + 4] = 128 + ((e3 - o0) >> shift2);
  }
}
