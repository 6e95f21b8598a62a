import { importingBlob } from './importing-blob.ts';
import { LocalError } from './local-error.ts';
import type { Reply, Request } from './messages.ts';

/** The Web Worker, and what is said between it and the page. */
export class WorkerLink {
  /** Is told what the Web Worker says. */
  onReply: ((reply: Reply) => void) | undefined;
  /** Is told that it could not be started, or has failed; nothing comes from it afterwards. */
  onFailure: ((error: LocalError) => void) | undefined;
  readonly #worker: Worker;
  /** The address of the blob, while it is needed. */
  #blobUrl: string | undefined;

  /**
   * @param script of the page's origin, or of another, which a browser starts no worker from but lets
   *   a worker import
   * @throws LocalError `local-unavailable`
   */
  constructor(script: URL) {
    const isForeign = script.origin !== globalThis.origin;
    if (isForeign) this.#blobUrl = importingBlob(script.href);
    try {
      this.#worker = new Worker(this.#blobUrl ?? script);
    } catch (cause) {
      this.#release();
      throw new LocalError('local-unavailable', notLoaded(script, isForeign), { cause });
    }
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      this.#release();
      this.onReply?.(data);
    };
    this.#worker.onerror = (event) => {
      // It is told to whoever asked for the network; the console need not hear of it.
      event.preventDefault();
      this.terminate();
      const { message } = event;
      // A script that is not loaded fails without a message.
      const sentence = message
        ? `The network in this browser has failed: ${message}.`
        : notLoaded(script, isForeign);
      this.onFailure?.(new LocalError('local-unavailable', sentence));
    };
  }

  send(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** Ends the Web Worker, and with it the threads that it has started. */
  terminate(): void {
    this.#release();
    this.#worker.terminate();
  }

  #release(): void {
    if (this.#blobUrl !== undefined) URL.revokeObjectURL(this.#blobUrl);
    this.#blobUrl = undefined;
  }
}

function notLoaded({ href, origin }: URL, isForeign: boolean): string {
  return isForeign
    ? `The network could not be started from ${href}. If this page has a Content-Security-Policy, it has to allow blob: in worker-src, and ${origin} in script-src and connect-src.`
    : `The network could not be loaded from ${href}. Check the connection, and reload the page.`;
}
