import { describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { readMobilenetV2 } from '../../model/tflite.ts';
import { type Block, type Layer, weightShape } from '../../src/mobilenet/layer-table.ts';
import { realTflite } from './real-tflite.ts';
import { type WriteTfliteOptions, writeTflite } from './tflite-writer.ts';

/** The table with one layer changed. */
function withLayer(name: string, change: Partial<Layer>): Block[] {
  return mobilenetV2().map((block) => ({
    ...block,
    layers: block.layers.map((layer) => (layer.name === name ? { ...layer, ...change } : layer)),
  }));
}

function withoutBlock(name: string): Block[] {
  return mobilenetV2().filter((block) => block.name !== name);
}

function withoutLayer(name: string): Block[] {
  return mobilenetV2().map((block) => ({
    ...block,
    layers: block.layers.filter((layer) => layer.name !== name),
  }));
}

function withResidual(name: string, residual: boolean): Block[] {
  return mobilenetV2().map((block) => (block.name === name ? { ...block, residual } : block));
}

function refusalOf(bytes: Uint8Array): string {
  try {
    readMobilenetV2(bytes);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  return 'none';
}

describe('reading MobileNetV2 from a .tflite file', () => {
  const written = writeTflite(mobilenetV2());
  const { blocks, activations, layerOf } = readMobilenetV2(written.bytes);
  const layers = mobilenetV2().flatMap((block) => block.layers);

  test('finds all 53 convolutions', () => {
    expect(blocks).toEqual(mobilenetV2());
    expect(layers).toHaveLength(53);
    expect([...written.layers.keys()]).toEqual(layers.map((layer) => layer.name));
  });

  test('turns [outputs, height, width, inputs] into [height, width, inputs, outputs]', () => {
    for (const layer of layers.filter(({ kind }) => kind !== 'depthwise')) {
      const [height, width, inputs, outputs] = weightShape(layer);
      const expected = new Int8Array(height * width * inputs * outputs);
      const ohwi = written.layers.get(layer.name)?.weights ?? new Int8Array(0);
      let at = 0;
      for (let o = 0; o < outputs; o++) {
        for (let h = 0; h < height; h++) {
          for (let w = 0; w < width; w++) {
            for (let i = 0; i < inputs; i++) {
              expected[((h * width + w) * inputs + i) * outputs + o] = ohwi[at++];
            }
          }
        }
      }
      const { weights } = layerOf(layer);
      expect(weights).toHaveLength(expected.length);
      const firstDifference = weights.findIndex((weight, i) => weight !== expected[i]);
      expect(firstDifference, layer.name).toBe(-1);
    }
  });

  test('leaves depthwise filters, [1, height, width, channels], in their order', () => {
    for (const layer of layers.filter(({ kind }) => kind === 'depthwise')) {
      const { weights } = layerOf(layer);
      expect(weights).toHaveLength(9 * layer.outputChannels);
      expect(weights, layer.name).toEqual(written.layers.get(layer.name)?.weights);
    }
  });

  test('keeps the scales and the biases', () => {
    for (const layer of layers) {
      const { scales, biases } = layerOf(layer);
      const file = written.layers.get(layer.name);
      expect(scales, layer.name).toEqual(file?.scales);
      expect(biases, layer.name).toEqual(file?.biases);
    }
  });

  test('tells how the input, every layer, every residual and the pooling are quantised', () => {
    expect(activations).toEqual({
      input: written.input,
      layers: Object.fromEntries(
        [...written.layers].map(([name, { output }]) => [name, output] as const),
      ),
      sums: Object.fromEntries(written.sums),
      embedding: written.embedding,
    });
    expect(written.sums.size).toBe(10);
  });

  test('has no weights for a layer that is not of the network', () => {
    const stranger = { ...layers[0], name: 'block99.expand' };
    expect(() => layerOf(stranger)).toThrow('MobileNetV2 has no layer named block99.expand.');
  });
});

describe('refusing another network', () => {
  const start = 'This is not MobileNetV2 1.0 at 224: ';

  test.each<[string, Block[], string]>([
    [
      'another stride',
      withLayer('block04.depthwise', { stride: 1 }),
      'layer block04.depthwise: strides should be [2,2] but is [1,1].',
    ],
    [
      'another activation',
      withLayer('block07.project', { activation: 'relu6' }),
      'layer block07.project: activation should be "none" but is "relu6".',
    ],
    [
      'no residual where there should be one',
      withResidual('block03', false),
      'the operator of the residual of block03 should be "ADD" but is "CONV_2D".',
    ],
    [
      'a residual where there should be none',
      withResidual('block04', true),
      'the operator of layer block05.expand should be "CONV_2D" but is "ADD".',
    ],
    [
      'another number of channels, as at another width',
      withLayer('stem', { outputChannels: 48 }),
      'layer stem: weight shape should be [32,3,3,3] but is [48,3,3,3].',
    ],
    [
      'another number of classes',
      withLayer('classifier', { outputChannels: 1000 }),
      'layer classifier: weight shape should be [1001,1,1,1280] but is [1000,1,1,1280].',
    ],
    [
      'a layer too few',
      withoutLayer('block02.expand'),
      'the operator of layer block02.expand should be "CONV_2D" but is "DEPTHWISE_CONV_2D".',
    ],
    [
      'a block too few',
      withoutBlock('block17'),
      'layer block17.expand: weight shape should be [960,1,1,160] but is [1280,1,1,320].',
    ],
    [
      'no classifier',
      withoutBlock('classifier'),
      'the operator of the pooling should be "MEAN" but is "RESHAPE".',
    ],
  ])('names the difference: %s', (_, blocks, sentence) => {
    expect(refusalOf(writeTflite(blocks).bytes)).toBe(start + sentence);
  });

  test.each<[string, WriteTfliteOptions, string]>([
    [
      'another input size',
      { inputSize: 192 },
      'input shape should be [1,224,224,3] but is [1,192,192,3].',
    ],
    [
      'float weights',
      { weightType: 'float32' },
      `layer stem: weights' type should be "int8" but is "float32".`,
    ],
    [
      'unsigned weights',
      { weightType: 'uint8' },
      `layer stem: weights' type should be "int8" but is "uint8".`,
    ],
    [
      'weights with a zero point',
      { zeroPointOf: ({ name }) => (name === 'embedding' ? 3 : 0) },
      'layer embedding: zero points other than 0 should be [] but is [3].',
    ],
    [
      'another padding',
      { paddingOf: ({ name }) => (name === 'block09.depthwise' ? 'valid' : 'same') },
      'layer block09.depthwise: padding should be "same" but is "valid".',
    ],
    [
      'a dilated convolution',
      { dilationOf: ({ name }) => (name === 'block14.depthwise' ? 2 : 1) },
      'layer block14.depthwise: dilations should be [1,1] but is [2,2].',
    ],
    [
      'relu instead of relu6',
      { activationOf: ({ activation }) => (activation === 'relu6' ? 'relu' : 'none') },
      'layer stem: activation should be "relu6" but is "relu".',
    ],
    [
      'a convolution without biases',
      { hasBias: ({ name }) => name !== 'block02.expand' },
      'layer block02.expand: biases are missing.',
    ],
    [
      'an activation after a residual',
      { residualActivation: 'relu6' },
      'the activation of the residual of block03 should be "none" but is "relu6".',
    ],
    [
      'a residual from elsewhere',
      { residualFromStem: true },
      'block03 does not add its own input.',
    ],
    [
      'a layer beside the others',
      { isDetached: ({ name }) => name === 'block06.depthwise' },
      'layer block06.depthwise does not follow what is before it.',
    ],
    [
      'a pooling of one axis',
      { poolingAxes: [1] },
      'the axes of the pooling should be [1,2] but is [1].',
    ],
    [
      'activations that are not int8',
      { outputTypeOf: ({ name }) => (name === 'block10.expand' ? 'uint8' : 'int8') },
      'layer block10.expand: type should be "int8" but is "uint8".',
    ],
    [
      'activations with a scale for each channel',
      { outputScaleCountOf: ({ name }) => (name === 'block10.depthwise' ? 384 : 1) },
      'layer block10.depthwise: number of scales should be 1 but is 384.',
    ],
    [
      'biases in other units than input scale times weight scale',
      { biasUnitOf: ({ name }) => (name === 'block10.project' ? 1 + 2 ** -22 : 1) },
      'layer block10.project: scale of biases should be true but is false.',
    ],
    [
      'no softmax',
      { withoutSoftmax: true },
      'the operator of the output should be "RESHAPE" but is none.',
    ],
  ])('names the difference: %s', (_, options, sentence) => {
    expect(refusalOf(writeTflite(mobilenetV2(), options).bytes)).toBe(start + sentence);
  });

  test('says so where the bytes are no .tflite file', () => {
    const sentence = 'The file is not a TensorFlow Lite model: it lacks the identifier "TFL3".';
    expect(refusalOf(new Uint8Array(0))).toBe(sentence);
    expect(refusalOf(new TextEncoder().encode('<!doctype html>'))).toBe(sentence);
  });

  test('refuses a file that is cut short anywhere', () => {
    const { bytes } = writeTflite(mobilenetV2());
    for (let part = 1; part < 40; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 40));
      expect(refusalOf(cut), `${cut.length} bytes`).not.toBe('none');
    }
  });
});

describe.skipIf(realTflite === undefined)('the real file', () => {
  const bytes = realTflite ?? new Uint8Array(0);

  test('is MobileNetV2', () => {
    expect(refusalOf(bytes)).toBe('none');
  });

  test('is refused under another identifier', () => {
    const mutated = new Uint8Array(bytes);
    mutated[7] = '2'.charCodeAt(0);
    expect(refusalOf(mutated)).toContain('"TFL3"');
  });
});
