import { type Logger } from '@etcd-kloset/platform';
import { keepRunning } from './keep-running.ts';

describe('a background task', () => {
  const said: string[] = [];
  const note = (message: string): void => void said.push(message);
  const log: Logger = { debug: note, info: note, warn: note, error: note, with: () => log };

  it('goes on after errors, and says each once', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let rounds = 0;
    const task = keepRunning({ name: 'test', log, everyMs: 1 }, () => {
      if (++rounds === 1) return Promise.reject(new Error('once'));
      resolve(undefined);
      return Promise.resolve();
    });
    task.wake();
    await promise;
    await task.stop();
    expect(said).toEqual(['A task failed; it is tried again.', 'It works again.']);
  });

  it('is woken while it pauses and while it works, and stops in both', async () => {
    let rounds = 0;
    const started: (() => void)[] = [];
    const round = (): Promise<void> => new Promise((resolve) => started.push(resolve));
    const begun = round();
    const task = keepRunning({ name: 'test', log, everyMs: 1_000_000 }, async (signal) => {
      rounds++;
      started.splice(0).forEach((resolve) => resolve());
      if (rounds === 2) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await begun;
    const second = round();
    task.wake();
    await second;
    task.wake();
    await task.stop();
    expect(rounds).toBe(2);
  });
});
