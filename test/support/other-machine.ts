import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { runCommand } from '../../src/testing/run-command.ts';

/** A host of its own on the network of this one: other addresses, another loopback. */
export interface OtherMachine extends AsyncDisposable {
  /** This machine's address on the network that both are on. */
  readonly ours: string;
  /** Its own. */
  readonly theirs: string;
  /**
   * Sends requests from there to this machine, each as bytes (latin1) over a connection of its own.
   *
   * @returns what came, in the order of the requests; empty where nothing did
   */
  send(port: number, requests: readonly string[]): Promise<string[]>;
}

/** Runs there: sends what comes as JSON on standard input, prints what comes back. */
const sender = `
const { connect } = require('node:net');
const { text } = require('node:stream/consumers');
const ask = async (host, port, request) => {
  const socket = connect({ host, port });
  socket.setEncoding('latin1').write(request, 'latin1');
  return await text(socket).catch(() => '');
};
(async () => {
  const { host, port, requests } = JSON.parse(process.argv[1]);
  const answers = [];
  for (const request of requests) answers.push(await ask(host, port, request));
  process.stdout.write(JSON.stringify(answers));
})();
`;

async function ip(...parameters: string[]): Promise<void> {
  const { exitCode, output } = await runCommand('ip', parameters, { cwd: '.' });
  if (exitCode !== 0) throw new Error(`ip ${parameters.join(' ')}: ${output.trim()}`);
}

/**
 * Makes another machine: a network namespace, joined to this one by a pair of
 * virtual Ethernet devices. That takes Linux, iproute2 and root.
 *
 * @throws Error that says why it can't be made
 */
export async function makeOtherMachine(): Promise<OtherMachine> {
  const id = randomUUID().slice(0, 8);
  const [namespace, here, there] = [`petal-${id}`, `pt-${id}-a`, `pt-${id}-b`];
  // RFC 2544's networks for measurements, which nobody's machine is on; one of 2^14 of them for each.
  const subnet = Number.parseInt(id, 16) % 2 ** 14;
  const network = `198.${18 + (subnet >> 13)}.${(subnet >> 5) & 255}.`;
  const first = (subnet & 31) * 8;
  const [ours, theirs] = [`${network}${first + 1}`, `${network}${first + 2}`];
  await ip('netns', 'add', namespace);
  const remove = () => ip('netns', 'delete', namespace);
  try {
    await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', namespace);
    await ip('address', 'add', `${ours}/29`, 'dev', here);
    await ip('link', 'set', here, 'up');
    await ip('-n', namespace, 'address', 'add', `${theirs}/29`, 'dev', there);
    await ip('-n', namespace, 'link', 'set', there, 'up');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ours,
    theirs,
    async send(port, requests) {
      const task = JSON.stringify({ host: ours, port, requests });
      const command = ['netns', 'exec', namespace, process.execPath, '-e', sender, task];
      const { exitCode, stdout, output } = await runCommand('ip', command, { cwd: '.' });
      if (exitCode !== 0) throw new Error(output);
      return JSON.parse(stdout);
    },
    // The devices go with it.
    [Symbol.asyncDispose]: remove,
  };
}
