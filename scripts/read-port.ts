/**
 * Reads a port that somebody wrote.
 *
 * @param name of where the text is from
 * @throws Error that says what would be right
 */
export function readPort(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Error(`${name} should be a number from 0 to 65535 but is "${text}".`);
  }
  return port;
}
