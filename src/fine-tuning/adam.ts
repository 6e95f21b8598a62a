import type { RealWeights } from '../mobilenet/loaded-layer.ts';
import type { Parameters } from './parameters.ts';

/** Share of the last gradients' mean, and of their squares' mean, that each step keeps. */
const [meanDecay, squareDecay] = [0.9, 0.99];

/** Keeps weights still whose gradients are all but 0. */
const epsilon = 1e-8;

/** Running means of one array's gradients and of their squares. */
interface Moments {
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/**
 * Adam (D. Kingma and J. Ba 2015, https://arxiv.org/abs/1412.6980): each weight
 * moves by about the learning rate, whatever the size of its gradient. That
 * suits layers with batch normalisation folded in, whose channels have weights
 * of very different sizes.
 */
export class Adam {
  readonly #moments = new Map<Float32Array, Moments>();
  #steps = 0;

  /**
   * Moves parameters against their gradients, in place.
   *
   * @param gradients for all of the parameters, in the same shapes
   * @param learningRate about how far each number moves
   */
  step(parameters: Parameters, gradients: Parameters, learningRate: number): void {
    this.#steps += 1;
    for (const [name, { weights, biases }] of parameters) {
      const gradient = gradientOf(gradients, name);
      this.#move(weights, gradient.weights, learningRate);
      this.#move(biases, gradient.biases, learningRate);
    }
  }

  #move(values: Float32Array, gradient: Float32Array, learningRate: number): void {
    const { mean, square } = this.#momentsOf(values);
    // Means begin at 0, which is made up for.
    const rate = learningRate / (1 - meanDecay ** this.#steps);
    const squareScale = 1 / (1 - squareDecay ** this.#steps);
    for (let i = 0; i < values.length; i++) {
      mean[i] += (1 - meanDecay) * (gradient[i] - mean[i]);
      square[i] += (1 - squareDecay) * (gradient[i] * gradient[i] - square[i]);
      values[i] -= (rate * mean[i]) / (Math.sqrt(square[i] * squareScale) + epsilon);
    }
  }

  #momentsOf(values: Float32Array): Moments {
    const known = this.#moments.get(values);
    if (known !== undefined) return known;
    const { length } = values;
    const fresh = { mean: new Float32Array(length), square: new Float32Array(length) };
    this.#moments.set(values, fresh);
    return fresh;
  }
}

function gradientOf(gradients: Parameters, name: string): RealWeights {
  const found = gradients.get(name);
  if (found === undefined) throw new Error(`There is no gradient for ${name}.`);
  return found;
}
