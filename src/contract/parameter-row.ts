import type * as z from 'zod';

/** One parameter of requests. */
export interface ParameterRow {
  /** How requests call it, where another row has that name, too: that of the row, unless said otherwise. */
  readonly name?: string;
  /** What it is in JSON. */
  readonly schema: z.ZodType;
  /** How a query or a form field writes it: lists are separated by commas. */
  readonly notation: 'text' | 'number' | 'boolean' | 'list';
  /** Completes "Expected ... for ...". */
  readonly accepts: string;
  readonly description: string;
  /** For the documentation, as text. */
  readonly example: string;
}
