/** A photo that is classified, and what is known of it. */
export interface ValidPhoto {
  readonly name: string;
  /** The folder that it lies in. */
  readonly format: string;
  readonly base64: string;
  readonly label: string;
  readonly wnid: string;
  readonly width: number;
  readonly height: number;
}

/** A file that is refused. Its folder's name is the code of the problem. */
export interface InvalidPhoto {
  readonly name: string;
  readonly base64: string;
  readonly code: string;
}
