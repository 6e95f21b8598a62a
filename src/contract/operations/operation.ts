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
  readonly method: 'get' | 'post';
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
  /** Whether access rules, the rate limit and the waiting room stand before it. */
  readonly isGuarded: boolean;
}

/**
 * A row of a group. Whatever takes a body takes photos: it is guarded, and its
 * refusals are those of everything that reads photos.
 */
export type OperationRow = Omit<Operation, 'tag' | 'problems' | 'isGuarded'> &
  Partial<Pick<Operation, 'problems'>>;

/** Groups of operations, in the order in which they are listed. */
export const tags = {
  photos: 'Classify, embed and explain photos.',
  models: 'What answers, and whether it does.',
  compatible: 'For clients of other servers, which find here what they know.',
  documentation: 'What this is, for people and programs.',
} as const;
export type Tag = keyof typeof tags;

export const modelName: PathParameter = {
  name: 'name',
  description: 'Of the model.',
  example: 'mobilenet_v2_1.0_224',
};
