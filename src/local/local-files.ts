/** A file of the site that never changes; its name holds a hash. */
export interface SiteFile {
  /** From the root of Petal's origin. */
  readonly path: string;
  /** Its length, however it is compressed on the way. */
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What the network in the browser is made of, as paths on the site; the build fills it in. */
export interface LocalFiles {
  /** The Web Worker, a classic script. */
  readonly worker: string;
  /** tfjs's binaries by their name. */
  readonly binaries: Readonly<Record<string, SiteFile>>;
  /** The int8 kernels by the name of their file; see `kernelFileName`. */
  readonly kernels: Readonly<Record<string, SiteFile>>;
  /** Emscripten's glue of the threaded binary, a classic script. */
  readonly threadedGlue: string;
  /** What each of its threads runs. */
  readonly threadWorker: string;
  readonly artifact: SiteFile;
}

/** JSON: of an object in its place esbuild would make a chunk that whoever may load the network loads at once. */
declare const LOCAL_FILES: string;

export const localFiles: LocalFiles = JSON.parse(LOCAL_FILES);
