import { describe, expect, inject, test } from 'vitest';
import { base64Of, classify, expectProblem, post, send, validPhoto } from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;

describe('labels and exclude', () => {
  test.for([
    ['a label', 'daisy'],
    ['a WordNet id', 'n11939491'],
    ['any case', 'DAISY'],
  ])('allow one class by %s', async ([, name]) => {
    const { predictions } = await classify(daisy, `?labels=${name}`);
    expect(predictions.map(({ label }) => label)).toEqual(['daisy']);
  });

  test('allow all classes of an ancestor, and change no probability', async () => {
    const all = await classify(daisy, '?top_k=1000');
    const dogs = await classify(daisy, '?labels=dog&top_k=1000');
    expect(dogs.predictions).toHaveLength(118);
    for (const dog of dogs.predictions) expect(all.predictions).toContainEqual(dog);
    const byId = await classify(daisy, '?labels=n02084071&top_k=1000');
    expect(byId.predictions).toEqual(dogs.predictions);
  });

  test('deny what is excluded, more strongly than labels allow it', async () => {
    const { predictions } = await classify(daisy, '?labels=flower&exclude=daisy');
    expect(predictions.map(({ label }) => label)).toEqual(["yellow lady's slipper"]);
  });

  test('refuse a name that is not known, with one that is', async () => {
    const problem = await expectProblem(await post(daisy, '?labels=dogg'), 'invalid-parameter');
    expect(problem).toMatchObject({ parameter: 'labels' });
    expect(problem.detail).toMatch(/"dogg".*did you mean.*"dog"/);
  });

  test('refuse to leave no class at all', async () => {
    const response = await post(daisy, '?labels=daisy&exclude=flower');
    await expectProblem(response, 'invalid-parameter');
  });

  test.for(['labels=', 'labels=daisy,', 'exclude=,', `labels=${'a,'.repeat(100)}a`])(
    '?%s is refused',
    async (query) => {
      await expectProblem(await post(daisy, `?${query}`), 'invalid-parameter');
    },
  );
});

describe('min_probability', () => {
  test('leaves out what is less probable, all of it if need be', async () => {
    const all = await classify(daisy, '?top_k=1000');
    const likely = await classify(daisy, '?top_k=1000&min_probability=0.001');
    expect(likely.predictions).toEqual(
      all.predictions.filter(({ probability }) => probability >= 0.001),
    );
    expect((await classify(daisy, '?min_probability=1')).predictions).toEqual([]);
  });

  test.for(['-0.1', '1.1', 'half', '', '1e-3', '.5'])('refuses %s', async (value) => {
    const response = await post(daisy, `?min_probability=${value}`);
    await expectProblem(response, 'invalid-parameter');
  });
});

describe('include', () => {
  test('adds what predictions are kinds of, nearest first', async () => {
    const { predictions } = await classify(daisy, '?include=ancestors&labels=daisy');
    const ancestors = predictions[0].ancestors?.map(({ label }) => label) ?? [];
    expect(ancestors.slice(0, 2)).toEqual(['flower', 'angiosperm']);
    expect(ancestors.at(-1)).toBe('entity');
  });

  test('adds a heatmap to each prediction, and what it covers', async () => {
    const { predictions, region } = await classify(daisy, '?include=heatmap&top_k=3');
    for (const { heatmap } of predictions) {
      expect(Math.max(...(heatmap ?? []).flat())).toBe(1);
    }
    expect(region?.width).toBe(375);
  });

  test.for(['heatmap', 'ancestors', 'embedding,ancestors'])(
    'adds %s to 50 predictions at the most, as more would not fit into memory',
    async (names) => {
      const many = await post(daisy, `?include=${names}&top_k=51`);
      expect(await expectProblem(many, 'invalid-parameter')).toMatchObject({ parameter: 'top_k' });
      expect((await classify(daisy, `?include=${names}&top_k=50`)).predictions).toHaveLength(50);
    },
  );

  test('adds the embedding and the probability of "background"', async () => {
    const answer = await classify(daisy, '?include=embedding,background&top_k=1000');
    expect(answer.embedding).toHaveLength(1280);
    const sum = answer.predictions.reduce((total, { probability }) => total + probability, 0);
    expect(sum + (answer.background ?? 0)).toBeCloseTo(1, 4);
  });

  test('adds nothing that is not asked for', async () => {
    const answer = await classify(daisy);
    expect(Object.keys(answer).sort()).toEqual(['image', 'model', 'predictions', 'unknown']);
    expect(Object.keys(answer.predictions[0]).sort()).toEqual([
      'index',
      'label',
      'probability',
      'wnid',
    ]);
  });
});

describe('a parameter of the wrong kind', () => {
  test.for([
    ['a text', 'top_k', '"3"', '"3"'],
    ['millions of numbers', 'top_k', `[${'0,'.repeat(1_000_000)}0]`, 'a list'],
    ['millions of numbers', 'labels', `[[${'0,'.repeat(1_000_000)}0]]`, 'a list'],
    ['a long text', 'fit', `"${'A'.repeat(1_000_000)}"`, 'a long text'],
    ['an object', 'model', '{"name":"x"}', 'an object'],
  ])('is refused, %s for %s said in a few words', async ([, name, value, shown]) => {
    const body = `{"image":"${base64Of(daisy)}","${name}":${value}}`;
    const headers = { 'Content-Type': 'application/json' };
    const response = await send('/v1/classify', { method: 'POST', body, headers });
    const { detail } = await expectProblem(response, 'invalid-parameter');
    expect(detail).toMatch(new RegExp(`for ${name} but received ${shown}\\.$`));
  });
});

describe('model', () => {
  test('names the one that answers anyway', async () => {
    const named = await classify(daisy, '?model=mobilenet_v2_1.0_224');
    expect(named).toEqual(await classify(daisy));
  });

  test('is refused with those that exist where there is none of its name', async () => {
    const problem = await expectProblem(await post(daisy, '?model=flowers'), 'model-not-found');
    expect(problem).toMatchObject({ models: ['mobilenet_v2_1.0_224'] });
  });
});

describe.runIf(inject('trained'))('unknown', () => {
  test('is false for photos of known things, whatever is left out of the answer', async () => {
    expect((await classify(daisy)).unknown).toBe(false);
    expect((await classify(daisy, '?exclude=daisy')).unknown).toBe(false);
  });
});
