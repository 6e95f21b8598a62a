import { describe, expect, test } from 'vitest';
import { WorkerPool } from '../../src/cli/worker-pool.ts';

/** A thread whose replies the script makes of `task`. */
function poolOf(script: string, threads = 2): WorkerPool<number, number> {
  const source = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', (task) => { ${script} });`;
  return new WorkerPool(
    new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    null,
    threads,
  );
}

describe('WorkerPool', () => {
  test('answers each task, with more tasks than threads', async () => {
    const pool = poolOf('parentPort.postMessage({ answer: task * 2 })');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => pool.run(i)));
    expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => i * 2));
    await pool.close();
  });

  test.for([
    ['throws', 'throw new Error("broken")', 'broken'],
    ['ends', 'process.exit(3)', 'A thread ended with exit code 3.'],
    ['says that it failed', 'parentPort.postMessage({ error: new Error("lost") })', 'lost'],
  ])('rejects all that was asked where a thread %s', async ([, script, message]) => {
    const pool = poolOf(script);
    const tasks = await Promise.allSettled([1, 2, 3, 4].map((task) => pool.run(task)));
    for (const task of tasks) {
      expect(task).toMatchObject({ status: 'rejected', reason: { message } });
    }
    await expect(pool.run(5)).rejects.toThrow(message);
  });

  test('rejects what waits where it is closed', async () => {
    const pool = poolOf('');
    const waiting = expect(pool.run(1)).rejects.toThrow('closed');
    await pool.close();
    await waiting;
  });
});
