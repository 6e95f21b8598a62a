import type { Context } from 'hono';
import { stages } from '../pipeline/analyse-image.ts';
import { type Answered, isPrivate, type Outcome } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { problemOf } from './problem.ts';

/** What a list says of one photo. */
export type ListItem<Answer> = Answer | { problem: ReturnType<typeof problemOf> };

/** A list's outcomes as they are written. */
export function listItems<Answer>(
  c: Context<PetalEnv>,
  outcomes: readonly Outcome<Answer>[],
): ListItem<Answer>[] {
  return outcomes.map((outcome) =>
    'answer' in outcome ? outcome.answer : { problem: problemOf(c, outcome.error) },
  );
}

/** The answers where all have one, as where one photo that fails fails all. */
export function answersOf<Answer>(outcomes: readonly Outcome<Answer>[]): Answer[] {
  return outcomes.flatMap((outcome) => ('answer' in outcome ? [outcome.answer] : []));
}

/**
 * Sets the headers of an answer about photos: what it is, how long it may be
 * kept and by whom, and, to those who may know, where it came from and how long
 * its stages took. An answer from the cache says that somebody else sent the
 * same photo; one without stages says so, too.
 */
export function setAnswerHeaders(c: Context<PetalEnv>, answered: Answered<unknown>): void {
  const { model, photos, cacheHits } = c.get('facts');
  if (model !== undefined) c.header('X-Petal-Model', model);
  if (answered.entityTag !== undefined) c.header('ETag', answered.entityTag);
  c.header('Cache-Control', isPrivate(c) ? 'private, no-store' : 'private, no-cache');
  c.header('Vary', 'Accept, Authorization, X-Api-Key');
  if (answered.isNotModified) return;
  if (!mayKnowOfOthers(c)) return;
  c.header('Cache-Status', cacheStatus(isPrivate(c), photos, cacheHits));
  const timing = serverTiming(c.get('facts').durationsMs);
  if (timing !== undefined) c.header('Server-Timing', timing);
}

/** A key's answers are never from the cache, and on one's own machine the others are oneself. */
function mayKnowOfOthers(c: Context<PetalEnv>): boolean {
  return isPrivate(c) || c.get('facts').caller?.kind === 'local';
}

/** RFC 9211 */
function cacheStatus(isPrivate: boolean, photos: number, cacheHits: number): string {
  if (isPrivate) return 'petal; fwd=bypass';
  if (cacheHits === photos) return 'petal; hit';
  return cacheHits === 0
    ? 'petal; fwd=uri-miss'
    : `petal; fwd=partial; detail="${cacheHits} of ${photos} hit"`;
}

/**
 * The stages' durations as a Server-Timing header, those of several photos
 * added up; nothing where no photo was worked on. Deployed Workers' clocks
 * stand still during work, as a defence against timing attacks: a zero would
 * be untrue, so it says so.
 */
function serverTiming(
  durationsMs: Record<(typeof stages)[number], number> | undefined,
): string | undefined {
  if (durationsMs === undefined) return undefined;
  if (stages.every((stage) => durationsMs[stage] === 0)) {
    return 'stages;desc="not measured: the clock of this platform stands still during work"';
  }
  return stages.map((stage) => `${stage};dur=${durationsMs[stage].toFixed(2)}`).join(', ');
}
