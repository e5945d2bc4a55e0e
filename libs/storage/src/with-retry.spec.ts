import { infosOf, namesOf } from './conformance/check.ts';
import { type LocalPlace, localPlace } from './local/testing/local-place.ts';
import { type RetriedFailure, type RetryPolicy } from './retrying.ts';
import { StorageError } from './storage-error.ts';
import { type ObjectInfo, type Storage } from './storage.ts';
import { withRetry } from './with-retry.ts';

const cutOff = (): StorageError =>
  new StorageError('storage.unreachable', 'The server is gone.', {
    advice: 'Wait.',
    retryable: true,
    context: { system: 'ETIMEDOUT' },
  });

/** Time that passes only while somebody sleeps. */
function patience(policy: RetryPolicy = {}): RetryPolicy & { pauses: number[]; failures: RetriedFailure[] } {
  let time = 1000;
  const pauses: number[] = [];
  const failures: RetriedFailure[] = [];
  return {
    pauses,
    failures,
    random: () => 1,
    clock: () => time,
    sleep: (ms) => {
      pauses.push(ms);
      time += ms;
      return Promise.resolve();
    },
    onRetry: (failure) => failures.push(failure),
    ...policy,
  };
}

describe('withRetry', () => {
  let place: LocalPlace;
  let storage: Storage;
  beforeEach(async () => {
    place = await localPlace();
    storage = await place.open();
  });
  afterEach(() => place.remove());

  /** Fails the first `times` requests of each kind, before they reach the storage. */
  function failingFirst(times: number, error = cutOff): Storage {
    const failed = new Map<string, number>();
    const fail = (kind: string): void => {
      const count = failed.get(kind) ?? 0;
      failed.set(kind, count + 1);
      if (count < times) throw error();
    };
    return {
      ...storage,
      async put(...args) {
        fail('put');
        return storage.put(...args);
      },
      async get(...args) {
        fail('get');
        return storage.get(...args);
      },
      async stat(...args) {
        fail('stat');
        return storage.stat(...args);
      },
      async *list(...args) {
        fail('list');
        yield* storage.list(...args);
      },
      async folders(...args) {
        fail('folders');
        return storage.folders(...args);
      },
      async delete(...args) {
        fail('delete');
        return storage.delete(...args);
      },
      async now() {
        fail('now');
        return storage.now();
      },
    };
  }

  it('makes every operation succeed that fails a few times', async () => {
    const policy = patience();
    const patient = withRetry(failingFirst(3), policy);
    expect(await patient.put('a/b', Buffer.from('x'))).toBe('created');
    expect((await patient.get('a/b')).toString()).toBe('x');
    expect(await patient.stat('a/b')).toMatchObject({ size: 1 });
    expect(await infosOf(patient, '')).toMatchObject([{ name: 'a/b' }]);
    expect(await patient.folders('')).toEqual(['a']);
    await patient.delete('a/b');
    expect(await patient.now()).toBeInstanceOf(Date);
    expect(policy.failures.map(({ operation, tries }) => `${operation} ${tries}`)).toEqual(
      ['put', 'get', 'stat', 'list', 'folders', 'delete', 'now'].flatMap((kind) =>
        [1, 2, 3].map((n) => `${kind} ${n}`),
      ),
    );
  });

  it('doubles the pause up to the longest, and takes a random part of it', async () => {
    const policy = patience({ firstPauseMs: 100, longestPauseMs: 1000 });
    await withRetry(failingFirst(6), policy).stat('a');
    expect(policy.pauses).toEqual([100, 200, 400, 800, 1000, 1000]);

    const jittered = patience({ firstPauseMs: 100, longestPauseMs: 1000, random: () => 0.25 });
    await withRetry(failingFirst(6), jittered).stat('a');
    expect(jittered.pauses).toEqual([25, 50, 100, 200, 250, 250]);
  });

  it('gives up when the next try would come too late, with the cause and the number of tries', async () => {
    const policy = patience({ firstPauseMs: 100, longestPauseMs: 1000, giveUpAfterMs: 1500 });
    const failure = withRetry(failingFirst(Infinity), policy).get('a');
    await expect(failure).rejects.toMatchObject({
      code: 'storage.unreachable',
      message: expect.stringContaining('Tried 5 times') as unknown,
      advice: 'Wait.',
      retryable: true,
      context: { system: 'ETIMEDOUT', tries: 5 },
      cause: { code: 'storage.unreachable', message: 'The server is gone.' },
    });
    expect(policy.pauses).toEqual([100, 200, 400, 800]);
  });

  it('does not try again what no retry can help, nor what is no StorageError', async () => {
    const policy = patience();
    await expect(withRetry(storage, policy).get('missing')).rejects.toMatchObject({
      code: 'storage.not-found',
    });
    await expect(withRetry(storage, policy).put('../a', [])).rejects.toMatchObject({
      code: 'storage.bad-name',
    });
    const broken: Storage = { ...storage, stat: () => Promise.reject(new TypeError('a mistake of ours')) };
    await expect(withRetry(broken, policy).stat('a')).rejects.toThrow(TypeError);
    expect(policy.pauses).toEqual([]);
  });

  it('ends a pause when it is aborted, by the request or by the policy, with the reason', async () => {
    const reason = new Error('enough');
    for (const owner of ['request', 'policy'] as const) {
      const controller = new AbortController();
      const { signal } = controller;
      const patient = withRetry(failingFirst(Infinity), {
        firstPauseMs: 3_600_000,
        longestPauseMs: 3_600_000,
        giveUpAfterMs: Infinity,
        random: () => 1,
        onRetry: () => setImmediate(() => controller.abort(reason)),
        ...(owner === 'policy' ? { signal } : {}),
      });
      const request = owner === 'request' ? { signal } : {};
      await expect(patient.stat('a', request)).rejects.toBe(reason);
      await expect(patient.put('a', [], request)).rejects.toBe(reason);
    }
  });

  it('passes the signal on to the request under way', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const seen: (AbortSignal | undefined)[] = [];
    const watched: Storage = {
      ...storage,
      get: async (name, range, options) => {
        seen.push(options?.signal);
        return storage.get(name, range, options);
      },
    };
    await storage.put('a', Buffer.from('x'));
    const { signal } = new AbortController();
    await withRetry(watched).get('a', undefined, { signal });
    expect(seen).toEqual([signal]);
    await expect(
      withRetry(watched, { signal: controller.signal }).get('a', undefined, { signal }),
    ).rejects.toThrow('enough');
  });

  it('passes the bound on memory on', async () => {
    await storage.put('a', Buffer.from('too much'));
    await expect(withRetry(storage).get('a', undefined, { maxBytes: 3 })).rejects.toMatchObject({
      code: 'storage.too-large',
    });
  });

  describe('put, when the answer was lost', () => {
    /** Puts, and then fails as if the answer had not come. */
    const losingAnswers = (): Storage => {
      let lost = false;
      return {
        ...storage,
        async put(...args) {
          const outcome = await storage.put(...args);
          if (lost) return outcome;
          lost = true;
          throw cutOff();
        },
      };
    };

    it('says created, if the object has our bytes', async () => {
      const parts = [Buffer.from('our '), Buffer.from(''), Buffer.from('bytes')];
      expect(await withRetry(losingAnswers(), patience()).put('a', parts)).toBe('created');
      expect(await withRetry(losingAnswers(), patience()).put('b', [])).toBe('created');
    });

    it('says exists, if somebody else was first', async () => {
      await storage.put('longer', Buffer.from('their own bytes'));
      await storage.put('same-size', Buffer.from('THEIR'));
      await storage.put('empty', []);
      const ours = [Buffer.from('th'), Buffer.from('eir')];
      for (const name of ['longer', 'same-size', 'empty']) {
        expect(await withRetry(losingAnswers(), patience()).put(name, ours)).toBe('exists');
      }
    });

    it('says exists at the first try even for the same bytes: they are not our doing', async () => {
      await storage.put('a', Buffer.from('x'));
      expect(await withRetry(storage, patience()).put('a', Buffer.from('x'))).toBe('exists');
    });
  });

  describe('list', () => {
    const names = Array.from({ length: 30 }, (_, at) => `l/${String(at).padStart(2, '0')}`);
    beforeEach(() => Promise.all(names.map((name) => storage.put(name, Buffer.from(name)))));

    /** Cuts each listing off after `count` objects, `times` times. */
    const cuttingOff = (count: number, times: number): Storage & { begun: number } => {
      const cutting = {
        ...storage,
        begun: 0,
        async *list(prefix: string): AsyncGenerator<ObjectInfo> {
          cutting.begun += 1;
          let left = cutting.begun <= times ? count : Infinity;
          for await (const info of storage.list(prefix)) {
            if (left === 0) throw cutOff();
            left -= 1;
            yield info;
          }
        },
      };
      return cutting;
    };

    it('continues behind the last object it gave, and gives none twice', async () => {
      const cutting = cuttingOff(7, 1);
      expect(await namesOf(withRetry(cutting, patience()), 'l/')).toEqual(names);
      expect(cutting.begun).toBe(2);
    });

    it('fails when it gets no further', async () => {
      const policy = patience({ giveUpAfterMs: 5000 });
      const listed: string[] = [];
      const listing = (async () => {
        for await (const { name } of withRetry(cuttingOff(7, Infinity), policy).list('l/')) listed.push(name);
      })();
      await expect(listing).rejects.toMatchObject({ code: 'storage.unreachable' });
      expect(listed).toEqual(names.slice(0, 7));
    });

    it('ends the listing below when it is left early', async () => {
      let ended = false;
      const watched: Storage = {
        ...storage,
        async *list(prefix) {
          try {
            yield* storage.list(prefix);
          } finally {
            ended = true;
          }
        },
      };
      for await (const { name } of withRetry(watched).list('l/')) if (name === names[3]) break;
      expect(ended).toBe(true);
    });
  });
});
