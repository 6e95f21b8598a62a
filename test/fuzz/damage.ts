import { byteMutators } from './byte-mutators.ts';
import type { Mutator } from './mutator.ts';
import { contentMutator, fieldMutator, pieceMutators, sidesMutator } from './piece-mutators.ts';
import type { Random } from './random.ts';
import { bmpShape } from './shapes/bmp.ts';
import { gifShape } from './shapes/gif.ts';
import { jpegShape } from './shapes/jpeg.ts';
import { pngShape } from './shapes/png.ts';
import type { Shape } from './shapes/shape.ts';
import { webpShape } from './shapes/webp.ts';

/** By format; one without a shape gets the damage that needs no knowledge. */
const shapes: Readonly<Record<string, Shape>> = {
  bmp: bmpShape,
  gif: gifShape,
  jpeg: jpegShape,
  png: pngShape,
  webp: webpShape,
};

/** A kind of damage. */
export interface NamedMutator {
  readonly name: string;
  readonly mutate: Mutator;
}

function named(mutators: Readonly<Record<string, Mutator>>): NamedMutator[] {
  return Object.entries(mutators).map(([name, mutate]) => ({ name, mutate }));
}

/** Kinds of damage, each as likely as the others. Large pictures take long, so that sides are seldom set. */
function mutatorsOf(shape: Shape | undefined): readonly (readonly NamedMutator[])[] {
  const anyFormat = named(byteMutators);
  if (shape === undefined) return [anyFormat];
  const field = { name: 'set a field', mutate: fieldMutator(shape) };
  const content = { name: 'damage the contents of a piece', mutate: contentMutator(shape) };
  return [
    anyFormat,
    named(pieceMutators(shape)),
    [field, field, field, { name: 'set the sides', mutate: sidesMutator(shape) }],
    [content, content, ...named(shape.mutators ?? {})],
  ];
}

/** All damage that the files of a format can take. */
export class Damage {
  /** Puts right what a reader may check before anything else; undefined where a format has no such thing. */
  readonly seal: ((file: Uint8Array) => Uint8Array) | undefined;
  readonly #kinds: readonly (readonly NamedMutator[])[];

  constructor(format: string) {
    const shape = shapes[format];
    this.seal = shape?.seal?.bind(shape);
    this.#kinds = mutatorsOf(shape);
  }

  pick(random: Random): NamedMutator {
    return random.pick(random.pick(this.#kinds));
  }
}
