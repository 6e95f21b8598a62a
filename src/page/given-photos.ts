/** Photos that a person gives the page: by dropping, pasting or picking files and folders. */
import type { PagePhoto } from './asker.ts';

/** Whether a file of a folder is taken; what is given by itself is always. Petal says what is wrong with it. */
function isPhoto({ name, type }: File): boolean {
  if (name.startsWith('.')) return false;
  return type.startsWith('image/') || /\.(heic|heif|avif|jxl)$/i.test(name);
}

function byPath(a: PagePhoto, b: PagePhoto): number {
  return (a.path ?? '').localeCompare(b.path ?? '', undefined, { numeric: true });
}

/** Files of an `<input type="file">`, or of a folder where it has `webkitdirectory`. */
export function pickedPhotos(files: Iterable<File>): PagePhoto[] {
  const photos = [...files].map((file) => photoOf(file, file.webkitRelativePath));
  const isFolder = photos.some(({ path }) => path !== undefined);
  return isFolder ? photos.filter(({ file }) => isPhoto(file)).sort(byPath) : photos;
}

/** Files and folders that were dropped or pasted. Has to be called while the event is handled. */
export async function transferredPhotos({ items, files }: DataTransfer): Promise<PagePhoto[]> {
  const entries = [...items].flatMap((item) =>
    item.kind === 'file' ? [item.webkitGetAsEntry()] : [],
  );
  // What is pasted has no entries.
  if (!entries.some((entry) => entry?.isDirectory)) return pickedPhotos([...files]);
  const photos = await Promise.all(entries.map((entry) => (entry === null ? [] : walk(entry))));
  return photos.flat().sort(byPath);
}

async function walk(entry: FileSystemEntry): Promise<PagePhoto[]> {
  if (entry.isDirectory) {
    const children = await childrenOf(entry as FileSystemDirectoryEntry);
    return (await Promise.all(children.map(walk))).flat();
  }
  const file = await new Promise<File>((resolve, reject) =>
    (entry as FileSystemFileEntry).file(resolve, reject),
  );
  const isAlone = entry.fullPath === `/${entry.name}`;
  return isAlone || isPhoto(file) ? [photoOf(file, isAlone ? '' : entry.fullPath.slice(1))] : [];
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  // Each call gives some of them, none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return children;
    children.push(...some);
  }
}

function photoOf(file: File, path: string): PagePhoto {
  return path === '' ? { name: file.name, file } : { name: file.name, file, path };
}
