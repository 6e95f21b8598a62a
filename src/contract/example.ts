/** One request, and how it is written for a terminal. */
export interface Example {
  /** Unique. */
  readonly id: string;
  /** Of the row in `operations`. */
  readonly operation: string;
  readonly title: string;
  /** POST where there is a body, else GET, unless said otherwise. */
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** Files of the repository that go into the form field `image`. */
  readonly form?: readonly string[];
  /** A file of the repository that is the body. */
  readonly file?: string;
  /** A JSON body; a text `@file` in it stands for the file's base64. */
  readonly json?: unknown;
  readonly accept?: string;
  /** What is at a path, in a file of this name, is the body. */
  readonly download?: { readonly path: string; readonly file: string };
}
