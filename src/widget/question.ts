import { retryAfterSeconds } from '../client/petal-error.ts';
import { readJson, Transport, unexpectedAnswer } from '../client/transport.ts';
import type { ClassifyAnswer } from '../contract/answers.ts';

/** What is asked about a photo, as the element's attributes have it. */
export interface Question {
  /** With a slash at its end. */
  readonly url: URL;
  /** `name` or `name@version` */
  readonly model: string | undefined;
  readonly topK: number | undefined;
  readonly minProbability: number | undefined;
  /** Whether the network runs in this browser, `only` in it, or on the server. */
  readonly local: boolean | 'only';
  /** A token of Turnstile's, for the server. */
  readonly challengeToken: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** What is told of a question before its answer is there. */
export interface QuestionProgress {
  onBusy(): void;
  /** The server is asked again after so many seconds. */
  onWait(seconds: number): void;
  /** @param share 0 to 1 of the download */
  onDownload(share: number): void;
  /** The network doesn't run in this browser, so that the photo is sent. */
  onFallback(): void;
}

/**
 * Asks what a photo shows.
 *
 * @throws PetalError or LocalError, both with `code` and a sentence as `message`
 * @throws the signal's reason where it is aborted
 */
export async function ask(
  photo: Blob,
  question: Question,
  progress: QuestionProgress,
): Promise<ClassifyAnswer> {
  if (question.local) {
    const answer = await askHere(photo, question, progress);
    if (answer !== undefined) return answer;
    progress.onFallback();
  }
  const { url, model, topK, minProbability, signal } = question;
  // All of it as a form, which pages of other origins may send without asking first.
  const body = new FormData();
  const fields = {
    model,
    top_k: topK,
    min_probability: minProbability,
    'cf-turnstile-response': await question.challengeToken(),
  };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) body.set(name, String(value));
  }
  body.set('image', photo, 'photo');
  // All of petal/client, with its lists, embeddings and maps, would be 1.3 kB more for every page to load.
  const transport = new Transport({
    url,
    key: undefined,
    retries: 2,
    timeoutMs: 60_000,
    maxRetryWaitMs: 60_000,
    async fetch(target, init) {
      progress.onBusy();
      const response = await fetch(target, init);
      // Refusals that pass say so, and the transport waits for them.
      const seconds = response.ok ? 0 : retryAfterSeconds(response);
      if (seconds) progress.onWait(Math.ceil(seconds));
      return response;
    },
  });
  return await transport.send({ path: 'v1/classify', body, signal }, async (response) => {
    const answer = (await readJson(response)) as Partial<ClassifyAnswer> | null;
    if (answer?.predictions === undefined) throw unexpectedAnswer(response);
    return answer as ClassifyAnswer;
  });
}

/** @returns undefined where the network can't run here and the server may be asked */
async function askHere(
  photo: Blob,
  question: Question,
  progress: QuestionProgress,
): Promise<ClassifyAnswer | undefined> {
  try {
    const { askLocally } = await import('./local-question.ts');
    return await askLocally(photo, question, progress);
  } catch (error) {
    question.signal.throwIfAborted();
    // What the photo is refused for, the server would refuse it for too. All else is this browser's matter.
    const code = codeOf(error) ?? unavailable;
    if (question.local === 'only' || code !== unavailable)
      throw Object.assign(Object(error), { code });
    return undefined;
  }
}

const unavailable = 'local-unavailable';

/** The code of a PetalError or a LocalError. */
export function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
