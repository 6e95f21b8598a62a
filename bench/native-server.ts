/**
 * The rival of `load.ts`: sharp and ONNX Runtime behind a server that takes a
 * photo as the body and answers as Petal does, one after another.
 * `node bench/native-server.ts <ONNX file> <input size>` prints its port.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import process from 'node:process';
import classNames from '../model/classes.json' with { type: 'json' };
import { backgroundOutputs, topPredictions } from '../src/mobilenet/top-k.ts';
import { loadNativeClassifier } from './native-classifier.ts';

const [modelPath, inputSize] = process.argv.slice(2);
const classifier = await loadNativeClassifier(await readFile(modelPath), Number(inputSize));
const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
let former: Promise<unknown> = Promise.resolve();

async function classify(bytes: Uint8Array): Promise<object> {
  const { probabilities } = await classifier.classify(bytes);
  return { predictions: topPredictions(probabilities.subarray(backgroundOutputs), classes, 5) };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const turn = former.then(() => classify(Buffer.concat(chunks)));
  former = turn.catch(() => undefined);
  const [status, body] = await turn.then(
    (answer) => [200, answer] as const,
    (error: unknown) => [422, { detail: String(error) }] as const,
  );
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => void answer(request, response));
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (address !== null && typeof address === 'object') console.log(address.port);
