import type { Context } from 'hono';
import { AppError } from '../errors.ts';
import { WorkBudget } from '../image/work-budget.ts';
import { type Stage, stages } from '../pipeline/analyse-image.ts';
import { remoteRefusal } from '../remote/refusal.ts';
import { sha256 } from '../sha256.ts';
import { countRequest } from './admission.ts';
import { releaseBody } from './body.ts';
import type { PetalEnv } from './context.ts';
import { entityTagOf, isNamedBy } from './entity-tag.ts';
import type { AppParts } from './parts.ts';
import type { PhotoSource, Received } from './received.ts';
import { resultKey } from './result-store.ts';

/** What is asked of each photo of a request. */
export interface Question<Answer> {
  /** Operation and parameters: the same text for the same question. */
  readonly text: string;
  /** SHA-256 of the weights that answer. */
  readonly modelSha256: string;
  /** Media type of the answer. */
  readonly representation: string;
  /** How answers are put together where there are several ways; with the media type part of the entity tag. */
  readonly layout?: string;
  /** Whether an answer can be written as JSON, and so kept for the next who asks. */
  readonly isJson: boolean;
  /** Synchronous, so that photos are decoded one after another. */
  answer(photo: AskedPhoto): Timed<Answer>;
  /**
   * Stores what came of a photo, before the next one is looked at, and says what
   * is to be answered. A question that stores is asked anew each time: its
   * answers are neither kept nor have they entity tags.
   */
  store?(answer: Answer): Promise<Answer>;
}

/** One photo that a question is about. */
export interface AskedPhoto {
  /** Of its file. */
  readonly bytes: Uint8Array;
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Of all photos of the request. */
  readonly budget: WorkBudget;
}

export interface Timed<Answer> {
  readonly answer: Answer;
  /** Milliseconds by stage. */
  readonly durationsMs: Record<Stage, number>;
}

/** What answering needs. */
export type AnswerParts = Pick<
  AppParts,
  'clock' | 'config' | 'fetchPhoto' | 'peerOf' | 'rateLimiter' | 'resultStore' | 'version'
>;

/** What came of one photo. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: Error };

/** What came of a request. */
export interface Answered<Answer> {
  /** One for each photo, in their order; none where the client has the answer already. */
  readonly outcomes: readonly Outcome<Answer>[];
  /** Strong (RFC 9110, 8.8.3); missing where a photo has no answer. */
  readonly entityTag?: string;
  readonly isNotModified: boolean;
}

/** Objects, their text and its bytes: an answer takes about so many times the length of its JSON. */
const answerCost = 3;

/** A photo that is here, with its hash. */
interface Photo {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Whether it has memory of its own, apart from the request's body. */
  readonly isFetched: boolean;
}

/**
 * Answers a question about every photo of a request, one after another, and
 * lets others in between. One photo that fails doesn't fail the others.
 *
 * If the client's `If-None-Match` names the answer that it would get, nothing
 * is decoded: the tag follows from the photos, the question, the model and the
 * code. (Of a list with URLs it is only known in the end.)
 *
 * @throws the photo's error where there is one photo that isn't part of a list
 */
