import {
  operationParameters,
  type ParameterName,
  type ParameterValues,
  parameters,
} from '../contract/parameters.ts';
import { AppError, quoted } from '../errors.ts';
import { Base64Text } from '../json/base64-text.ts';
import { NumberArray } from '../json/number-array.ts';

/** Where a request's parameters stand. */
export interface ParameterSources {
  readonly query: URLSearchParams;
  /** Text fields of a form, in their order. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** Members of a JSON body. */
  readonly members?: readonly (readonly [name: string, value: unknown])[];
}

/** What one parameter was given as. */
interface Given {
  readonly text?: string;
  readonly value: unknown;
}

/**
 * Reads the parameters of an operation. Names that it doesn't have, and names
 * that are given twice, are refused: a misspelt one would otherwise be ignored
 * in silence.
 *
 * @throws AppError `invalid-parameter` that names the first parameter at fault, and what is accepted
 */
export function readParameters<Operation extends keyof typeof operationParameters>(
  operation: Operation,
  sources: ParameterSources,
): ParameterValues<(typeof operationParameters)[Operation][number]> {
  const names: readonly ParameterName[] = operationParameters[operation];
  const given = collect(names, sources);
  const values = names.map((name) => [name, readOne(name, given.get(name))] as const);
  return Object.fromEntries(values) as ParameterValues<
    (typeof operationParameters)[Operation][number]
  >;
}

function collect(
  names: readonly ParameterName[],
  { query, fields = [], members = [] }: ParameterSources,
): Map<string, Given> {
  const given = new Map<string, Given>();
  const add = (name: string, value: Given): void => {
    if (!isOneOf(names, name)) {
      const others = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
      refuse(name, `There is no parameter ${quoted(name)} here; ${others}.`);
    }
    if (given.has(name)) refuse(name, `${name} is given twice; give it once.`);
    given.set(name, value);
  };
  for (const [name, text] of [...query, ...fields]) {
    if (isOneOf(names, name)) add(name, { text, value: fromText(name, text) });
    else add(name, { value: text });
  }
  for (const [name, value] of members) {
    // A list may be written as in a query, too.
    const isList = isOneOf(names, name) && parameters[name].notation === 'list';
    add(name, { value: isList && typeof value === 'string' ? fromText(name, value) : value });
  }
  return given;
}

function isOneOf(names: readonly ParameterName[], name: string): name is ParameterName {
  return (names as readonly string[]).includes(name);
}

/** What a text means; itself where it is no number, for the schema to refuse. */
function fromText(name: ParameterName, text: string): unknown {
  const { notation } = parameters[name];
  if (notation === 'number') return /^\d{1,15}(\.\d{1,20})?$/.test(text) ? Number(text) : text;
  if (notation === 'list') return text.split(',').map((item) => item.trim());
  return text;
}

function readOne(name: ParameterName, given: Given | undefined): unknown {
  const { schema, accepts } = parameters[name];
  const read = schema.safeParse(given?.value);
  if (read.success) return read.data;
  const received = given?.text ?? given?.value;
  return refuse(name, `Expected ${accepts} for ${name} but received ${shown(received)}.`);
}

/** What was received, in a few words: what a list or an object holds may be megabytes. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value) || value instanceof NumberArray) return 'a list';
  if (value instanceof Base64Text) return 'a long text';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function refuse(parameter: string, message: string): never {
  throw new AppError('invalid-parameter', message, {
    facts: { parameter: parameter.slice(0, 40) },
  });
}
