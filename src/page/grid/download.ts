/** Until the browser has surely begun to write the file. */
const keptMs = 60_000;

/** Hands a file that was made here to the person, as a download. */
export function download(blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keptMs);
}

/** `petal-flowers-2026-11-24.csv` */
export function resultsFileName(modelName: string, extension: string): string {
  const now = new Date();
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `petal-${modelName.replace(/[^\w.-]+/g, '-')}-${year}-${month}-${day}.${extension}`;
}
