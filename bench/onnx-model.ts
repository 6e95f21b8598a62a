/**
 * Petal's network as an ONNX model for the rival: the same layers and the
 * same weights, in float32. Made in memory from the artifact, so that both
 * always run the same network.
 */
import type { Artifact } from '../src/mobilenet/artifact.ts';
import { type Layer, weightShape } from '../src/mobilenet/layer-table.ts';
import { loadProtobuf } from './rivals.ts';

export const onnxInput = 'input';
export const onnxOutput = 'probabilities';

/**
 * The part of ONNX's messages that a model like this needs; names and numbers
 * are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
const schema = `
  syntax = "proto3";
  message ModelProto {
    int64 ir_version = 1;
    string producer_name = 2;
    GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
  }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    string name = 3;
    string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto {
    string name = 1;
    int64 i = 3;
    bytes s = 4;
    repeated int64 ints = 8;
    AttributeType type = 20;
  }
  enum AttributeType { UNDEFINED = 0; INT = 2; STRING = 3; INTS = 7; }
  message TensorProto {
    repeated int64 dims = 1;
    int32 data_type = 2;
    string name = 8;
    bytes raw_data = 9;
  }
  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message TypeProto { TypeTensor tensor_type = 1; }
  message TypeTensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  message TensorShapeProto { repeated Dimension dim = 1; }
  message Dimension { int64 dim_value = 1; }
`;

/** TensorProto.DataType.FLOAT. */
const float32 = 1;

/** Opset 13 takes Clip's bounds as inputs and has every operator used here. */
const opsetVersion = 13;
const irVersion = 8;

/** A layer's weights in ONNX's order, OIHW; a depthwise filter is [channels, 1, height, width]. */
function weightsOihw(
  artifact: Artifact,
  layer: Layer,
): { values: Float32Array; shape: number[]; biases: Float32Array } {
  const { weights, scales, biases } = artifact.weightsOf(layer);
  const [height, width] = weightShape(layer);
  const outputs = layer.outputChannels;
  const inputs = layer.kind === 'depthwise' ? 1 : layer.inputChannels;
  const area = height * width;
  const values = new Float32Array(weights.length);
  for (let position = 0; position < area; position++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        // HWIO, and HWC1 where each channel has a filter of its own.
        const weight = weights[(position * inputs + input) * outputs + output];
        values[(output * inputs + input) * area + position] = weight * scales[output];
      }
    }
  }
  return { values, shape: [outputs, inputs, height, width], biases };
}

/** Collects nodes and initializers, and names what flows between them. */
class Graph {
  readonly nodes: object[] = [];
  readonly initializers: object[] = [];

  /** @returns the name of the node's output */
  node(
    operator: string,
    name: string,
    inputs: string[],
    attributes: Record<string, number | string | number[]> = {},
  ): string {
    this.nodes.push({
      name,
      op_type: operator,
      input: inputs,
      output: [name],
      attribute: Object.entries(attributes).map(attribute),
    });
    return name;
  }

  /** @returns the tensor's name */
  initializer(name: string, shape: number[], values: Float32Array): string {
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dims: shape, data_type: float32, raw_data: raw });
    return name;
  }
}

function attribute([name, value]: [string, number | string | number[]]): object {
  if (typeof value === 'number') return { name, type: 'INT', i: value };
  if (typeof value === 'string')
    return { name, type: 'STRING', s: new TextEncoder().encode(value) };
  return { name, type: 'INTS', ints: value };
}

function convolution(graph: Graph, artifact: Artifact, layer: Layer, x: string): string {
  const { values, shape, biases } = weightsOihw(artifact, layer);
  const convolved = graph.node(
    'Conv',
    layer.activation === 'linear' ? layer.name : `${layer.name}.linear`,
    [
      x,
      graph.initializer(`${layer.name}.weights`, shape, values),
      graph.initializer(`${layer.name}.biases`, [biases.length], biases.slice()),
    ],
    {
      kernel_shape: shape.slice(2),
      strides: [layer.stride, layer.stride],
      group: layer.kind === 'depthwise' ? layer.inputChannels : 1,
      // TensorFlow's "same": where the padding is odd, the end gets the extra pixel.
      auto_pad: 'SAME_UPPER',
    },
  );
  if (layer.activation === 'linear') return convolved;
  return graph.node('Clip', layer.name, [convolved, 'zero', 'six']);
}

function valueInfo(name: string, shape: number[]): object {
  const dim = shape.map((length) => ({ dim_value: length }));
  return { name, type: { tensor_type: { elem_type: float32, shape: { dim } } } };
}

/**
 * @returns an ONNX file: `input` float32 [1, 3, size, size], -1..1, to
 *   `probabilities` float32 [1, outputs]
 */
export async function writeOnnxModel(artifact: Artifact): Promise<Uint8Array> {
  const protobuf = await loadProtobuf();
  const { inputSize, labelCount } = artifact.metadata;
  const graph = new Graph();
  graph.initializer('zero', [], Float32Array.of(0));
  graph.initializer('six', [], Float32Array.of(6));
  let x = onnxInput;
  for (const [index, block] of artifact.blocks.entries()) {
    // The last block is the classifier, on the pooled embedding.
    if (index === artifact.blocks.length - 1) x = graph.node('GlobalAveragePool', 'pool', [x]);
    const blockInput = x;
    for (const layer of block.layers) x = convolution(graph, artifact, layer, x);
    if (block.residual) x = graph.node('Add', `${block.name}.sum`, [blockInput, x]);
  }
  const logits = graph.node('Flatten', 'logits', [x], { axis: 1 });
  graph.node('Softmax', onnxOutput, [logits], { axis: 1 });

  const model = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto');
  const outputs = artifact.blocks.at(-1)?.layers.at(-1)?.outputChannels ?? labelCount;
  return model
    .encode(
      model.fromObject({
        ir_version: irVersion,
        producer_name: 'petal',
        opset_import: [{ domain: '', version: opsetVersion }],
        graph: {
          name: artifact.metadata.model,
          node: graph.nodes,
          initializer: graph.initializers,
          input: [valueInfo(onnxInput, [1, 3, inputSize, inputSize])],
          output: [valueInfo(onnxOutput, [1, outputs])],
        },
      }),
    )
    .finish();
}
