import type { Stats } from 'node:fs';

/** What is known of a file's kind, by its directory or by itself. */
type FileKind = Pick<Stats, 'isFIFO' | 'isSocket' | 'isDirectory'>;

/** Why something that is no file can't be read as a photo. Reading a FIFO would wait for somebody to write. */
export function kindProblem(kind: FileKind): string {
  if (kind.isFIFO()) return 'It is a FIFO (a named pipe), not a file.';
  if (kind.isSocket()) return 'It is a socket, not a file.';
  return kind.isDirectory() ? 'It is a folder, not a file.' : 'It is a device, not a file.';
}

const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or folder.',
  EACCES: 'There is no permission to read it.',
  EPERM: 'There is no permission to read it.',
  ELOOP: 'It is a link that leads to itself.',
};

/** Why a file or folder can't be read, in a sentence. */
export function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return sentences[code] ?? error.message;
}
