import { type ClassifyAnswer, type HealthAnswer, healthAnswer } from '../src/contract/answers.ts';
import { type Stage, stages } from '../src/pipeline/analyse-image.ts';

/** Variables of a Worker that works on every photo, however often it was sent, and logs nothing. */
export const withoutCache = { PETAL_CACHE_SECONDS: '0', PETAL_LOG: 'off' };

export interface TimedAnswer {
  readonly answer: ClassifyAnswer;
  /** From the Server-Timing header; 0 where the Worker's clock did not move. */
  readonly durationsMs: Record<Stage, number>;
}

/** @throws Error with the problem's sentence where the photo is refused */
export function postPhoto(url: URL, bytes: Uint8Array): Promise<TimedAnswer> {
  return post(url, new Uint8Array(bytes));
}

/** The same, out of a form. */
export function postForm(url: URL, bytes: Uint8Array): Promise<TimedAnswer> {
  const form = new FormData();
  form.append('image', new File([new Uint8Array(bytes)], 'photo'));
  return post(url, form);
}

async function post(url: URL, body: BodyInit): Promise<TimedAnswer> {
  const response = await fetch(new URL('/v1/classify', url), { method: 'POST', body });
  if (!response.ok) throw new Error(`The Worker refuses the photo: ${await response.text()}`);
  const answer = (await response.json()) as ClassifyAnswer;
  return { answer, durationsMs: readServerTiming(response.headers.get('Server-Timing') ?? '') };
}

export async function readHealth(url: URL): Promise<HealthAnswer> {
  const response = await fetch(new URL('/healthz', url));
  if (!response.ok) throw new Error(`The Worker is not healthy: ${await response.text()}`);
  return healthAnswer.parse(await response.json());
}

/** https://www.w3.org/TR/server-timing: `name;dur=12.3, ...` */
export function readServerTiming(header: string): Record<Stage, number> {
  const durationsMs: Record<Stage, number> = { decode: 0, preprocess: 0, inference: 0 };
  for (const metric of header.split(',')) {
    const [name, duration = ''] = metric.trim().split(';dur=');
    const stage = stages.find((known) => known === name);
    if (stage !== undefined) durationsMs[stage] = Number(duration);
  }
  return durationsMs;
}
