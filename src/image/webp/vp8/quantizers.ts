/** The steps that coefficients are multiples of (RFC 6386, 9.6 and 14.1). */
import { type FrameHeader, maxSegments } from './frame-header.ts';

const dcSteps: Readonly<Uint8Array> = new Uint8Array([
  4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18, 19, 20, 20, 21, 21, 22, 22, 23, 23,
  24, 25, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 37, 38, 39, 40, 41, 42, 43, 44, 45,
  46, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68,
  69, 70, 71, 72, 73, 74, 75, 76, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 91, 93,
  95, 96, 98, 100, 101, 102, 104, 106, 108, 110, 112, 114, 116, 118, 122, 124, 126, 128, 130, 132,
  134, 136, 138, 140, 143, 145, 148, 151, 154, 157,
]);

const acSteps: Readonly<Uint16Array> = new Uint16Array([
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
  30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
  54, 55, 56, 57, 58, 60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 80, 82, 84, 86, 88, 90, 92, 94, 96,
  98, 100, 102, 104, 106, 108, 110, 112, 114, 116, 119, 122, 125, 128, 131, 134, 137, 140, 143, 146,
  149, 152, 155, 158, 161, 164, 167, 170, 173, 177, 181, 185, 189, 193, 197, 201, 205, 209, 213,
  217, 221, 225, 229, 234, 239, 245, 249, 254, 259, 264, 269, 274, 279, 284,
]);

/** Of the DC coefficient of a block, and of all others. */
export interface Steps {
  readonly dc: number;
  readonly ac: number;
}

/** The steps of one segment. */
export interface Quantizer {
  readonly luma: Steps;
  /** Of the block that has the DCs of luma. */
  readonly second: Steps;
  readonly chroma: Steps;
}

const maxIndex = 127;
const minSecondAc = 8;
const maxChromaDc = 132;

function clampIndex(index: number): number {
  return Math.min(Math.max(index, 0), maxIndex);
}

/** @returns one for each segment */
export function quantizersOf({ segmentation, quantizer }: FrameHeader): Quantizer[] {
  const dcStep = (index: number): number => dcSteps[clampIndex(index)];
  const acStep = (index: number): number => acSteps[clampIndex(index)];
  return Array.from({ length: maxSegments }, (_, segment) => {
    const own = segmentation.quantizers[segment];
    const index = segmentation.isAbsolute ? own : quantizer.lumaAc + own;
    return {
      luma: { dc: dcStep(index + quantizer.lumaDc), ac: acStep(index) },
      second: {
        dc: 2 * dcStep(index + quantizer.secondDc),
        ac: Math.max(Math.floor((acStep(index + quantizer.secondAc) * 155) / 100), minSecondAc),
      },
      chroma: {
        dc: Math.min(dcStep(index + quantizer.chromaDc), maxChromaDc),
        ac: acStep(index + quantizer.chromaAc),
      },
    };
  });
}
