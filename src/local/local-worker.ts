/** The Web Worker: downloads and starts the network, and classifies one photo after another. */
import { AppError } from '../errors.ts';
import { loadNetwork } from '../mobilenet/network.ts';
import { makeAssets } from '../runtime/browser.ts';
import { importingBlob } from './importing-blob.ts';
import { kernelFileName } from './kernel-file-name.ts';
import { LocalError } from './local-error.ts';
import type { Reply, Request, StartRequest } from './messages.ts';
import { PhotoClassifier } from './photo-classifier.ts';
import { readSiteFiles } from './site-files.ts';

let classifier: PhotoClassifier | undefined;

self.onmessage = ({ data }: MessageEvent<Request>) => {
  void answer(data).then(reply, (error) => reply(failure(error)));
};

function reply(message: Reply): void {
  self.postMessage(message);
}

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'start') return await start(request);
  if (classifier === undefined) throw new Error('There is no network yet.');
  try {
    return { kind: 'answer', answer: await classifier.classify(request) };
  } catch (error) {
    if (!(error instanceof AppError || error instanceof LocalError)) throw error;
    return { kind: 'refusal', code: error.code, sentence: error.message };
  }
}

async function start(request: StartRequest): Promise<Reply> {
  const { files, binary, arithmetic } = request;
  const { threads } = binary;
  const url = new URL(request.url);
  const levels = arithmetic === 'int8' ? binary.kernels : [];
  const kernelFiles = levels.map((level) => files.kernels[kernelFileName(level, threads > 1)]);
  const { contents, notKept } = await readSiteFiles(
    [files.binaries[binary.name], files.artifact, ...kernelFiles],
    {
      url,
      current: [...Object.values(files.binaries), ...Object.values(files.kernels), files.artifact],
      onProgress: (loadedBytes, totalBytes) => reply({ kind: 'progress', loadedBytes, totalBytes }),
    },
  );
  reply({ kind: 'downloaded', notKept });
  const [wasm, artifact, ...kernels] = contents;
  const worker = new URL(files.threadWorker, url);
  const assets = await makeAssets(
    { binary: wasm, artifact, kernels: levels.map((level, i) => ({ level, wasm: kernels[i] })) },
    threads === 1
      ? undefined
      : {
          threads,
          worker: worker.origin === self.origin ? worker.href : importingBlob(worker.href),
          glue: new URL(files.threadedGlue, url).href,
        },
  );
  const network = loadNetwork({ ...assets, arithmetic });
  classifier = new PhotoClassifier(network);
  return { kind: 'started', threads, kernels: network.kernelLevel };
}

/** Anything but a refusal of one photo: the network can't be used, or not any more. */
function failure(error: unknown): Reply {
  return { kind: 'failed', sentence: sentenceOf(error) };
}

function sentenceOf(error: unknown): string {
  if (error instanceof LocalError) return error.message;
  if (error instanceof WebAssembly.CompileError) {
    return "The network could not be compiled. If this page has a Content-Security-Policy, it has to allow 'wasm-unsafe-eval' in script-src.";
  }
  if (isOutOfMemory(error)) {
    return 'The network in this browser has no memory left. Close other tabs, and load it again.';
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `The network in this browser has failed: ${reason}`;
}

/** Browsers say so of an allocation, tfjs's backend of its own, with the browser's as its cause. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) return true;
  return error instanceof Error && error.cause instanceof RangeError;
}
