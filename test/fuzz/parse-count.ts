import { InvalidArgumentError } from 'commander';

/**
 * An option's value as a whole number from 0 on.
 *
 * @throws InvalidArgumentError if the text is not a whole number, or has more than nine digits
 */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
