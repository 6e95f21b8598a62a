/**
 * Petal behind a server that sees what browsers ask of it, and can get in their way. Violations of a
 * Content-Security-Policy are reported to it, those in Web Workers and their threads, too.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';

/** What becomes of an answer on its way. */
export type Disturbance = (body: Buffer) => {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection is closed after the body, before its announced end. */
  readonly isCutOff?: boolean;
};

/** Half of it arrives. */
export const cutOff: Disturbance = (body) => ({
  body: body.subarray(0, body.length / 2),
  headers: { 'Content-Length': String(body.length) },
  isCutOff: true,
});

export interface WatchedPetal {
  readonly url: URL;
  /** Paths that were asked for, in order. */
  readonly paths: string[];
  /** What broke a policy, a sentence each: of pages, Web Workers and their threads. */
  readonly violations: string[];
  /** By what the path looks like. */
  readonly disturbances: Map<RegExp, Disturbance>;
  close(): Promise<void>;
}

const reportPath = '/policy-reports';

export async function watch(petal: URL): Promise<WatchedPetal> {
  const paths: string[] = [];
  const violations: string[] = [];
  const disturbances = new Map<RegExp, Disturbance>();

  async function report(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'csp-report': violation } = JSON.parse(await text(message));
    violations.push(
      `${violation['violated-directive']} forbids ${violation['blocked-uri']} in ${violation['document-uri']}`,
    );
    response.writeHead(204).end();
  }

  function forward(message: IncomingMessage, response: ServerResponse, path: string): void {
    const { method, headers } = message;
    const disturbance = disturbanceOf(path);
    // What is to be damaged is the file, not its compression.
    if (disturbance !== undefined) delete headers['accept-encoding'];
    const asked = request(new URL(path, petal), { method, headers }, (answer) => {
      const policy = answer.headers['content-security-policy'];
      if (policy !== undefined) {
        answer.headers['content-security-policy'] = `${policy}; report-uri ${reportPath}`;
      }
      if (disturbance === undefined) {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      } else void disturb(answer, response, disturbance);
    });
    asked.on('error', () => response.destroy());
    message.pipe(asked);
  }

  function disturbanceOf(path: string): Disturbance | undefined {
    return [...disturbances].find(([pattern]) => pattern.test(path))?.[1];
  }

  const server = createServer((message, response) => {
    const { url: path = '/' } = message;
    if (path === reportPath) void report(message, response);
    else {
      paths.push(path);
      forward(message, response, path);
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: new URL(`http://127.0.0.1:${address.port}/`),
    paths,
    violations,
    disturbances,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function disturb(
  answer: IncomingMessage,
  response: ServerResponse,
  disturbance: Disturbance,
): Promise<void> {
  const { body, headers, isCutOff } = disturbance(await buffer(answer));
  const { 'content-length': _, ...others } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, { ...others, ...headers });
  if (isCutOff) response.write(body, () => response.socket?.end());
  else response.end(body);
}
