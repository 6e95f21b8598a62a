import { expect, test } from 'vitest';
import { readAccessRules } from '../../src/access/rules.ts';
import { readConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { readTaxonomy } from '../../src/mobilenet/taxonomy.ts';

/** A Petal whose wrangler.toml binds no place for models. */
const app = createApp({
  config: readConfig({}),
  network: () => {
    throw new Error('It is not asked for.');
  },
  classes: [],
  taxonomy: readTaxonomy({ ancestors: [], classes: [] }, []),
  access: readAccessRules({}),
  peerOf: () => '127.0.0.1',
  clock: { now: () => 0, wait: async () => {} },
  version: 'a version',
  log: () => {},
});

test.for([
  ['PUT', ''],
  ['DELETE', ''],
  ['POST', '/restore'],
  ['POST', '/rollback'],
  ['POST', '/train'],
  ['POST', '/examples?label=rose'],
  ['GET', '/examples'],
  ['GET', '/file'],
] as const)(
  '%s /v1/models/{name}%s says what is missing where nothing is bound',
  async ([method, path]) => {
    const response = await app.request(`http://localhost/v1/models/flowers${path}`, { method });
    expect(response.status).toBe(501);
    const problem = await response.json();
    expect(problem).toMatchObject({ code: 'models-not-stored' });
    expect(problem.detail).toContain('MODELS and REGISTERED_MODELS');
  },
);
