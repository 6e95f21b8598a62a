/** Tells a person in a terminal, or the reader of a log, how a file is obtained. */
import cliProgress, { type SingleBar } from 'cli-progress';
import type { ObtainEvent } from './obtain.ts';

/** What is downloaded sooner than this shows no bar. */
const showBarAfterMs = 500;

/** What the reporter writes to: `process.stderr`, or a stand-in. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Bytes in the unit that people use: `4.1 MB`, of a million bytes each. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Draws a bar on a terminal while a download takes long; elsewhere writes a
 * line where one begins and where it ends, so that logs stay short.
 */
export function progressReporter(stream: ProgressStream): (event: ObtainEvent) => void {
  let bar: SingleBar | undefined;
  let barTimer: NodeJS.Timeout | undefined;
  let receivedBytes = 0;

  function showBar(totalBytes: number, name: string): void {
    bar = new cliProgress.SingleBar(
      {
        format: `${name} {bar} {percentage}% of ${megabytes(totalBytes)}`,
        stream,
        clearOnComplete: true,
        // An interrupted process could not show it again.
        hideCursor: false,
        gracefulExit: false,
      },
      cliProgress.Presets.shades_classic,
    );
    bar.start(totalBytes, receivedBytes);
  }

  function end(line: string): void {
    clearTimeout(barTimer);
    bar?.stop();
    bar = undefined;
    stream.write(`${line}\n`);
  }

  return (event) => {
    const { file } = event;
    switch (event.kind) {
      case 'copied':
        stream.write(`Copied ${event.from} (${megabytes(file.bytes)}).\n`);
        return;
      case 'download-began':
        receivedBytes = 0;
        if (stream.isTTY === true) {
          barTimer = setTimeout(() => showBar(file.bytes, file.name), showBarAfterMs);
        } else {
          const size = megabytes(file.bytes);
          stream.write(`Downloading ${file.name} (${size}) from ${event.url}\n`);
        }
        return;
      case 'download-progressed':
        receivedBytes = event.receivedBytes;
        bar?.update(receivedBytes);
        return;
      case 'download-ended':
        end(`Downloaded ${file.name} (${megabytes(file.bytes)}).`);
        return;
      case 'download-failed':
        end(`Could not download ${event.url}: ${event.reason}`);
        return;
    }
  };
}
