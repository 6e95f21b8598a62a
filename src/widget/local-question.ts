/** Asks the network in this browser. Loaded with it, by those who want it. */
import type { ClassifyAnswer } from '../contract/answers.ts';
import type { CustomModelSummary, ModelsAnswer } from '../contract/models.ts';
import { LocalError, type LocalNetwork, loadLocalNetwork } from '../local/local-network.ts';
import type { Question, QuestionProgress } from './question.ts';

type LocalProgress = Pick<QuestionProgress, 'onBusy' | 'onDownload'>;

/** A network for each Petal, which all widgets of the page share. */
const networks = new Map<string, Promise<LocalNetwork>>();

/** Those who wait for a download. */
const waiting = new Set<LocalProgress>();

/**
 * @throws LocalError
 * @throws the signal's reason where it is aborted
 */
export async function askLocally(
  photo: Blob,
  question: Question,
  progress: LocalProgress,
): Promise<ClassifyAnswer> {
  const { url, topK, minProbability, signal } = question;
  waiting.add(progress);
  try {
    const [network, model] = await Promise.all([networkOf(url), modelOf(question)]);
    signal.throwIfAborted();
    progress.onBusy();
    const options = { topK, minProbability, model, signal };
    const { answer } = await network.classify(photo, options).catch((error: unknown) => {
      // One that has ended or broken stays so; for the next photo it is loaded again.
      if (error instanceof LocalError && error.code === 'local-unavailable') {
        networks.delete(url.href);
        network.dispose();
      }
      throw error;
    });
    return answer;
  } finally {
    waiting.delete(progress);
  }
}

/** Whoever changes their mind leaves the download to the others, and to the next time. */
function networkOf(url: URL): Promise<LocalNetwork> {
  const known = networks.get(url.href);
  if (known !== undefined) return known;
  const network = loadLocalNetwork({
    url,
    onProgress(loadedBytes, totalBytes) {
      for (const { onDownload } of waiting) onDownload(loadedBytes / totalBytes);
    },
  });
  networks.set(url.href, network);
  // Those who wait are told; the next photo tries again.
  network.catch(() => networks.delete(url.href));
  return network;
}

/** The file of a user's model; undefined for the classes of ImageNet. */
async function modelOf({ url, model, signal }: Question) {
  if (model === undefined) return undefined;
  const [name, wanted] = model.split('@');
  const { models } = (await (await get(new URL('v1/models', url), signal)).json()) as ModelsAnswer;
  const summary = models.find((each) => each.name === name);
  if (summary === undefined) {
    throw new LocalError('model-not-found', `There is no model "${name}" at ${url.host}.`);
  }
  if (!isCustom(summary)) return undefined;
  const version = wanted === undefined ? summary.version : Number(wanted);
  const response = await get(new URL(`v1/models/${name}@${version}/file`, url), signal);
  return { name, version, file: await response.arrayBuffer() };
}

function isCustom(summary: ModelsAnswer['models'][number]): summary is CustomModelSummary {
  return 'version' in summary;
}

async function get(url: URL, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (response.ok) return response;
  throw new LocalError('local-unavailable', `The model could not be read from ${url.host}.`);
}
