import type { JpegComponent, JpegHeader } from './header.ts';
import type { HuffmanTable } from './huffman.ts';
import type { BlockSide } from './idct.ts';

/** The picture is reconstructed at one over this. */
export type Denominator = 1 | 2 | 4 | 8;

/** How a frame is to be decoded. */
export interface FramePlan {
  readonly denominator: Denominator;
  /**
   * Whether rows are complete one after another, so that a band of them is
   * enough. They are not where each component comes in a scan of its own.
   */
  readonly isBanded: boolean;
}

/** What a picture without data is. */
const midGray = 128;

/** In {@link Component.lowBits}: no scan brought the coefficient. */
export const notYet = -1;

/** Rows of MCUs that are held at once: interpolation looks at the row before. */
const bandMcus = 2;

/** One colour component while it is decoded. */
export interface Component {
  readonly id: number;
  /** Blocks of this component in an MCU, across and down (ITU-T T.81, A.2.3). */
  readonly horizontal: number;
  readonly vertical: number;
  /** Blocks that hold some of the picture, across and down: what a scan of it alone has (A.2.2). */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks a row of whole MCUs, which is how its data is laid out. */
  readonly blocksPerRow: number;
  /** Samples of a block's side in `samples`. */
  readonly side: BlockSide;
  /** Samples that hold some of the picture. */
  readonly width: number;
  readonly height: number;
  /** Samples a row of `samples`: whole MCUs. */
  readonly stride: number;
  /** Rows in `samples`: all, or a band of the last two rows of MCUs. Row y is row y % bandHeight there. */
  readonly bandHeight: number;
  /** How often a sample is repeated in the picture, across and down. */
  readonly repeatAcross: number;
  readonly repeatDown: number;
  /** Reconstructed, 0..255; mid-gray where nothing was decoded. */
  readonly samples: Uint8ClampedArray<ArrayBuffer>;
  /** Progressive, sides 1 and 8 only: side x side coefficients a block, before dequantisation. */
  readonly coefficients: Int16Array<ArrayBuffer>;
  /**
   * Progressive, sides 2 and 4 only: side x side coefficients a block, each the
   * sum of those that are folded onto it (`folding.ts`), dequantised.
   */
  readonly folded: Int32Array<ArrayBuffer>;
  /**
   * Progressive only, and not for a side of 1, which has no use for AC scans:
   * four words a block, a bit for each of the 64 coefficients that is not
   * zero, then one for each that is negative. Refinement needs to know that
   * of each by itself (G.1.2.3).
   */
  readonly signs: Int32Array<ArrayBuffer>;
  /** Progressive only: the lowest bit of each coefficient, in zigzag order, that a scan brought, or {@link notYet}. */
  readonly lowBits: Int8Array<ArrayBuffer>;
  /**
   * What coefficients are multiplied by, in zigzag order, from the table that
   * was in force at the component's first scan. Empty before that.
   */
  factors: Int32Array;
  dcTable: HuffmanTable | undefined;
  acTable: HuffmanTable | undefined;
  /** DC coefficient of the former block (F.1.1.5.1). */
  prediction: number;
  /** Blocks that were decoded in the latest scan. */
  scannedBlocks: number;
  /** Rows of blocks, and a fraction, that the blocks fill of the scan in which most were decoded. */
  decodedRows: number;
}

/** The geometry of a frame at a scale. */
export interface Frame {
  readonly header: JpegHeader;
  /** Pixels at the scale, rounded up. */
  readonly width: number;
  readonly height: number;
  /** Whether the components keep a band of rows only. */
  readonly isBanded: boolean;
  readonly mcusAcross: number;
  readonly mcusDown: number;
  /** Rows of the picture in a row of MCUs. */
  readonly mcuHeight: number;
  /** Columns of the picture in an MCU. */
  readonly mcuWidth: number;
  readonly components: readonly Component[];
}

/** What a component's arrays hold, in elements. */
interface Sizes {
  readonly side: BlockSide;
  readonly bandHeight: number;
  readonly samples: number;
  readonly coefficients: number;
  readonly folded: number;
  readonly signs: number;
}

interface Geometry {
  readonly maxHorizontal: number;
  readonly maxVertical: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
}

function geometryOf({ width, height, components }: JpegHeader): Geometry {
  const maxHorizontal = Math.max(...components.map(({ horizontal }) => horizontal));
  const maxVertical = Math.max(...components.map(({ vertical }) => vertical));
  return {
    maxHorizontal,
    maxVertical,
    mcusAcross: Math.ceil(width / (8 * maxHorizontal)),
    mcusDown: Math.ceil(height / (8 * maxVertical)),
  };
}

