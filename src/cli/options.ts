/** Options that several commands have, and how what is typed is read. */
import { InvalidArgumentError, Option } from 'commander';
import { fits } from '../image/fit.ts';

/** A whole number from 0. */
export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** A whole number from 1. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) throw new InvalidArgumentError('Expected a whole number from 1.');
  return count;
}

/** @returns a share, 0..1 */
export function parsePercent(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) > 100) {
    throw new InvalidArgumentError('Expected a number from 0 to 100.');
  }
  return Number(text) / 100;
}

export function fitOption(): Option {
  return new Option('--fit <fit>', 'how photos become square').choices(fits).default('crop');
}

export function modelOption(): Option {
  return new Option(
    '--model <model>',
    'one of yours: a name in model/heads, perhaps with @version, or a path (default: the 1000 classes of ImageNet)',
  );
}

export function jsonOption(): Option {
  return new Option('--json', 'print everything as JSON');
}

export function seedOption(what: string): Option {
  return new Option('--seed <number>', what).argParser(parseCount).default(0);
}
