/** Plans the arena of the int8 kernels: see src/mobilenet/plan.ts. */
import type { Block, Layer, LayerKind } from '../src/mobilenet/layer-table.ts';
import type { Plan, PlannedActivation, PlannedBlock, Step } from '../src/mobilenet/plan.ts';

/** Places are multiples of it: a cache line. */
const alignment = 64;

/** Kernels may write up to 7 bytes past an output's end. */
const overhang = 7;

/** A piece of the arena, from the first step that writes it to the last that reads it. */
interface Piece {
  readonly bytes: number;
  readonly first: number;
  last: number;
  place: number;
}

/**
 * Gives each piece its place: the largest first, each at the lowest place where no other lies that is needed
 * at the same time ("greedy by size" of https://arxiv.org/abs/2001.03288).
 *
 * @returns bytes that the arena needs
 */
function placePieces(pieces: readonly Piece[]): number {
  const placed: Piece[] = [];
  let arenaBytes = 0;
  for (const piece of pieces.toSorted((a, b) => b.bytes - a.bytes)) {
    const others = placed
      .filter(({ first, last }) => first <= piece.last && piece.first <= last)
      .sort((a, b) => a.place - b.place);
    piece.place = 0;
    for (const { place, bytes } of others) {
      if (piece.place + piece.bytes <= place) break;
      piece.place = Math.max(piece.place, alignUp(place + bytes));
    }
    placed.push(piece);
    arenaBytes = Math.max(arenaBytes, piece.place + piece.bytes);
  }
  return alignUp(arenaBytes);
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** What the kernels can do without branches for what is left over; MobileNetV2 1.0 has nothing else. */
function checkLayer({ name, kind, inputChannels, outputChannels, stride }: Layer, side: number) {
  const fits = {
    stem: inputChannels === 3 && outputChannels % 8 === 0 && stride === 2 && side % 2 === 0,
    pointwise: inputChannels % 8 === 0 && stride === 1,
    depthwise: outputChannels % 16 === 0 && side % stride === 0,
  } as const satisfies Record<LayerKind, boolean>;
  if (!fits[kind]) {
    throw new Error(
      `The int8 kernels have no ${kind} layer like ${name}: ${inputChannels} to ${outputChannels} channels, stride ${stride}, at ${side} x ${side}.`,
    );
  }
}

/** An activation whose place is known once all pieces are. */
interface Draft {
  readonly piece: Piece;
  readonly side: number;
  readonly channels: number;
}

class Planner {
  readonly #pieces: Piece[] = [];
  #step = 0;

  nextStep(): void {
    this.#step += 1;
  }

  /** Room that is written in this step. */
  piece(bytes: number): Piece {
    const piece = { bytes, first: this.#step, last: this.#step, place: 0 };
    this.#pieces.push(piece);
    return piece;
  }

  activation(side: number, channels: number): Draft {
    return { piece: this.piece(side * side * channels + overhang), side, channels };
  }

  /** Keeps it until this step. */
  use({ piece }: Draft): void {
    piece.last = this.#step;
  }

  place(): number {
    return placePieces(this.#pieces);
  }
}

function placed({ piece, side, channels }: Draft): PlannedActivation {
  return { place: piece.place, side, channels };
}

/**
 * @param blocks a layer table whose last block is the classifier
 * @param inputSize side of the square input in pixels
 * @throws Error with a sentence where the kernels can't run one of its layers
 */
export function planArena(blocks: readonly Block[], inputSize: number): Plan {
  const planner = new Planner();
  const pixels = planner.activation(inputSize, 3);
  let current = pixels;
  // Written down as functions, since there are no places yet.
  const drafts: (() => PlannedBlock)[] = [];
  for (const block of blocks.slice(0, -1)) {
    const input = current;
    const steps: (() => Step)[] = [];
    for (const layer of block.layers) {
      const from = current;
      checkLayer(layer, from.side);
      planner.nextStep();
      planner.use(from);
      const to = planner.activation(from.side / layer.stride, layer.outputChannels);
      steps.push(draftStep(planner, layer, from, to));
      current = to;
    }
    if (block.residual) {
      const addend = current;
      planner.nextStep();
      planner.use(input);
      planner.use(addend);
      const output = planner.activation(addend.side, addend.channels);
      steps.push(() => ({
        kernel: 'add',
        input: placed(input),
        addend: placed(addend),
        output: placed(output),
      }));
      current = output;
    }
    const output = current;
    drafts.push(() => ({
      name: block.name,
      steps: steps.map((step) => step()),
      output: placed(output),
    }));
  }
  planner.nextStep();
  planner.use(current);
  const embedding = planner.activation(1, current.channels);
  const outputs = blocks.at(-1)?.layers.at(-1)?.outputChannels ?? 0;
  const logits = planner.activation(1, outputs);
  const probabilities = planner.piece(4 * outputs);
  const arenaBytes = planner.place();
  return {
    arenaBytes,
    pixels: placed(pixels),
    blocks: drafts.map((draft) => draft()),
    embedding: placed(embedding),
    logits: placed(logits),
    probabilities: probabilities.place,
  };
}

function draftStep(planner: Planner, layer: Layer, from: Draft, to: Draft): () => Step {
  const { name, kind } = layer;
  if (kind === 'pointwise') {
    return () => ({ kernel: kind, layer: name, input: placed(from), output: placed(to) });
  }
  const piece = planner.piece(
    kind === 'stem' ? (from.side + 1) * (from.side + 2) * 3 + overhang : from.channels,
  );
  return () => ({
    layer: name,
    input: placed(from),
    output: placed(to),
    ...(kind === 'stem'
      ? { kernel: kind, padded: piece.place }
      : { kernel: kind, zeros: piece.place }),
  });
}
