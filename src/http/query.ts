import type * as z from 'zod';
import { AppError } from '../errors.ts';

/**
 * Reads a request's query by a schema. Names that the schema doesn't have are
 * refused: a misspelt one would otherwise be ignored in silence.
 *
 * @throws AppError `invalid-parameter` that names the first parameter at fault
 *   and, from the schema's description, what is accepted
 */
export function readQuery<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  query: URLSearchParams,
): z.infer<z.ZodObject<Shape>> {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    // Checked here, since zod would pass over one that is called __proto__.
    if (!Object.hasOwn(schema.shape, name)) {
      const names = Object.keys(schema.shape).join(', ');
      refuse(name, `There is no parameter ${quoted(name)} here; there are ${names}.`);
    }
    if (values.has(name)) refuse(name, `${name} is given twice; give it once.`);
    values.set(name, value);
  }
  const read = schema.safeParse(Object.fromEntries(values));
  if (read.success) return read.data;

  const name = String(read.error.issues[0].path[0]);
  const accepted = (schema.shape[name] as z.ZodType).description;
  return refuse(
    name,
    `Expected ${accepted} for ${name} but received ${quoted(values.get(name) ?? '')}.`,
  );
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
