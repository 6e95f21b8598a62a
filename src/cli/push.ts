import { readFile } from 'node:fs/promises';
import type { ModelFile } from './find-model.ts';

/** A model as the server has it. */
export interface PushedModel {
  readonly name: string;
  readonly version: number;
  /** Whether the server had it before: it makes no new version of the newest one's bytes. */
  readonly isKnown: boolean;
}

/** A server that takes longer does not answer any more. */
const timeoutMs = 60_000;

/**
 * Reads the address of a Petal.
 *
 * @throws Error with a sentence where it is none
 */
export function readOrigin(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`"${text}" is no address of a Petal. One looks like http://127.0.0.1:8787.`);
  }
  return url;
}

/**
 * Uploads a model's file.
 *
 * @param name what it is to be called there
 * @throws Error with a sentence: what the server says against it, or why it can't be reached
 */
export async function pushModel(
  { path }: ModelFile,
  name: string,
  origin: URL,
  key: string | undefined,
): Promise<PushedModel> {
  const body = await readFile(path);
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
  if (key !== undefined) headers.Authorization = `Bearer ${key}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(`/v1/models/${name}`, origin), {
      method: 'PUT',
      headers,
      body,
      // A key is for the server that was named, and for no other.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    throw new Error(`${origin.origin} can't be reached: ${reasonOf(error)}.`, { cause: error });
  }
  const answer = parse(text);
  if (!response.ok) throw new Error(refusal(origin, response.status, answer));
  if (answer === undefined || typeof answer.version !== 'number') {
    throw new Error(`${origin.origin} answers, but not as a Petal does.`);
  }
  return { name, version: answer.version, isKnown: response.status === 200 };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Other servers answer with pages.
    return undefined;
  }
}

/** What the server says (RFC 9457). */
function refusal(
  origin: URL,
  status: number,
  problem: Record<string, unknown> | undefined,
): string {
  const { detail, code } = problem ?? {};
  if (typeof detail !== 'string') return `${origin.origin} answers with status ${status}.`;
  const advice =
    code === 'unauthorized' ? ' Give a key with the scope train: --key, or PETAL_API_KEY.' : '';
  return `${origin.origin} refuses the model: ${detail}${advice}`;
}

/** Why fetch failed; its own message says only that it did. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `it does not answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message || code;
}
