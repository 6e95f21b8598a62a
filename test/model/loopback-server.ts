/** A server on this machine for one test, which misbehaves as the test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** @param attempt 1 for the first request of this path, and so on */
export type Answer = (
  response: ServerResponse,
  attempt: number,
  request: IncomingMessage,
) => void | Promise<void>;

export interface LoopbackServer {
  /** @param path begins with a slash */
  url(path: string): string;
  /** How often a path was asked for. */
  requests(path: string): number;
}

/**
 * Serves until the test ends, then drops whoever is still connected.
 *
 * @param answers by path; other paths are 404
 */
export async function serve(answers: Record<string, Answer>): Promise<LoopbackServer> {
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const attempt = (requests.get(path) ?? 0) + 1;
    requests.set(path, attempt);
    const answer = Object.hasOwn(answers, path) ? answers[path] : status(404);
    void answer(response, attempt, request);
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    requests: (path) => requests.get(path) ?? 0,
  };
}

/** An address of this machine where nobody listens: its port was free a moment ago. */
export async function addressOfNobody(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}/`;
}

/** @returns the port, one that was free */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

/** Answers with these bytes and their length. */
export function send(bytes: Uint8Array): Answer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  };
}

/** Answers with a status and a page about it. */
export function status(code: number): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'text/plain' }).end(`Status ${code}`);
  };
}

/** Takes the request and never says anything. */
export const neverAnswer: Answer = () => {};

/** Announces all of the bytes, sends the first half, then says nothing more. */
export function stall(bytes: Uint8Array): Answer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2));
  };
}

/** Announces all of the bytes, sends the first half, then drops the connection. */
export function breakOff(bytes: Uint8Array): Answer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  };
}
