import type { BoxReducer } from './box-reducer.ts';

/**
 * Rows on their way to a {@link BoxReducer}. A row that looks like the one
 * before it is not painted and added again: rows of one colour, or without
 * data, are most of a drawing, and all of a file that is made to cost work.
 */
export class RepeatedRows {
  /** 8-bit sRGB of the reducer's columns, three bytes a pixel; painted between two calls. */
  readonly row: Uint8Array;
  readonly #reducer: BoxReducer;
  /** The rows of the picture that look like `row` and were not added yet. */
  #first = 0;
  #end = 0;

  constructor(reducer: BoxReducer) {
    this.#reducer = reducer;
    this.row = new Uint8Array(3 * (reducer.endColumn - reducer.firstColumn));
  }

  /** @param columns that the reducer takes, at the most */
  static memoryBytes(columns: number): number {
    return 3 * columns;
  }

  /** Begins a row, which is to be painted into `row` next. */
  begin(y: number): void {
    this.finish();
    this.#first = y;
    this.#end = y + 1;
  }

  /** Says that a row looks like the last one that was begun or repeated. */
  repeat(y: number): void {
    if (y === this.#end) this.#end += 1;
    else if (y === this.#first - 1) this.#first -= 1;
    else this.begin(y);
  }

  /** Adds what was not added yet. */
  finish(): void {
    this.#reducer.addRows(this.#first, this.#end, this.row);
    this.#end = this.#first;
  }
}
