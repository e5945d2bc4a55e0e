import { abortable, abortedOr, breather } from './abortable.ts';

const reason = new Error('told to stop');

describe('work with a signal', () => {
  it('gives what it gives, or fails as it fails, while the signal stays away', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    expect(await abortable(Promise.resolve(2), undefined)).toBe(2);
    await expect(abortable(Promise.reject(new Error('of its own')), signal)).rejects.toThrow('of its own');
  });

  it('ends with the reason when the signal comes, however long the work goes on, and whatever becomes of it', async () => {
    const controller = new AbortController();
    const work = Promise.withResolvers<never>();
    const waiting = abortable(work.promise, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    // Nobody listens any more: it must not end the process.
    work.reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('is not waited for when the signal has come already', async () => {
    const failing = Promise.reject(new Error('of its own'));
    await expect(abortable(failing, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(abortable(new Promise(() => undefined), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted: AbortSignal = Object.assign(signal, {
      addEventListener: () => {
        listeners++;
      },
      removeEventListener: () => {
        listeners--;
      },
    });
    await abortable(Promise.resolve(1), counted);
    expect(listeners).toBe(0);
  });

  it('fails with the reason instead of its own error', () => {
    const own = new Error('of its own');
    expect(abortedOr(own, undefined)).toBe(own);
    expect(abortedOr(own, new AbortController().signal)).toBe(own);
    expect(abortedOr(own, AbortSignal.abort(reason))).toBe(reason);
  });
});

describe('a long loop', () => {
  it('lets others have their turn, and ends when the signal has come', async () => {
    const controller = new AbortController();
    const breathe = breather(controller.signal);
    let turns = 0;
    const loop = (async () => {
      for (;;) if ((await breathe()) === undefined) turns++;
    })();
    // Without its pauses this timer would never have its turn.
    setTimeout(() => {
      controller.abort(reason);
    }, 1);
    await expect(loop).rejects.toBe(reason);
    expect(turns).toBeGreaterThan(0);
  });

  it('goes on without one', async () => {
    const breathe = breather(undefined);
    const start = performance.now();
    let paused: Promise<void> | undefined;
    while (paused === undefined && performance.now() - start < 10_000) paused = breathe();
    expect(await paused).toBeUndefined();
    expect(paused).toBeDefined();
  });
});
