/**
 * Predicts subblocks of luma, 4 x 4 samples, from the four to their left, the
 * corner, and eight above (RFC 6386, 12.3).
 */
import { subblockMode } from './modes.ts';
import { predictTrueMotion } from './prediction.ts';

/** Writes rows of four samples. */
function writeRow(
  samples: Uint8ClampedArray,
  at: number,
  first: number,
  second: number,
  third: number,
  fourth: number,
): void {
  samples[at] = first;
  samples[at + 1] = second;
  samples[at + 2] = third;
  samples[at + 3] = fourth;
}

/** The mean of two, and of three of which the middle one counts twice. */
function mean2(a: number, b: number): number {
  return (a + b + 1) >> 1;
}
function mean3(a: number, b: number, c: number): number {
  return (a + 2 * b + c + 2) >> 2;
}

/**
 * @param samples of luma
 * @param at of the subblock's first sample
 * @param stride samples from one row to the next
 */
export function predictSubblock(
  chosen: number,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const row1 = at + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  const above = at - stride;
  if (chosen === subblockMode.trueMotion) {
    predictTrueMotion(samples, at, stride, 4);
    return;
  }
  // The edge from the bottom left to the top right, as far as most modes need it.
  const l3 = samples[row3 - 1];
  const l2 = samples[row2 - 1];
  const l1 = samples[row1 - 1];
  const l0 = samples[at - 1];
  const p = samples[above - 1];
  const a0 = samples[above];
  const a1 = samples[above + 1];
  const a2 = samples[above + 2];
  const a3 = samples[above + 3];
  switch (chosen) {
    case subblockMode.dc: {
      const mean = (l0 + l1 + l2 + l3 + a0 + a1 + a2 + a3 + 4) >> 3;
      for (let row = at; row <= row3; row += stride) writeRow(samples, row, mean, mean, mean, mean);
      return;
    }
    case subblockMode.vertical: {
      const m0 = mean3(p, a0, a1);
      const m1 = mean3(a0, a1, a2);
      const m2 = mean3(a1, a2, a3);
      const m3 = mean3(a2, a3, samples[above + 4]);
      for (let row = at; row <= row3; row += stride) writeRow(samples, row, m0, m1, m2, m3);
      return;
    }
    case subblockMode.horizontal: {
      const m0 = mean3(p, l0, l1);
      const m1 = mean3(l0, l1, l2);
      const m2 = mean3(l1, l2, l3);
      const m3 = mean3(l2, l3, l3);
      writeRow(samples, at, m0, m0, m0, m0);
      writeRow(samples, row1, m1, m1, m1, m1);
      writeRow(samples, row2, m2, m2, m2, m2);
      writeRow(samples, row3, m3, m3, m3, m3);
      return;
    }
    case subblockMode.leftDown: {
      const a4 = samples[above + 4];
      const a5 = samples[above + 5];
      const a6 = samples[above + 6];
      const a7 = samples[above + 7];
      const m1 = mean3(a1, a2, a3);
      const m2 = mean3(a2, a3, a4);
      const m3 = mean3(a3, a4, a5);
      const m4 = mean3(a4, a5, a6);
      const m5 = mean3(a5, a6, a7);
      writeRow(samples, at, mean3(a0, a1, a2), m1, m2, m3);
      writeRow(samples, row1, m1, m2, m3, m4);
      writeRow(samples, row2, m2, m3, m4, m5);
      writeRow(samples, row3, m3, m4, m5, mean3(a6, a7, a7));
      return;
    }
    case subblockMode.rightDown: {
      const m1 = mean3(l2, l1, l0);
      const m2 = mean3(l1, l0, p);
      const m3 = mean3(l0, p, a0);
      const m4 = mean3(p, a0, a1);
      const m5 = mean3(a0, a1, a2);
      writeRow(samples, at, m3, m4, m5, mean3(a1, a2, a3));
      writeRow(samples, row1, m2, m3, m4, m5);
      writeRow(samples, row2, m1, m2, m3, m4);
      writeRow(samples, row3, mean3(l3, l2, l1), m1, m2, m3);
      return;
    }
    case subblockMode.verticalRight: {
      const even0 = mean2(p, a0);
      const even1 = mean2(a0, a1);
      const even2 = mean2(a1, a2);
      const odd0 = mean3(l0, p, a0);
      const odd1 = mean3(p, a0, a1);
      const odd2 = mean3(a0, a1, a2);
      writeRow(samples, at, even0, even1, even2, mean2(a2, a3));
      writeRow(samples, row1, odd0, odd1, odd2, mean3(a1, a2, a3));
      writeRow(samples, row2, mean3(l1, l0, p), even0, even1, even2);
      writeRow(samples, row3, mean3(l2, l1, l0), odd0, odd1, odd2);
      return;
    }
    case subblockMode.verticalLeft: {
      const a4 = samples[above + 4];
      const a5 = samples[above + 5];
      const a6 = samples[above + 6];
      const even1 = mean2(a1, a2);
      const even2 = mean2(a2, a3);
      const even3 = mean2(a3, a4);
      const odd1 = mean3(a1, a2, a3);
      const odd2 = mean3(a2, a3, a4);
      const odd3 = mean3(a3, a4, a5);
      writeRow(samples, at, mean2(a0, a1), even1, even2, even3);
      writeRow(samples, row1, mean3(a0, a1, a2), odd1, odd2, odd3);
      // The last column doesn't go on with the pattern.
      writeRow(samples, row2, even1, even2, even3, mean3(a4, a5, a6));
      writeRow(samples, row3, odd1, odd2, odd3, mean3(a5, a6, samples[above + 7]));
      return;
    }
    case subblockMode.horizontalDown: {
      const even0 = mean2(l0, p);
      const even1 = mean2(l1, l0);
      const even2 = mean2(l2, l1);
      const odd0 = mean3(l0, p, a0);
      const odd1 = mean3(l1, l0, p);
      const odd2 = mean3(l2, l1, l0);
      writeRow(samples, at, even0, odd0, mean3(p, a0, a1), mean3(a0, a1, a2));
      writeRow(samples, row1, even1, odd1, even0, odd0);
      writeRow(samples, row2, even2, odd2, even1, odd1);
      writeRow(samples, row3, mean2(l3, l2), mean3(l3, l2, l1), even2, odd2);
      return;
    }
    default: {
      const even1 = mean2(l1, l2);
      const odd1 = mean3(l1, l2, l3);
      const even2 = mean2(l2, l3);
      const odd2 = mean3(l2, l3, l3);
      writeRow(samples, at, mean2(l0, l1), mean3(l0, l1, l2), even1, odd1);
      writeRow(samples, row1, even1, odd1, even2, odd2);
      writeRow(samples, row2, even2, odd2, l3, l3);
      writeRow(samples, row3, l3, l3, l3, l3);
    }
  }
}
