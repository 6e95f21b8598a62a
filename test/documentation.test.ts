import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runExample } from '../scripts/run-example.ts';
import { examples, isAbridged } from '../src/contract/examples.ts';
import { operations } from '../src/contract/operations.ts';
import { problems } from '../src/errors.ts';
import { type Petal, startPetal } from '../src/testing/start-petal.ts';

const answers: Record<string, unknown> = JSON.parse(
  await readFile(join(import.meta.dirname, '../src/contract/example-answers.json'), 'utf8'),
);

let petal: Petal;
beforeAll(async () => {
  petal = await startPetal({ bundle: inject('bundle') });
});
afterAll(async () => {
  await petal.dispose();
});

/** Numbers that hang on the machine's arithmetic in their last digits, and what changes with each deployment. */
function comparable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) => {
    if (key === 'version' && typeof item === 'string') return 'a version';
    if (/^(created|deleted|erased)At$/.test(key)) return 'a time';
    // Models say when they were trained, so that their files differ each time.
    if (typeof item === 'object' && item !== null && 'bytes' in item) {
      return { ...item, bytes: 0, sha256: 'a hash' };
    }
    return typeof item === 'number' && !Number.isInteger(item) ? Number(item.toPrecision(2)) : item;
  });
}

describe('the examples of the documentation', () => {
  test('have an answer each, and no answer is of another', () => {
    expect(Object.keys(answers)).toEqual(examples.map(({ id }) => id));
  });

  test.runIf(inject('trained')).for(examples.map((example) => [example.id, example] as const))(
    'show the real answer: %s',
    async ([id, example]) => {
      const answer = await runExample(example, petal.url);
      if (String(answers[id]).startsWith('A file of type ')) {
        expect(answer).toMatch(/^A file of type [a-z/-]+, \d+ kB\.$/);
      } else expect(comparable(answer)).toEqual(comparable(answers[id]));
    },
  );

  test.for(
    operations()
      .filter(({ needs }) => needs !== undefined)
      .map(({ id }) => id),
  )('show how to ask for %s', (id) => {
    expect(examples.filter(({ operation }) => operation === id).length).toBeGreaterThan(0);
  });
});

interface Described {
  operationId: string;
  tags: string[];
  parameters: { name: string; in: string; description: string; schema: object }[];
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, object> };
}

describe('GET /openapi.json', () => {
  let document: Document;
  beforeAll(async () => {
    document = (await (await petal.fetch('/openapi.json')).json()) as Document;
  });

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('has every reference that it makes', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty([name]);
  });

  test('has every operation once, and each says something of every parameter', () => {
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = described.map(({ operationId }) => operationId);
    const rows = operations().map(({ id }) => id);
    expect(ids.sort()).toEqual(rows.sort());
    for (const { parameters } of described) {
      for (const { description } of parameters) expect(description).toMatch(/\w/);
    }
  });

  test('names every status that a problem can have', () => {
    const statuses = new Set(
      Object.values(document.paths['/v1/classify']).flatMap(({ responses }) =>
        Object.keys(responses),
      ),
    );
    for (const code of ['rate-limited', 'overloaded', 'unauthorized', 'internal'] as const) {
      expect(statuses).toContain(String(problems[code].status));
    }
  });

  test.runIf(inject('trained'))('describes the answers that there are', () => {
    const validate = answerValidator(document);
    let checked = 0;
    for (const example of examples) {
      const answer = answers[example.id];
      if (typeof answer === 'string' || isAbridged(answer)) continue;
      expect(validate(example.operation, answer), example.id).toBeNull();
      checked += 1;
    }
    expect(checked).toBeGreaterThan(10);
  });
});

/** Checks answers against the document's own schemas, as a client that is made of it would. */
function answerValidator(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi.json');
  return (operation: string, answer: unknown): unknown => {
    const described = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .find(({ operationId }) => operationId === operation);
    const schema = described?.responses['200'].content?.['application/json'].schema;
    const check = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.json#/')),
    );
    return check(answer) ? null : check.errors;
  };
}