/**
 * A component that is subsampled by two both ways is reconstructed at twice
 * the scale, so that it needn't be enlarged afterwards.
 */
function sideOf(
  { horizontal, vertical }: JpegComponent,
  { maxHorizontal, maxVertical }: Geometry,
  denominator: Denominator,
): BlockSide {
  let side = 8 / denominator;
  const base = side;
  while (
    side < 8 &&
    (maxHorizontal * base) % (horizontal * side * 2) === 0 &&
    (maxVertical * base) % (vertical * side * 2) === 0
  ) {
    side *= 2;
  }
  return side as BlockSide;
}

function sizesOf(
  component: JpegComponent,
  geometry: Geometry,
  progressive: boolean,
  { denominator, isBanded }: FramePlan,
): Sizes {
  const side = sideOf(component, geometry, denominator);
  const { mcusAcross, mcusDown } = geometry;
  const { horizontal, vertical } = component;
  const blocks = mcusAcross * mcusDown * horizontal * vertical;
  const isFolded = side === 2 || side === 4;
  const bandHeight = (isBanded ? Math.min(bandMcus, mcusDown) : mcusDown) * vertical * side;
  return {
    side,
    bandHeight,
    samples: mcusAcross * horizontal * side * bandHeight,
    coefficients: progressive && !isFolded ? blocks * side * side : 0,
    folded: progressive && isFolded ? blocks * side * side : 0,
    signs: progressive && side > 1 ? blocks * 4 : 0,
  };
}

/** Bytes that {@link createFrame} allocates. */
export function frameBytes(header: JpegHeader, plan: FramePlan): number {
  const geometry = geometryOf(header);
  return header.components.reduce((bytes, component) => {
    const sizes = sizesOf(component, geometry, header.progressive, plan);
    return bytes + sizes.samples + 2 * sizes.coefficients + 4 * (sizes.folded + sizes.signs);
  }, 0);
}

/** Lays a frame out at a scale; nothing is decoded yet. */
export function createFrame(header: JpegHeader, plan: FramePlan): Frame {
  const { denominator } = plan;
  const geometry = geometryOf(header);
  const { maxHorizontal, maxVertical, mcusAcross, mcusDown } = geometry;
  const base = 8 / denominator;
  const components = header.components.map((component): Component => {
    const { id, horizontal, vertical } = component;
    const sizes = sizesOf(component, geometry, header.progressive, plan);
    const { side } = sizes;
    const across = (header.width * horizontal) / maxHorizontal;
    const down = (header.height * vertical) / maxVertical;
    return {
      id,
      horizontal,
      vertical,
      blocksAcross: Math.ceil(Math.ceil(across) / 8),
      blocksDown: Math.ceil(Math.ceil(down) / 8),
      blocksPerRow: mcusAcross * horizontal,
      side,
      width: Math.ceil((across * side) / 8),
      height: Math.ceil((down * side) / 8),
      stride: mcusAcross * horizontal * side,
      bandHeight: sizes.bandHeight,
      repeatAcross: (maxHorizontal * base) / (horizontal * side),
      repeatDown: (maxVertical * base) / (vertical * side),
      samples: new Uint8ClampedArray(sizes.samples).fill(midGray),
      coefficients: new Int16Array(sizes.coefficients),
      folded: new Int32Array(sizes.folded),
      signs: new Int32Array(sizes.signs),
      lowBits: new Int8Array(64).fill(notYet),
      factors: new Int32Array(0),
      dcTable: undefined,
      acTable: undefined,
      prediction: 0,
      scannedBlocks: 0,
      decodedRows: 0,
    };
  });
  return {
    header,
    width: Math.ceil(header.width / denominator),
    height: Math.ceil(header.height / denominator),
    isBanded: plan.isBanded,
    mcusAcross,
    mcusDown,
    mcuWidth: maxHorizontal * base,
    mcuHeight: maxVertical * base,
    components,
  };
}

/** Forgets what the band held, to make room for a row of MCUs. */
export function clearMcuRow(
  { samples, stride, side, vertical, bandHeight }: Component,
  mcuRow: number,
): void {
  const rows = vertical * side;
  const first = (mcuRow * rows) % bandHeight;
  samples.fill(midGray, first * stride, (first + rows) * stride);
}

/** Gives the memory of a frame back, which may be some megabytes, instead of waiting until it is collected. */
export function releaseFrame({ components }: Frame): void {
  for (const { samples, coefficients, folded, signs } of components) {
    for (const { buffer } of [samples, coefficients, folded, signs]) buffer.transfer(0);
  }
}
