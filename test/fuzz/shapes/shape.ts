import type { Field } from '../field.ts';
import type { Mutator } from '../mutator.ts';

/** A part of a file that its format knows of: a segment, a chunk, a block, a header. */
export interface Piece {
  /** What the format calls it. */
  readonly kind: string;
  /** All of it, as it stands in the file. */
  readonly bytes: Uint8Array;
  /** What it holds, without what frames that: type, length, check sum. */
  readonly content: Uint8Array;
}

/** What has to be known of a format to damage its files where it hurts. */
export interface Shape {
  /**
   * Takes any bytes apart, damaged ones, too.
   *
   * @returns pieces whose bytes one after another are the file
   */
  split(file: Uint8Array): Piece[];
  /** The numbers in a piece's bytes that decide how the file is read. */
  fields(piece: Piece): Field[];
  /** A piece's bytes with other sides of the picture in them, as far as there are some and they fit. */
  resize(piece: Piece, width: number, height: number): Uint8Array;
  /** The bytes of a piece that holds something else, with the framing that belongs to that. */
  frame(piece: Piece, content: Uint8Array): Uint8Array;
  /** Puts right what a reader may check before anything else: check sums, lengths. */
  seal?(file: Uint8Array): Uint8Array;
  /** Ways to damage files that only this format has, by name. */
  readonly mutators?: Readonly<Record<string, Mutator>>;
}
