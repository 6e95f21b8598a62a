import type * as z from 'zod';
import type { ProblemCode } from '../../errors.ts';
import type { ParameterName } from '../parameters.ts';

/** A part of a path that stands for a name. */
export interface PathParameter {
  readonly name: string;
  readonly description: string;
  readonly example: string;
}

/** A request's or an answer's content by media type: a schema, or what bytes or text there are. */
export type Content = Readonly<Record<string, z.ZodType | string>>;

export interface Operation {
  /** Unique; clients that are generated call their functions by it. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With path parameters in braces. */
  readonly path: string;
  /** The group that it is listed in. */
  readonly tag: Tag;
  /** A few words. */
  readonly summary: string;
  /** A sentence or more. */
  readonly description: string;
  readonly pathParameters?: readonly PathParameter[];
  readonly parameters?: readonly ParameterName[];
  readonly body?: Content;
  readonly answer: Content;
  /** What can be refused beside `internal`. */
  readonly problems: readonly ProblemCode[];
  /** The scope that keys need for it; access rules, the rate limit and the waiting room stand before it. */
  readonly needs: 'classify' | 'train' | undefined;
  /** Whether a client that has the answer already gets a 304. */
  readonly isConditional: boolean;
  /** Whether a 201 says that something is new. */
  readonly isCreating: boolean;
}

/**
 * A row of a group. Whatever takes a body takes photos, unless it says what it
 * needs: keys need the scope `classify`, and its refusals are those of
 * everything that reads photos.
 */
export type OperationRow = Omit<Operation, keyof Derived> & Partial<Derived>;

/** What rows leave out where it follows from the rest. */
type Derived = Pick<Operation, 'tag' | 'problems' | 'needs' | 'isConditional' | 'isCreating'>;

/** Groups of operations, in the order in which they are listed. */
export const tags = {
  photos: 'Classify, embed and explain photos.',
  models: 'What answers, and whether it does.',
  training: 'Models of your own: examples, training, versions.',
  compatible: 'For clients of other servers, which find here what they know.',
  documentation: 'What this is, for people and programs.',
} as const;
export type Tag = keyof typeof tags;

export const modelName: PathParameter = {
  name: 'name',
  description: 'Of the model.',
  example: 'mobilenet_v2_1.0_224',
};
