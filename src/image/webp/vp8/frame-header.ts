/** Reads the header of a VP8 key frame (RFC 6386, section 9 and 19.2). */
import { webpProblem } from '../problem.ts';
import { BoolDecoder } from './bool-decoder.ts';
import {
  defaultCoefficientProbabilities,
  updateProbabilities,
} from './coefficient-probabilities.ts';

/** Sides of the picture, and what stands behind them. */
export interface FrameTag {
  readonly width: number;
  readonly height: number;
  /** Of the partition behind the tag, which has the rest of the header and all modes. */
  readonly firstPartitionBytes: number;
}

/** Bytes of the tag, the start code and the sides. */
export const frameTagBytes = 10;

export const maxSegments = 4;

/** What differs between segments of the picture; of 4 each (9.3). */
export interface Segmentation {
  readonly enabled: boolean;
  /** Branches of the tree of segments where macroblocks name theirs; else all are of segment 0. */
  readonly treeProbabilities: readonly number[] | undefined;
  /** Whether the values stand for themselves; else they are added to the frame's. */
  readonly isAbsolute: boolean;
  readonly quantizers: readonly number[];
  readonly filterLevels: readonly number[];
}

/** How edges of blocks are smoothed (9.6). */
export interface FilterHeader {
  readonly isSimple: boolean;
  /** 0 where no macroblock is filtered, whatever its segment says. */
  readonly level: number;
  readonly sharpness: number;
  /** What is added for intra frames, and for macroblocks that predict their subblocks one by one. */
  readonly intraDelta: number;
  readonly subblocksDelta: number;
}

/** Indices of steps: one, and what others differ from it by (9.6). */
export interface QuantizerHeader {
  readonly lumaAc: number;
  readonly lumaDc: number;
  readonly secondDc: number;
  readonly secondAc: number;
  readonly chromaDc: number;
  readonly chromaAc: number;
}

export interface FrameHeader {
  readonly segmentation: Segmentation;
  readonly filter: FilterHeader;
  readonly quantizer: QuantizerHeader;
  /** As in `coefficient-probabilities.ts`. */
  readonly coefficientProbabilities: Uint8Array;
  /** Of a macroblock having coefficients, where each says whether it does. */
  readonly skipProbability: number | undefined;
  /** Goes on with the macroblocks' modes. */
  readonly modes: BoolDecoder;
  /** Rows of macroblocks are dealt out to these, one after another (9.5). */
  readonly tokenPartitions: readonly BoolDecoder[];
}

/**
 * @param data of a `VP8 ` chunk; as much of it as there is
 * @returns why this is no key frame that is shown, as a sentence; undefined where it is one
 */
export function frameTagProblem(data: Uint8Array): string | undefined {
  if (data.length < frameTagBytes) return 'This WebP ends in its header.';
  if ((data[0] & 1) !== 0) return 'The picture of this WebP builds upon another one.';
  if (((data[0] >> 1) & 7) > 3) return 'This WebP is of a version that does not exist.';
  if ((data[0] & 0x10) === 0) return 'The picture of this WebP is not to be shown.';
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) {
    return 'This WebP says that its picture is lossy, but the start code is missing.';
  }
  const { width, height } = frameTag(data);
  return width === 0 || height === 0 ? 'This WebP has no width or no height.' : undefined;
}

/**
 * @param data of a `VP8 ` chunk; as much of it as there is
 * @throws AppError `image-decode-failed` where it is no key frame that is shown
 */
export function readFrameTag(data: Uint8Array): FrameTag {
  const problem = frameTagProblem(data);
  if (problem !== undefined) throw webpProblem(problem);
  return frameTag(data);
}

function frameTag(data: Uint8Array): FrameTag {
  const tag = data[0] | (data[1] << 8) | (data[2] << 16);
  // The two highest bits ask for a larger display, which no reader of WebP minds.
  const width = (data[6] | (data[7] << 8)) & 0x3fff;
  const height = (data[8] | (data[9] << 8)) & 0x3fff;
  return { width, height, firstPartitionBytes: tag >> 5 };
}

