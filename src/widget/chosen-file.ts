/** Whether a file input with this `accept` would offer the file (HTML, 4.10.5.1.17). */
export function isAccepted({ name, type }: File, accept: string): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .some((token) =>
      token.startsWith('.')
        ? name.toLowerCase().endsWith(token)
        : `${type}/`.startsWith(token.replace('*', '')),
    );
}

/** A prepared photo as a file of a form: named as it was chosen, but for the format. */
export function namedPhoto(blob: Blob, { name }: File): File {
  const stem = name.replace(/\.[^.]*$/, '') || 'photo';
  return new File([blob], `${stem}.jpg`, { type: blob.type });
}
