const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
};

/**
 * Why a file can't be read, in a sentence.
 *
 * @param name of the file, for people
 */
export function explainUnreadable(name: string, error: NodeJS.ErrnoException): Error {
  const why = reasons[error.code ?? ''] ?? error.message;
  return new Error(`${name} can not be read: ${why}.`, { cause: error });
}
