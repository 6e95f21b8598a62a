import type { Context } from 'hono';
import { modelName } from '../classes/model-name.ts';
import { AppError, quoted } from '../errors.ts';
import { readTaxonomy, type Taxonomy } from '../mobilenet/taxonomy.ts';
import { type AnsweringModel, backboneModel, customModel } from '../pipeline/answering-model.ts';
import type { PetalEnv } from './context.ts';
import { modelVersion } from './model-status.ts';
import type { AppParts } from './parts.ts';

/** A model that was named in a request, and what its classes are called. */
export interface NamedModel {
  readonly model: AnsweringModel;
  readonly taxonomy: Taxonomy;
}

/**
 * The models that a request names, each as `name` or `name@version`; the
 * backbone's own unless it names any.
 *
 * @throws AppError `model-not-found`, `model-unavailable`; `model-mismatch` where a model was made
 *   for another backbone
 */
export async function modelsNamed(
  c: Context<PetalEnv>,
  parts: AppParts,
  references: readonly string[] | undefined,
): Promise<NamedModel[]> {
  const { model: backbone } = parts.network().metadata;
  const named: NamedModel[] = [];
  for (const reference of references ?? [backbone]) named.push(await find(parts, reference));
  c.get('facts').model = named.map(({ model }) => referenceOf(model)).join(',');
  return named;
}

/** The same of a request that can have one model only. */
export async function modelNamed(
  c: Context<PetalEnv>,
  parts: AppParts,
  references: readonly string[] | undefined,
): Promise<NamedModel> {
  if (references !== undefined && references.length > 1) {
    throw new AppError(
      'invalid-parameter',
      `Expected the name of one model for model but received ${references.length}; only POST /v1/classify takes several.`,
      { facts: { parameter: 'model' } },
    );
  }
  const [named] = await modelsNamed(c, parts, references);
  return named;
}

/**
 * The same for protocols that name a model and its version apart.
 *
 * @param version the current one unless named
 */
export function modelOfVersion(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string | undefined,
  version?: string,
): Promise<NamedModel> {
  const reference = version === undefined ? name : `${name}@${version}`;
  return modelNamed(c, parts, reference === undefined ? undefined : [reference]);
}

/** A model's version in the words of other protocols: there is one of the backbone's own. */
export function versionText({ version }: Pick<AnsweringModel, 'version'>): string {
  return version === undefined ? modelVersion : String(version);
}

/** How a model is named exactly. */
export function referenceOf({ name, version }: Pick<AnsweringModel, 'name' | 'version'>): string {
  return version === undefined ? name : `${name}@${version}`;
}

async function find(parts: AppParts, reference: string): Promise<NamedModel> {
  const { classes, config, models } = parts;
  const network = parts.network();
  const { name, version } = readReference(reference);
  if (
    name === network.metadata.model &&
    (version === undefined || String(version) === modelVersion)
  ) {
    const thresholds = {
      minTopProbability: config.unknownProbability,
      minMargin: config.unknownMargin,
    };
    return { model: backboneModel(network, classes, thresholds), taxonomy: parts.taxonomy };
  }
  const published = modelName.safeParse(name).success
    ? await models?.find(name, version)
    : undefined;
  if (published === undefined) {
    throw await modelNotFound(parts, reference);
  }
  const { labels } = published.model.manifest;
  return { model: customModel(published), taxonomy: taxonomyOf(labels) };
}

/** How many names a sentence bears. */
const mostListed = 20;

/** Names of all models that can be asked with. */
export async function modelNames({
  models,
  network,
}: Pick<AppParts, 'models' | 'network'>): Promise<string[]> {
  return [network().metadata.model, ...((await models?.names()) ?? [])];
}

/** The refusal of a name, with those that there are. */
export async function modelNotFound(
  parts: Pick<AppParts, 'models' | 'network'>,
  reference: string,
): Promise<AppError> {
  const names = await modelNames(parts);
  return new AppError(
    'model-not-found',
    `There is no model ${quoted(reference)} here; there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, mostListed).join(', ')}.`,
    { facts: { models: names } },
  );
}

/** Takes `name` or `name@version` apart. */
export function readReference(reference: string): { name: string; version?: number } {
  const { name = reference, version } =
    /^(?<name>[^@]+)@(?<version>[1-9]\d{0,8})$/.exec(reference)?.groups ?? {};
  return version === undefined ? { name } : { name, version: Number(version) };
}

/** Labels that are kinds of nothing, and go by no other names. */
function taxonomyOf(labels: readonly string[]): Taxonomy {
  return readTaxonomy(
    { ancestors: [], classes: labels.map((wnid) => ({ wnid, parents: [] })) },
    labels.map((label) => ({ wnid: label, names: [label] })),
  );
}
