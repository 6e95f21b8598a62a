/** What the network in the browser is made of, as paths on the site; the build fills it in. */
export interface LocalFiles {
  /** The Web Worker, a classic script. */
  readonly worker: string;
  /** tfjs's binaries by their name. */
  readonly binaries: Readonly<Record<string, string>>;
  /** Emscripten's glue of the threaded binary, a classic script. */
  readonly threadedGlue: string;
  /** What each of its threads runs. */
  readonly threadWorker: string;
  readonly artifact: { readonly path: string; readonly bytes: number; readonly sha256: string };
}

declare const LOCAL_FILES: LocalFiles;

export const localFiles: LocalFiles = LOCAL_FILES;