export async function answerPhotos<Answer>(
  c: Context<PetalEnv>,
  parts: AnswerParts,
  { photos, isList, heldBytes }: Received,
  question: Question<Answer>,
): Promise<Answered<Answer>> {
  const facts = c.get('facts');
  const lease = c.get('lease');
  facts.photos = photos.length;
  let answerBytes = 0;
  let fetchingMs = 0;
  const load = async (source: PhotoSource): Promise<Photo | Error> => {
    const startMs = parts.clock.now();
    try {
      if (fetchingMs >= parts.config.uploadTimeoutMs) throw tookTooLong(parts.config);
      return await loadPhoto(c, parts, source, heldBytes + answerBytes);
    } catch (error) {
      if (isList && error instanceof Error) return error;
      throw error;
    } finally {
      if ('url' in source) fetchingMs += parts.clock.now() - startMs;
    }
  };
  const loaded: (Photo | Error)[] = [];
  const tag = async (): Promise<string | undefined> => {
    const hashes = loaded.flatMap((photo) => (photo instanceof Error ? [] : [photo.sha256]));
    if (hashes.length < photos.length || question.store !== undefined) return undefined;
    return await entityTagOf(question, hashes, isList, parts.version);
  };
  if (photos.length === 1 || photos.every((source) => 'bytes' in source)) {
    for (const source of photos) loaded.push(await load(source));
    const entityTag = await tag();
    if (entityTag !== undefined && isNamedBy(c.req.header('If-None-Match'), entityTag)) {
      return { outcomes: [], entityTag, isNotModified: true };
    }
  }
  const budget = new WorkBudget(parts.config);
  const outcomes: Outcome<Answer>[] = [];
  for (const [i, source] of photos.entries()) {
    if (i > 0) await parts.clock.wait(0);
    lease.renew();
    let photo: Photo | Error | undefined;
    try {
      // Each photo counts as a request, before it is fetched; admission counted the first.
      if (i > 0) await countRequest(c, parts);
      loaded[i] ??= await load(source);
      photo = loaded[i];
      if (photo instanceof Error) throw photo;
      const { answer, length } = await answerPhoto(c, parts, { ...photo, budget }, question);
      answerBytes += answerCost * length;
      outcomes.push({ answer });
    } catch (error) {
      if (!isList || !(error instanceof Error)) throw error;
      outcomes.push({ error });
    } finally {
      if (photo !== undefined && 'bytes' in photo && photo.isFetched) releaseBody(photo.bytes);
    }
    if (i + 1 < photos.length) await lease.hold(heldBytes + answerBytes);
  }
  const entityTag = outcomes.every((outcome) => 'answer' in outcome) ? await tag() : undefined;
  return { outcomes, isNotModified: false, ...(entityTag === undefined ? {} : { entityTag }) };
}

/** Photos from elsewhere arrive in the time that a body has, all of them: a place is not held for longer. */
function tookTooLong({ uploadTimeoutMs: limitMs }: AnswerParts['config']): AppError {
  return remoteRefusal('timeout', { facts: { limitMs } });
}

async function loadPhoto(
  c: Context<PetalEnv>,
  { fetchPhoto }: AnswerParts,
  source: PhotoSource,
  heldBytes: number,
): Promise<Photo> {
  const isFetched = 'url' in source;
  const lease = c.get('lease');
  const bytes = isFetched
    ? await fetchPhoto?.(source.url, (bytes) => lease.hold(heldBytes + bytes))
    : source.bytes();
  if (bytes === undefined) throw remoteRefusal('disabled');
  if (bytes.length === 0) {
    throw new AppError('empty-body', 'The photo has 0 bytes. Send the bytes of a photo.');
  }
  c.get('facts').bytes += bytes.length;
  return { bytes, sha256: (await sha256(bytes)).toHex(), isFetched };
}

/** @returns the answer, and the length of its JSON; 0 where it is none */
async function answerPhoto<Answer>(
  c: Context<PetalEnv>,
  { config, resultStore, version }: AnswerParts,
  photo: AskedPhoto,
  question: Question<Answer>,
): Promise<{ answer: Answer; length: number }> {
  const facts = c.get('facts');
  const isKept =
    question.isJson && question.store === undefined && config.cacheSeconds > 0 && !isPrivate(c);
  const store = isKept ? resultStore : undefined;
  const { text: asked, modelSha256: model } = question;
  const identity = { photo: photo.sha256, model, version, question: asked };
  const key = store === undefined ? '' : await resultKey(identity);
  // A store that fails is as good as none.
  const kept = await store?.get(key).catch(warn);
  if (kept !== undefined) {
    facts.cacheHits += 1;
    return { answer: JSON.parse(kept), length: kept.length };
  }
  const { answer: found, durationsMs } = question.answer(photo);
  facts.durationsMs ??= { decode: 0, preprocess: 0, inference: 0 };
  for (const stage of stages) facts.durationsMs[stage] += durationsMs[stage];
  const answer = (await question.store?.(found)) ?? found;
  const text = question.isJson ? JSON.stringify(answer) : '';
  if (store !== undefined) {
    c.executionCtx.waitUntil(store.put(key, text, config.cacheSeconds).catch(warn));
  }
  return { answer, length: text.length };
}

/** Whether what this caller gets is nobody else's business: nothing of it is kept. */
export function isPrivate(c: Context<PetalEnv>): boolean {
  return c.get('facts').caller?.kind === 'key';
}

function warn(error: unknown): undefined {
  console.warn(error);
}
