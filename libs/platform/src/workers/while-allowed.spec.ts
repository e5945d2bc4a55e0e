import { whileAllowed } from './while-allowed.ts';

const never = new AbortController().signal;
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('work that may have to end early', () => {
  it('is not begun when it is not allowed', async () => {
    let begun = false;
    const work = whileAllowed(
      () => Promise.reject(new Error('cancelled')),
      never,
      () => Promise.resolve((begun = true)),
    );
    await expect(work).rejects.toThrow('cancelled');
    expect(begun).toBe(false);
  });

  it('is told when it is not allowed any more, and why', async () => {
    let looks = 0;
    const check = (): Promise<void> =>
      ++looks === 1 ? Promise.resolve() : Promise.reject(new Error('cancelled'));
    await expect(whileAllowed(check, never, untilAborted)).rejects.toThrow('cancelled');
    expect(looks).toBe(2);
  });

  it('goes on while nobody can say, since Redis is away', async () => {
    let looks = 0;
    const { promise, resolve } = Promise.withResolvers<string>();
    const check = (): Promise<void> => {
      if (++looks === 3) resolve('done');
      return looks === 1
        ? Promise.resolve()
        : Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
    };
    expect(await whileAllowed(check, never, () => promise)).toBe('done');
  });

  it('hears the signal of its job', async () => {
    const stop = new AbortController();
    const work = whileAllowed(() => Promise.resolve(), stop.signal, untilAborted);
    setImmediate(() => stop.abort(new Error('the lock is lost')));
    await expect(work).rejects.toThrow('the lock is lost');
    await expect(whileAllowed(() => Promise.resolve(), stop.signal, untilAborted)).rejects.toThrow('lock');
  });
});
