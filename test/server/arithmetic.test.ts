import { expect, inject, test } from 'vitest';
import { classifyAnswer } from '../../src/contract/answers.ts';
import { startPetal } from '../../src/testing/start-petal.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));

async function answerWith(bindings: Record<string, string>) {
  const petal = await startPetal({ bundle: inject('bundle'), bindings });
  try {
    const response = await petal.fetch('/v1/classify', { method: 'POST', body: daisy });
    return classifyAnswer.parse(await response.json()).predictions;
  } finally {
    await petal.dispose();
  }
}

test.runIf(inject('trained'))(
  'a Worker with PETAL_ARITHMETIC=float32 answers in float32: the same class, other digits',
  async () => {
    const [byDefault] = await answerWith({});
    const [int8] = await answerWith({ PETAL_ARITHMETIC: 'int8' });
    const [float32] = await answerWith({ PETAL_ARITHMETIC: 'float32' });
    expect(byDefault).toEqual(int8);
    expect(float32.label).toBe(int8.label);
    expect(float32.probability).not.toBe(int8.probability);
    expect(float32.probability).toBeCloseTo(int8.probability, 1);
  },
);
