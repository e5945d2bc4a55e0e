import fc from 'fast-check';
import { createFolderSync } from './folder-sync.ts';

/** Flushes that end when they are told to. */
function slowFlushes(): {
  flush: (folder: string) => Promise<void>;
  begun: string[];
  end: (error?: Error) => void;
} {
  const begun: string[] = [];
  const running: PromiseWithResolvers<undefined>[] = [];
  return {
    begun,
    flush: async (folder) => {
      begun.push(folder);
      const end = Promise.withResolvers<undefined>();
      running.push(end);
      await end.promise;
    },
    end: (error) => {
      const next = running.shift()!;
      if (error === undefined) next.resolve(undefined);
      else next.reject(error);
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createFolderSync', () => {
  it('lets all who come during a flush share the next one, and none the running one', async () => {
    const { flush, begun, end } = slowFlushes();
    const sync = createFolderSync(flush);
    const done: string[] = [];
    const ask = (who: string): Promise<void> => sync('a').then(() => void done.push(who));
    const all = [ask('first'), ask('second'), ask('third'), ask('fourth')];
    await settle();
    expect(begun).toEqual(['a']);
    end();
    await settle();
    expect(done).toEqual(['first']);
    expect(begun).toEqual(['a', 'a']);
    end();
    await Promise.all(all);
    expect(done).toEqual(['first', 'second', 'third', 'fourth']);
    expect(begun).toEqual(['a', 'a']);
  });

  it('flushes different folders at the same time', async () => {
    const { flush, begun, end } = slowFlushes();
    const sync = createFolderSync(flush);
    const both = [sync('a'), sync('b')];
    await settle();
    expect(begun).toEqual(['a', 'b']);
    end();
    end();
    await Promise.all(both);
  });

  it('tells a failure to those who shared that flush, and flushes anew for the others', async () => {
    const { flush, end } = slowFlushes();
    const sync = createFolderSync(flush);
    const results = Promise.allSettled([sync('a'), sync('a'), sync('a')]);
    await settle();
    end(new Error('first'));
    await settle();
    const late = sync('a');
    end();
    await settle();
    end();
    await late;
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('always begins a flush after it was asked, whatever the order of asking and ending', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (steps) => {
        const { flush, begun, end } = slowFlushes();
        let ended = 0;
        const sync = createFolderSync(flush);
        const asked: Promise<boolean>[] = [];
        for (const isAsking of steps) {
          if (isAsking) {
            const before = begun.length;
            asked.push(sync('a').then(() => ended > before));
          } else if (ended < begun.length) {
            ended += 1;
            end();
          }
          await settle();
        }
        while (ended < begun.length) {
          ended += 1;
          end();
          await settle();
        }
        // Each was answered only when a flush had ended that began after it asked.
        expect((await Promise.all(asked)).every(Boolean)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
