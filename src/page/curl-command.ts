export interface CurlOptions {
  /** Of Petal. */
  readonly url: URL;
  /** Undefined for ImageNet's classes. */
  readonly model?: string | undefined;
  /** Name of the photo's file. */
  readonly fileName: string;
  /** Whether a key has to be sent; it is named, not shown. */
  readonly needsKey: boolean;
}

/** The command for a shell that asks what the page asks. */
export function curlCommand({ url, model, fileName, needsKey }: CurlOptions): string {
  const address = new URL('v1/classify', url);
  if (model !== undefined) address.searchParams.set('model', model);
  return [
    'curl',
    ...(needsKey ? ['-H "Authorization: Bearer $PETAL_KEY"'] : []),
    '-F',
    quoted(`image=@${formFile(fileName)}`),
    quoted(address.href),
  ].join(' ');
}

/** A name with a comma or a semicolon would end there for curl (`man curl`, --form). */
function formFile(name: string): string {
  return /[,;"\\]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@=.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
