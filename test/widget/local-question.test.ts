import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import type { ClassifyAnswer } from '../../src/contract/answers.ts';
import {
  type LoadOptions,
  LocalError,
  type LocalNetwork,
  type LocalOptions,
} from '../../src/local/local-network.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import type { Question } from '../../src/widget/question.ts';
import { customModelFile } from '../support/custom-model.ts';

// What the widget does with a network is tested here, on a network that only listens.
vi.mock('../../src/local/local-network.ts', async () => ({
  ...(await import('../../src/local/local-error.ts')),
  loadLocalNetwork: vi.fn(),
}));

const answer = { predictions: [], unknown: true } as unknown as ClassifyAnswer;
const photo = new Blob(['a photo']);

/** The network of the tests, and what it was asked. */
class ListeningNetwork implements LocalNetwork {
  readonly binary = 'none';
  readonly threads = 1;
  readonly arithmetic = 'int8';
  readonly asked: LocalOptions[] = [];

  async classify(_photo: Blob, options: LocalOptions = {}) {
    this.asked.push(options);
    return { answer, durationsMs: { decode: 0, preprocess: 0, inference: 0 } };
  }

  dispose(): void {
    this.asked.length = 0;
  }
}

describe('the network in the browser, as the widget asks it', () => {
  let petal: Petal;
  let network: ListeningNetwork;
  let askLocally: typeof import('../../src/widget/local-question.ts').askLocally;

  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await petal.dispose();
  });
  beforeEach(async () => {
    // Each test has its own page, so to say: networks are kept for as long as a page is.
    vi.resetModules();
    ({ askLocally } = await import('../../src/widget/local-question.ts'));
    network = new ListeningNetwork();
    const { loadLocalNetwork: load } = await import('../../src/local/local-network.ts');
    vi.mocked(load).mockReset().mockResolvedValue(network);
  });

  async function loads() {
    const { loadLocalNetwork: load } = await import('../../src/local/local-network.ts');
    return vi.mocked(load);
  }

  function question(options: Partial<Question> = {}): Question {
    return {
      url: petal.url,
      model: undefined,
      topK: undefined,
      minProbability: undefined,
      local: true,
      challengeToken: async () => undefined,
      signal: new AbortController().signal,
      ...options,
    };
  }

  const silent = { onBusy: () => undefined, onDownload: () => undefined };

  test('is loaded once for all widgets of the page, and from the endpoint', async () => {
    await Promise.all([
      askLocally(photo, question({ topK: 3 }), silent),
      askLocally(photo, question({ minProbability: 0.5 }), silent),
    ]);
    expect((await loads()).mock.calls.map(([options]) => options?.url)).toEqual([petal.url]);
    expect(network.asked).toMatchObject([{ topK: 3 }, { minProbability: 0.5 }]);
  });

  test('tells every widget that waits how much of it is there', async () => {
    let loaded: LoadOptions = {};
    let finish: (network: LocalNetwork) => void = () => undefined;
    (await loads()).mockImplementation((options = {}) => {
      loaded = options;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    const heard: string[] = [];
    const listener = (name: string) => ({
      onBusy: () => heard.push(`${name} busy`),
      onDownload: (share: number) => heard.push(`${name} ${share}`),
    });
    const asked = [
      askLocally(photo, question(), listener('a')),
      askLocally(photo, question(), listener('b')),
    ];
    loaded.onProgress?.(1, 4);
    finish(network);
    await Promise.all(asked);
    expect(heard).toEqual(['a 0.25', 'b 0.25', 'a busy', 'b busy']);
    loaded.onProgress?.(4, 4);
    expect(heard).toHaveLength(4);
  });

  test('is tried again with the next photo where it could not be loaded', async () => {
    (await loads()).mockRejectedValueOnce(new LocalError('local-unavailable', 'No WebAssembly.'));
    await expect(askLocally(photo, question(), silent)).rejects.toThrow('No WebAssembly.');
    expect(await askLocally(photo, question(), silent)).toBe(answer);
  });

  test('is loaded again where it broke', async () => {
    const broken = new ListeningNetwork();
    broken.classify = () => Promise.reject(new LocalError('local-unavailable', 'It has ended.'));
    (await loads()).mockResolvedValueOnce(broken);
    await expect(askLocally(photo, question(), silent)).rejects.toThrow('It has ended.');
    expect(await askLocally(photo, question(), silent)).toBe(answer);
  });

  test('isn’t asked about a photo that nobody wants any more', async () => {
    const controller = new AbortController();
    const asked = askLocally(photo, question({ signal: controller.signal }), silent);
    controller.abort();
    await expect(asked).rejects.toThrow('aborted');
    expect(network.asked).toEqual([]);
  });

  test('gets the file of a user’s model, in the version that is meant', async () => {
    const { models } = (await (await petal.fetch('/v1/models')).json()) as {
      models: { name: string; sha256: string }[];
    };
    const backbone = { model: models[0].name, sha256: models[0].sha256 };
    const files = [customModelFile(backbone, 1), customModelFile(backbone, 2)];
    for (const body of files) {
      const { status } = await petal.fetch('/v1/models/leaves', { method: 'PUT', body });
      expect(status).toBe(201);
    }
    for (const model of ['leaves', 'leaves@1', models[0].name]) {
      await askLocally(photo, question({ model }), silent);
    }
    const [current, first, own] = network.asked.map((options) => options.model);
    expect([current?.name, current?.version]).toEqual(['leaves', 2]);
    expect(new Uint8Array(current?.file ?? new ArrayBuffer())).toEqual(files[1]);
    expect([first?.version, first?.file.byteLength]).toEqual([1, files[0].length]);
    // ImageNet's classes are in the network.
    expect(own).toBeUndefined();
  });

  test('is refused a model that isn’t there', async () => {
    await expect(askLocally(photo, question({ model: 'nothing' }), silent)).rejects.toMatchObject({
      code: 'model-not-found',
    });
    await expect(askLocally(photo, question({ model: 'leaves@99' }), silent)).rejects.toMatchObject(
      { code: 'local-unavailable' },
    );
  });
});
