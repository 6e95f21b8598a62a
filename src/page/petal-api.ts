import type { CustomModelSummary, ModelAnswer } from '../client/client.ts';
import { errorOfProblem, PetalError } from '../client/petal-error.ts';
import type { AccessAnswer } from '../contract/answers.ts';
import type { ModelsAnswer } from '../contract/models.ts';

/** How Petal is reached from the page. */
export interface PetalAddress {
  readonly url: URL;
  readonly key?: string | undefined;
}

/** A user's model, as a file. */
export interface ModelFile {
  readonly name: string;
  readonly version: number;
  readonly file: ArrayBuffer;
}

/** @throws PetalError `unauthorized` for a key that is none */
export async function readAccess(address: PetalAddress): Promise<AccessAnswer> {
  return (await getJson(address, 'v1/access')) as AccessAnswer;
}

/** @throws PetalError */
export async function readModels(
  address: PetalAddress,
): Promise<(ModelAnswer | CustomModelSummary)[]> {
  return ((await getJson(address, 'v1/models')) as ModelsAnswer).models;
}

/**
 * @param reference `name` or `name@version`
 * @throws PetalError, `unauthorized` or `forbidden` for those who may not train
 */
export async function readModelFile(address: PetalAddress, reference: string): Promise<ModelFile> {
  const response = await get(address, `v1/models/${encodeURIComponent(reference)}/file`).catch(
    (error: unknown) => {
      if (!(error instanceof PetalError)) throw error;
      if (error.code !== 'unauthorized' && error.code !== 'forbidden') throw error;
      throw new PetalError(
        `The model ${reference} can't be downloaded without a key of the scope "train", so that it does not run in your browser.`,
        { code: error.code, title: error.title, status: error.status, cause: error },
      );
    },
  );
  const { name, version } =
    /filename="(?<name>[^"@]+)@(?<version>\d+)\./.exec(
      response.headers.get('Content-Disposition') ?? '',
    )?.groups ?? {};
  if (name === undefined || version === undefined) throw notPetals(address, response);
  const file = await response.arrayBuffer().catch((cause: unknown) => brokenOff(address, cause));
  return { name, version: Number(version), file };
}

async function getJson(address: PetalAddress, path: string): Promise<unknown> {
  const response = await get(address, path);
  return await response.json().catch((cause: unknown) => brokenOff(address, cause));
}

async function get({ url, key }: PetalAddress, path: string): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    headers: {
      Accept: 'application/json',
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    },
  }).catch((cause: unknown) => brokenOff({ url }, cause));
  if (response.ok) return response;
  const problem: unknown = await response.json().catch(() => undefined);
  throw errorOfProblem(problem, response) ?? notPetals({ url }, response);
}

/** @throws PetalError `network` for an answer that did not come, or not to its end */
function brokenOff({ url }: PetalAddress, cause: unknown): never {
  throw new PetalError(`No answer came from ${url.host}.`, {
    code: 'network',
    title: 'No answer came',
    cause,
  });
}

function notPetals({ url }: PetalAddress, { status }: Response): PetalError {
  return new PetalError(`${url.host} answered with status ${status}, and not as Petal does.`, {
    code: 'unexpected-answer',
    title: 'Something else than Petal answered',
    status,
  });
}