/** What can't be read, since the data ends before, is zeros. */
export function readFrameHeader(data: Uint8Array): FrameHeader {
  const { firstPartitionBytes } = readFrameTag(data);
  const tokensStart = frameTagBytes + firstPartitionBytes;
  const bits = new BoolDecoder(data.subarray(frameTagBytes, tokensStart));
  // Colours are always YCbCr, and samples are always clamped, which is right either way (9.2).
  bits.readLiteral(2);
  const segmentation = readSegmentation(bits);
  const filter = readFilterHeader(bits);
  const partitions = 1 << bits.readLiteral(2);
  const tokenPartitions = dealPartitions(data.subarray(tokensStart), partitions);
  const quantizer = readQuantizerHeader(bits);
  // Whether probabilities are kept for the next frame: there is none.
  bits.readFlag();
  const coefficientProbabilities = readCoefficientProbabilities(bits);
  const skipProbability = bits.readFlag() ? bits.readLiteral(8) : undefined;
  return {
    segmentation,
    filter,
    quantizer,
    coefficientProbabilities,
    skipProbability,
    modes: bits,
    tokenPartitions,
  };
}

function readSegmentation(bits: BoolDecoder): Segmentation {
  const perSegment = (read: () => number): number[] => Array.from({ length: maxSegments }, read);
  const none = perSegment(() => 0);
  const enabled = bits.readFlag();
  const updatesMap = enabled && bits.readFlag();
  const updatesValues = enabled && bits.readFlag();
  const isAbsolute = updatesValues && bits.readFlag();
  const quantizers = updatesValues ? perSegment(() => bits.readOptionalSigned(7)) : none;
  const filterLevels = updatesValues ? perSegment(() => bits.readOptionalSigned(6)) : none;
  const treeProbabilities = updatesMap
    ? [0, 1, 2].map(() => (bits.readFlag() ? bits.readLiteral(8) : 255))
    : undefined;
  return { enabled, treeProbabilities, isAbsolute, quantizers, filterLevels };
}

function readFilterHeader(bits: BoolDecoder): FilterHeader {
  const isSimple = bits.readFlag();
  const level = bits.readLiteral(6);
  const sharpness = bits.readLiteral(3);
  const hasDeltas = bits.readFlag();
  const readDelta = (): number => bits.readOptionalSigned(6);
  // Four are for reference frames, of which the first is for intra frames; four for modes.
  const [intraDelta, , , , subblocksDelta] =
    hasDeltas && bits.readFlag() ? Array.from({ length: 8 }, readDelta) : [0, 0, 0, 0, 0];
  return { isSimple, level, sharpness, intraDelta, subblocksDelta };
}

function readQuantizerHeader(bits: BoolDecoder): QuantizerHeader {
  const lumaAc = bits.readLiteral(7);
  const lumaDc = bits.readOptionalSigned(4);
  const secondDc = bits.readOptionalSigned(4);
  const secondAc = bits.readOptionalSigned(4);
  const chromaDc = bits.readOptionalSigned(4);
  const chromaAc = bits.readOptionalSigned(4);
  return { lumaAc, lumaDc, secondDc, secondAc, chromaDc, chromaAc };
}

function readCoefficientProbabilities(bits: BoolDecoder): Uint8Array {
  return defaultCoefficientProbabilities.map((unchanged, i) =>
    bits.readBit(updateProbabilities[i]) === 1 ? bits.readLiteral(8) : unchanged,
  );
}

/** Sizes of all partitions but the last, three bytes each, stand in front of them (9.5). */
function dealPartitions(data: Uint8Array, partitions: number): BoolDecoder[] {
  let start = 3 * (partitions - 1);
  return Array.from({ length: partitions }, (_, i) => {
    const [low = 0, middle = 0, high = 0] = data.subarray(3 * i);
    const isLast = i === partitions - 1;
    const end = isLast ? data.length : start + (low | (middle << 8) | (high << 16));
    const bytes = data.subarray(start, end);
    start = end;
    return new BoolDecoder(bytes);
  });
}
