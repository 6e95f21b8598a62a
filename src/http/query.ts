import type * as z from 'zod';
import { AppError } from '../errors.ts';

/**
 * Reads a request's query by a schema.
 *
 * @throws AppError `invalid-parameter` that names the first parameter at fault
 *   and, from the schema's description, what is accepted
 */
export function readQuery<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  query: URLSearchParams,
): z.infer<z.ZodObject<Shape, z.core.$strict>> {
  const values: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(values, name)) refuse(name, `${name} is given twice; give it once.`);
    values[name] = value;
  }
  const read = schema.safeParse(values);
  if (read.success) return read.data;

  const [issue] = read.error.issues;
  if (issue.code === 'unrecognized_keys') {
    const names = Object.keys(schema.shape).join(', ');
    const [name] = issue.keys;
    return refuse(name, `There is no parameter ${quoted(name)} here; there are ${names}.`);
  }
  const name = String(issue.path[0]);
  const accepted = (schema.shape[name] as z.ZodType).description;
  return refuse(name, `Expected ${accepted} for ${name} but received ${quoted(values[name])}.`);
}

function refuse(parameter: string, message: string): never {
  throw new AppError('invalid-parameter', message, { facts: { parameter: shortened(parameter) } });
}

/** What a client sent, for a sentence: marked as such, and no longer than a sentence bears. */
function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
