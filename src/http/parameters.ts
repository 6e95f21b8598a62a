import {
  operationParameters,
  type ParameterName,
  type ParameterValues,
  parameters,
  wireName,
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
): Map<ParameterName, Given> {
  const given = new Map<ParameterName, Given>();
  const find = (wire: string): ParameterName => {
    const name = names.find((each) => wireName(each) === wire);
    if (name === undefined) {
      const others =
        names.length === 0 ? 'there is none' : `there are ${names.map(wireName).join(', ')}`;
      return refuse(wire, `There is no parameter ${quoted(wire)} here; ${others}.`);
    }
    if (given.has(name)) refuse(wire, `${wire} is given twice; give it once.`);
    return name;
  };
  for (const [wire, text] of [...query, ...fields]) {
    const name = find(wire);
    given.set(name, { text, value: fromText(name, text) });
  }
  for (const [wire, value] of members) {
    const name = find(wire);
    // A list may be written as in a query, too.
    const isList = parameters[name].notation === 'list' && typeof value === 'string';
    given.set(name, { value: isList ? fromText(name, value) : value });
  }
  return given;
}

/** What a text means; itself where it is no number, for the schema to refuse. */
function fromText(name: ParameterName, text: string): unknown {
  const { notation } = parameters[name];
  if (notation === 'number') return /^\d{1,15}(\.\d{1,20})?$/.test(text) ? Number(text) : text;
  if (notation === 'boolean' && ['true', 'false'].includes(text)) return text === 'true';
  if (notation === 'list') return text.split(',').map((item) => item.trim());
  return text;
}

function readOne(name: ParameterName, given: Given | undefined): unknown {
  const { schema, accepts } = parameters[name];
  const read = schema.safeParse(given?.value);
  if (read.success) return read.data;
  const received = given?.text ?? given?.value;
  const wire = wireName(name);
  return refuse(wire, `Expected ${accepts} for ${wire} but received ${shown(received)}.`);
}

/** What was received, in a few words: what a list or an object holds may be megabytes. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
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
