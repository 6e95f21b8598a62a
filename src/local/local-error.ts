/** Why a photo, or all photos, can't be classified here. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  /** A code of Petal's problems, or `local-unavailable` where this browser can't run the network at all. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The binary did not start. Another one may. */
export class StartError extends LocalError {
  constructor(message: string, options?: ErrorOptions) {
    super('local-unavailable', message, options);
  }
}
