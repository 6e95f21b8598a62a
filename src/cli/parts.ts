import process from 'node:process';
import classNames from '../../model/classes.json' with { type: 'json' };
import { readManifest } from '../../model/manifest.ts';
import { readConfig } from '../config.ts';
import { type LoadedNetwork, loadNetwork } from '../mobilenet/network.ts';
import type { AnalysisParts } from '../pipeline/analyse-image.ts';
import { type AnsweringModel, backboneModel, customModel } from '../pipeline/answering-model.ts';
import { prepareAssets } from './assets.ts';
import { findModelFile, readStoredModel } from './find-model.ts';
import type { NamedClass } from './labelled-photos.ts';
import { cliLimits } from './photo-task.ts';

/** What it takes to classify photos with one model. */
export interface ModelParts extends AnalysisParts {
  readonly network: LoadedNetwork;
  readonly model: AnsweringModel;
  /** The model's, with all that folders of labelled photos may be called. */
  readonly classes: readonly NamedClass[];
}

/**
 * Loads the network, and the model that a person names.
 *
 * @param modelText as findModelFile takes it; the backbone's own classes without it, or by its own name
 * @throws Error with a sentence where there is no such model; AppError where it can't be used
 */
export async function loadModelParts(modelText?: string): Promise<ModelParts> {
  const { model: backboneName } = await readManifest();
  // Before the network is loaded, which takes longer than to see that a name is mistyped.
  const file =
    modelText === undefined || modelText === backboneName
      ? undefined
      : await findModelFile(modelText);
  const network = loadNetwork(await prepareAssets());
  const shared = { network, limits: cliLimits, now: () => performance.now() };
  if (file === undefined) {
    const classes = classNames.map(({ names, wnid }) => ({ names, wnid, label: names[0] }));
    const { unknownProbability, unknownMargin } = readConfig(process.env);
    const thresholds = { minTopProbability: unknownProbability, minMargin: unknownMargin };
    return { ...shared, classes, model: backboneModel(network, classes, thresholds) };
  }
  const { model: name, sha256 } = network.metadata;
  const identity = { model: name, sha256, blocks: network.blocks };
  const model = customModel(await readStoredModel(file, identity));
  const classes = model.classes.map(({ label }) => ({ label, names: [label] }));
  return { ...shared, classes, model };
}
