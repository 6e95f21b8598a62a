import process from 'node:process';
import { packageFolder } from '../../model/folder.ts';
import { prepareArtifact } from '../../model/prepare.ts';
import { readConfig } from '../config.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { readAssets } from '../runtime/node.ts';
import { buildKernels } from '../testing/build-kernels.ts';

/**
 * What the network of this machine is made of; what is missing is made. PETAL_ARITHMETIC says what it
 * calculates with, as it does to the Worker.
 *
 * @throws SourcesFailed where the weights can't be had
 */
export async function prepareAssets(): Promise<NetworkAssets> {
  const { arithmetic } = readConfig(process.env);
  const assets = await readAssets(await prepareArtifact(), await buildKernels(packageFolder));
  return { ...assets, arithmetic };
}
