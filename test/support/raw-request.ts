import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** What came back over a connection. */
export interface RawAnswer {
  /** 0 where nothing came. */
  readonly status: number;
  /** Head and body, as they came. */
  readonly text: string;
}

/**
 * Sends bytes over a connection of their own, as no client of HTTP would, and
 * reads until the server ends it.
 *
 * @param lines of the request's head; `Connection: close` is added
 * @param options `from` is the address to connect from
 */
export async function sendRaw(
  { hostname, port }: URL,
  lines: readonly string[],
  { body = '', from }: { readonly body?: string; readonly from?: string } = {},
): Promise<RawAnswer> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port), localAddress: from });
  socket.setEncoding('latin1');
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'), 'latin1');
  const received = await text(socket);
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? [];
  return { status: Number(status), text: received };
}
