import { classActivationMap, type Grid } from '../mobilenet/class-activation-map.ts';
import { outputOf } from '../mobilenet/top-k.ts';
import type { Network } from './analyse-image.ts';

/**
 * The evidence for a class by position, of any sign.
 *
 * @param featureMap of an analysis by the same network
 * @throws RangeError where there is no such class
 */
export function evidenceFor(
  network: Pick<Network, 'classifierWeights'>,
  classIndex: number,
  featureMap: Float32Array,
): Grid {
  return classActivationMap(featureMap, network.classifierWeights(outputOf(classIndex)).weights);
}
