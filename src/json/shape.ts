/** The shape of an array of numbers while it is read, as a chain from its outermost length inwards. */
export class Shape {
  readonly length: number;
  /** What each element is; undefined for a number. */
  readonly element: Shape | undefined;
  /** Numbers in all. */
  readonly size: number;

  private constructor(length: number, element: Shape | undefined) {
    this.length = length;
    this.element = element;
    this.size = length * (element?.size ?? 1);
  }

  /**
   * @param element one and the same for equal shapes
   * @param neighbour is returned where it is equal, so that arrays side by side
   *   are compared by identity, and millions of them leave nothing to be collected
   */
  static of(length: number, element?: Shape, neighbour?: Shape): Shape {
    return neighbour !== undefined && neighbour.length === length && neighbour.element === element
      ? neighbour
      : new Shape(length, element);
  }

  lengths(): number[] {
    return [this.length, ...(this.element?.lengths() ?? [])];
  }
}
