import { expect } from 'vitest';
import type { Manifest } from '../../src/classes/manifest.ts';
import {
  type CustomModelAnswer,
  customModelAnswer,
  modelsAnswer,
} from '../../src/contract/models.ts';
import { send } from './support.ts';

/** What runs here. */
export async function runningBackbone(): Promise<Manifest['backbone']> {
  const { models } = modelsAnswer.parse(await (await send('/v1/models')).json());
  const [{ name, sha256 }] = models;
  return { model: name, sha256 };
}

export function put(name: string, body: BodyInit): Promise<Response> {
  return send(`/v1/models/${name}`, { method: 'PUT', body });
}

/** Checks what describes a user's model against the contract. */
export async function described(
  response: Response | Promise<Response>,
  status = 200,
): Promise<CustomModelAnswer> {
  const answered = await response;
  expect(answered.status, await answered.clone().text()).toBe(status);
  return customModelAnswer.parse(await answered.json());
}

export function describeModel(reference: string): Promise<CustomModelAnswer> {
  return described(send(`/v1/models/${reference}`));
}

export function change(path: string, method = 'POST'): Promise<Response> {
  return send(`/v1/models/${path}`, { method });
}
