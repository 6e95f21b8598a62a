/** The part of a picture that is stored as a picture of its own: some of its columns of some of its rows. */
export class Pass {
  /** The first column and row of the picture that it has, and the steps to the next ones. */
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly stepAcross: number;
  readonly stepDown: number;

  constructor([firstColumn, firstRow, stepAcross, stepDown]: Steps) {
    this.firstColumn = firstColumn;
    this.firstRow = firstRow;
    this.stepAcross = stepAcross;
    this.stepDown = stepDown;
  }

  /** How many of its columns lie to the left of one of the picture's. */
  columnsBefore(column: number): number {
    return Math.max(0, Math.ceil((column - this.firstColumn) / this.stepAcross));
  }

  /** How many of its rows lie above one of the picture's. */
  rowsBefore(row: number): number {
    return Math.max(0, Math.ceil((row - this.firstRow) / this.stepDown));
  }
}

type Steps = readonly [firstColumn: number, firstRow: number, stepAcross: number, stepDown: number];

/** Adam7 (W3C PNG Third Edition, 8.1). */
const interlacedSteps: readonly Steps[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

const interlacedPasses = interlacedSteps.map((steps) => new Pass(steps));
const wholePicture = [new Pass([0, 0, 1, 1])];

/** A picture's passes in the order in which they are stored; those without pixels are not. */
export function passesOf(width: number, height: number, interlaced: boolean): readonly Pass[] {
  return (interlaced ? interlacedPasses : wholePicture).filter(
    (pass) => pass.columnsBefore(width) > 0 && pass.rowsBefore(height) > 0,
  );
}
