/**
 * MobileNetV2 1.0 as its paper has it: table 2 of
 * https://arxiv.org/abs/1801.04381. What is converted is compared with this,
 * and the tests grow networks of random weights from it.
 */
import type { Block, Layer } from '../src/mobilenet/layer-table.ts';
import { backgroundOutputs } from '../src/mobilenet/top-k.ts';

/** t: expansion factor, c: output channels, n: repetitions, s: stride of the first. */
const invertedResiduals = [
  { t: 1, c: 16, n: 1, s: 1 },
  { t: 6, c: 24, n: 2, s: 2 },
  { t: 6, c: 32, n: 3, s: 2 },
  { t: 6, c: 64, n: 4, s: 2 },
  { t: 6, c: 96, n: 3, s: 1 },
  { t: 6, c: 160, n: 3, s: 2 },
  { t: 6, c: 320, n: 1, s: 1 },
] as const;

/** Side of the square input in pixels. */
export const inputSize = 224;

const stemChannels = 32;
const embeddingLength = 1280;

/** ImageNet's classes; the network has one output more, "background". */
export const labelCount = 1000;

function invertedResidual(
  name: string,
  inputChannels: number,
  outputChannels: number,
  t: number,
  stride: 1 | 2,
): Block {
  const expanded = inputChannels * t;
  const expand: Layer = {
    name: `${name}.expand`,
    kind: 'pointwise',
    inputChannels,
    outputChannels: expanded,
    stride: 1,
    activation: 'relu6',
  };
  const depthwise: Layer = {
    name: `${name}.depthwise`,
    kind: 'depthwise',
    inputChannels: expanded,
    outputChannels: expanded,
    stride,
    activation: 'relu6',
  };
  const project: Layer = {
    name: `${name}.project`,
    kind: 'pointwise',
    inputChannels: expanded,
    outputChannels,
    stride: 1,
    activation: 'linear',
  };
  return {
    name,
    residual: stride === 1 && inputChannels === outputChannels,
    layers: t === 1 ? [depthwise, project] : [expand, depthwise, project],
  };
}

/** The network's layer table: 19 blocks before the pooling, the classifier after it; 53 convolutions. */
export function mobilenetV2(): Block[] {
  const blocks: Block[] = [
    {
      name: 'stem',
      residual: false,
      layers: [
        {
          name: 'stem',
          kind: 'stem',
          inputChannels: 3,
          outputChannels: stemChannels,
          stride: 2,
          activation: 'relu6',
        },
      ],
    },
  ];
  let channels: number = stemChannels;
  let number = 0;
  for (const { t, c, n, s } of invertedResiduals) {
    for (let repetition = 0; repetition < n; repetition++) {
      number += 1;
      const name = `block${String(number).padStart(2, '0')}`;
      blocks.push(invertedResidual(name, channels, c, t, repetition === 0 ? s : 1));
      channels = c;
    }
  }
  blocks.push(
    pointwiseBlock('embedding', channels, embeddingLength, 'relu6'),
    pointwiseBlock('classifier', embeddingLength, labelCount + backgroundOutputs, 'linear'),
  );
  return blocks;
}

function pointwiseBlock(
  name: string,
  inputChannels: number,
  outputChannels: number,
  activation: Layer['activation'],
): Block {
  const layer: Layer = {
    name,
    kind: 'pointwise',
    inputChannels,
    outputChannels,
    stride: 1,
    activation,
  };
  return { name, residual: false, layers: [layer] };
}
