import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descend, type Iterate } from '../../src/classes/lbfgs.ts';
import { dot, type Evaluation, type Objective, searchLine } from '../../src/classes/line-search.ts';

/** Runs until nothing more is to be gained, or the gradient is this short. */
async function lastIterate(
  objective: Objective<Evaluation>,
  start: Float64Array,
  gradientNorm = 1e-9,
): Promise<Iterate<Evaluation>> {
  const iterates: Iterate<Evaluation>[] = [];
  for await (const iterate of descend(objective, start)) {
    iterates.push(iterate);
    if (iterate.gradientNorm <= gradientNorm || iterate.iteration >= 500) break;
  }
  return iterates[iterates.length - 1];
}

/** Rosenbrock's valley (1960), the lowest point of which is at (1, 1). */
const rosenbrock: Objective<Evaluation> = async (point) => {
  const [x, y] = point;
  const gradient = Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x));
  return { point, value: (1 - x) ** 2 + 100 * (y - x * x) ** 2, gradient };
};

/** Sum of curvature * (x - centre)^2 / 2. */
function bowl(curvatures: readonly number[], centres: readonly number[]): Objective<Evaluation> {
  return async (point) => {
    const gradient = point.map((x, i) => curvatures[i] * (x - centres[i]));
    const value = point.reduce((sum, x, i) => sum + (curvatures[i] * (x - centres[i]) ** 2) / 2, 0);
    return { point, value, gradient };
  };
}

const axes = fc.array(
  fc.record({
    curvature: fc.double({ min: 0.01, max: 100, noNaN: true }),
    centre: fc.double({ min: -10, max: 10, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('descend', () => {
  test('finds the end of a curved valley', async () => {
    const { result } = await lastIterate(rosenbrock, Float64Array.of(-1.2, 1));
    expect(result.point[0]).toBeCloseTo(1, 6);
    expect(result.point[1]).toBeCloseTo(1, 6);
  });

  test('finds the lowest point of every bowl, however long and narrow', async () => {
    await fc.assert(
      fc.asyncProperty(axes, async (sides) => {
        const centres = sides.map(({ centre }) => centre);
        const curvatures = sides.map(({ curvature }) => curvature);
        const { result } = await lastIterate(
          bowl(curvatures, centres),
          new Float64Array(sides.length),
        );
        for (const [i, centre] of centres.entries()) expect(result.point[i]).toBeCloseTo(centre, 5);
      }),
    );
  });

  test('never goes up, and leaves its start as it was', async () => {
    const start = Float64Array.of(-1.2, 1);
    const values: number[] = [];
    for await (const { result } of descend(rosenbrock, start)) values.push(result.value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect([...start]).toEqual([-1.2, 1]);
  });

  test('ends at once where there is nothing to gain', async () => {
    const { iteration } = await lastIterate(bowl([1], [3]), Float64Array.of(3));
    expect(iteration).toBe(0);
  });
});

describe('searchLine', () => {
  test('satisfies the strong Wolfe conditions whatever the first step', async () => {
    const steps = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
    const place = fc.double({ min: -2, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(place, place, steps, async (x, y, firstStep) => {
        const start = await rosenbrock(Float64Array.of(x, y));
        fc.pre(Math.hypot(...start.gradient) > 1e-3);
        const length = Math.hypot(...start.gradient);
        const direction = start.gradient.map((value) => -value / length);
        const end = await searchLine(rosenbrock, start, direction, firstStep);
        expect(end).toBeDefined();
        if (end === undefined) return;
        const step = dot(end.point, direction) - dot(start.point, direction);
        const slope = dot(start.gradient, direction);
        expect(end.value).toBeLessThanOrEqual(start.value + 1e-4 * step * slope + 1e-9);
        expect(Math.abs(dot(end.gradient, direction))).toBeLessThanOrEqual(-0.9 * slope + 1e-9);
      }),
    );
  });

  test('comes back from where the function is no number', async () => {
    const barrier: Objective<Evaluation> = async (point) => ({
      point,
      value: -Math.log(point[0]) + point[0],
      gradient: Float64Array.of(1 - 1 / point[0]),
    });
    const start = await barrier(Float64Array.of(5));
    const end = await searchLine(barrier, start, Float64Array.of(-1), 64);
    expect(end?.value).toBeLessThan(start.value);
  });

  test('gives nothing in a direction that goes up', async () => {
    const start = await rosenbrock(Float64Array.of(0, 0));
    expect(await searchLine(rosenbrock, start, start.gradient, 1)).toBeUndefined();
  });
});
