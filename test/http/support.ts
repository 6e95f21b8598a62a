import { exports } from 'cloudflare:workers';
import { expect, inject } from 'vitest';
import { type ClassifyAnswer, classifyAnswer, problemAnswer } from '../../src/contract/answers.ts';
import type { ProblemCode } from '../../src/errors.ts';
import type { ValidPhoto } from '../support/photo.ts';

export { neverSent } from '../support/never-sent.ts';

/** On loopback, as nothing else may ask without a key. */
export const origin = 'http://localhost:8787';

/** Sends a request to the bundled Worker, in this very workerd. */
export function send(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(new URL(path, origin), init));
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function validPhoto(name: string): ValidPhoto & { bytes: Uint8Array<ArrayBuffer> } {
  const photo = inject('validPhotos').find((each) => each.name === name);
  if (photo === undefined) throw new Error(`There is no photo ${name} among the fixtures.`);
  return { ...photo, bytes: bytesOf(photo.base64) };
}

/** Posts a body to /v1/classify. */
export function post(body: BodyInit, query = ''): Promise<Response> {
  return send(`/v1/classify${query}`, { method: 'POST', body });
}

/** Posts a photo that has to be classified, and checks the answer against the contract. */
export async function classify(body: BodyInit, query = ''): Promise<ClassifyAnswer> {
  const response = await post(body, query);
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('application/json');
  return classifyAnswer.parse(await response.json());
}

export async function expectProblem(
  response: Response,
  code: ProblemCode,
): Promise<Record<string, unknown>> {
  const problem = problemAnswer.parse(await response.json());
  expect(problem).toMatchObject({ code, status: response.status });
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  return problem;
}

/** A form with parts in their order. */
export function form(...parts: [string, Blob | string][]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value);
  return data;
}

/** A file for a form. */
export function file(bytes: Uint8Array<ArrayBuffer>, name = 'photo.jpg'): File {
  return new File([bytes], name);
}

/** Posts JSON. */
export function postJson(path: string, body: unknown, headers = {}): Promise<Response> {
  return send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

export function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
