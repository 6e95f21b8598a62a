import * as z from 'zod';
import { problemAnswer } from '../contract/answers.ts';
import { type Content, type Operation, tags } from '../contract/operations/operation.ts';
import { operations } from '../contract/operations.ts';
import { type ParameterName, parameters, wireName } from '../contract/parameters.ts';
import { type ProblemCode, problems } from '../errors.ts';

type JsonObject = Record<string, unknown>;

/**
 * The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1),
 * whose schemas are JSON Schema 2020-12, as zod writes it.
 */
export function openApiDocument(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations()) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Petal',
      version: '1',
      summary: 'An image classifier that lives on an edge runtime.',
      description:
        'Every refusal is `application/problem+json` (RFC 9457): branch on `code`, show `detail`. `GET /problems/{code}` explains each.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key of this deployment.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same.' },
      },
    },
  };
}

function describeOperation(operation: Operation): JsonObject {
  const { id, tag, summary, description, body, answer, needs } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    parameters: [
      ...(operation.pathParameters ?? []).map(({ name, ...rest }) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
        ...rest,
      })),
      ...(operation.parameters ?? []).map(queryParameter),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: describeContent(body) } }),
    responses: {
      200: { description: summary, content: describeContent(answer) },
      ...(operation.isCreating
        ? { 201: { description: `${summary}: it is new.`, content: describeContent(answer) } }
        : {}),
      ...(operation.isConditional
        ? { 304: { description: 'The client has the answer: its `If-None-Match` names it.' } }
        : {}),
      ...problemResponses(operation.problems),
    },
    // An empty requirement: whether a key is needed is for the deployment to say.
    ...(needs !== undefined ? { security: [{}, { bearer: [] }, { apiKey: [] }] } : {}),
  };
}

function queryParameter(name: ParameterName): JsonObject {
  const { schema, notation, description, example } = parameters[name];
  return {
    name: wireName(name),
    in: 'query',
    required: !schema.safeParse(undefined).success,
    description,
    schema: inline(schema),
    ...(notation === 'list' ? { style: 'form', explode: false } : {}),
    example: exampleValue(notation, example),
  };
}

function exampleValue(notation: (typeof parameters)[ParameterName]['notation'], text: string) {
  if (notation === 'list') return text.split(',');
  if (notation === 'number') return Number(text);
  return notation === 'boolean' ? text === 'true' : text;
}

function describeContent(content: Content): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, what]) => [
      mediaType,
      typeof what === 'string'
        ? {
            schema: mediaType.startsWith('text/')
              ? { type: 'string', description: what }
              : { description: what },
          }
        : { schema: inline(what) },
    ]),
  );
}

/** Problems by status: several codes can share one. */
function problemResponses(codes: readonly ProblemCode[]): JsonObject {
  const byStatus = Map.groupBy([...codes, 'internal' as const], (code) => problems[code].status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: inline(problemAnswer) } },
      },
    ]),
  );
}

function uri(id: string): string {
  return `#/components/schemas/${id}`;
}

const options = { uri, io: 'input', unrepresentable: 'any' } as const;

/** Every schema that has an id, without what JSON Schema says in a document of its own. */
function namedSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(z.globalRegistry, options);
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]),
  );
}

/** A schema where it is used: a reference if it has an id. */
function inline(schema: z.ZodType): JsonObject {
  const id = z.globalRegistry.get(schema)?.id;
  if (id !== undefined) return { $ref: uri(id) };
  if (schema instanceof z.ZodUnion) {
    return { oneOf: schema.options.map((option) => inline(option as z.ZodType)) };
  }
  const { $schema, ...rest } = z.toJSONSchema(schema, options);
  return rest;
}
