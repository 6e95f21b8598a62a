import { type LayerWeights, layerTensors } from '../mobilenet/artifact.ts';
import type { Block, Layer } from '../mobilenet/layer-table.ts';
import type { Tail } from '../mobilenet/tail.ts';
import { bytesOf } from '../safetensors.ts';
import { sha256 } from '../sha256.ts';

/**
 * The tail that blocks make with weights of their own, named by their SHA-256.
 *
 * @param weights of all layers, by their names
 */
export async function tailOf(
  blocks: readonly Block[],
  weights: ReadonlyMap<string, LayerWeights>,
): Promise<Tail> {
  const weightsOf = byName(weights);
  const layers = blocks.flatMap((block) => block.layers);
  const tensors = layerTensors(layers, weightsOf).map(({ values }) => bytesOf(values));
  const hash = await sha256(concatenated(tensors));
  return { sha256: hexOf(hash), blocks, weightsOf };
}

/** Node.js before 25 has no `toHex`. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Finds a layer's weights by its name; throws Error where there are none. */
export function byName(
  weights: ReadonlyMap<string, LayerWeights>,
): (layer: Pick<Layer, 'name'>) => LayerWeights {
  return ({ name }) => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`The tail has no layer ${name}.`);
    return found;
  };
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
