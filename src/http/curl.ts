import type { Example } from '../contract/example.ts';

/** An example as a command for a shell. Long texts stand as names of files. */
export function curlCommand(
  { method, path, form, file, json, accept, download }: Example,
  origin: string,
): string {
  const parts: string[] = [];
  if (method !== undefined && download === undefined) parts.push(`-X ${method}`);
  // It asks with PUT.
  if (download !== undefined) parts.push(`-T ${download.file}`);
  if (accept !== undefined) parts.push(`-H 'Accept: ${accept}'`);
  if (form !== undefined) parts.push(...form.map((name) => `-F image=@${name}`));
  if (file !== undefined) parts.push(`--data-binary @${file}`);
  if (json !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`, `-d '${shellText(json)}'`);
  }
  if (accept?.startsWith('image/')) parts.push('-o explained.png');
  // It writes the file under the name that the answer gives.
  if (path.endsWith('/file')) parts.push('-OJ');
  if (path.endsWith('/photo')) parts.push('-o photo.jpg');
  const url = `${origin}${path}`;
  return ['curl', ...parts, /[?&]/.test(url) ? `'${url}'` : url].join(' ');
}

/** JSON whose `@file` becomes what a shell puts the file's base64 in for. */
function shellText(json: unknown): string {
  return JSON.stringify(json).replace(/"@([^"]+)"/g, `"'"$(base64 -w0 $1)"'"`);
}
