import { type RetryPolicy, createRetrying } from './retrying.ts';
import { type ObjectInfo, type RequestOptions, type Storage } from './storage.ts';

/**
 * The same storage, patient: what fails with a `retryable` error is tried again after a random pause below a
 * bound that doubles each time ("full jitter": many clients that failed together do not come back together).
 *
 * What fails for good does so with the last error's code, and that error as its cause. A listing continues
 * behind the last object it gave.
 */
export function withRetry(storage: Storage, policy: RetryPolicy = {}): Storage {
  const retrying = createRetrying(policy);

  return {
    url: storage.url,
    capabilities: storage.capabilities,

    async put(name, parts, options = {}) {
      let triesMade = 1;
      const outcome = await retrying('put', options, (request, tries) => {
        triesMade = tries;
        return storage.put(name, parts, request);
      });
      if (outcome === 'created' || triesMade === 1) return outcome;
      // A try that failed may have done its work, and only its answer was lost: then the object is ours.
      return (await holds(name, parts, options)) ? 'created' : 'exists';
    },

    get: (name, range, options = {}) =>
      retrying('get', options, (request) => storage.get(name, range, { ...options, ...request })),

    stat: (name, options = {}) => retrying('stat', options, (request) => storage.stat(name, request)),

    list: (prefix, options = {}) => listPatiently(prefix, options),

    folders: (prefix, options = {}) =>
      retrying('folders', options, (request) => storage.folders(prefix, request)),

    delete: (name, options = {}) => retrying('delete', options, (request) => storage.delete(name, request)),

    now: () => retrying('now', {}, () => storage.now()),

    close: () => storage.close(),
  };

  async function holds(
    name: string,
    parts: Uint8Array | readonly Uint8Array[],
    options: RequestOptions,
  ): Promise<boolean> {
    const ours = parts instanceof Uint8Array ? [parts] : parts;
    const size = ours.reduce((sum, part) => sum + part.byteLength, 0);
    const info = await retrying('stat', options, (request) => storage.stat(name, request));
    if (info?.size !== size) return false;
    const theirs = await retrying('get', options, (request) =>
      storage.get(name, undefined, { ...request, maxBytes: size }),
    );
    let offset = 0;
    return ours.every((part) => {
      const same = theirs.subarray(offset, offset + part.byteLength).equals(part);
      offset += part.byteLength;
      return same;
    });
  }

  async function* listPatiently(prefix: string, options: RequestOptions): AsyncGenerator<ObjectInfo> {
    let objects: AsyncIterator<ObjectInfo> | undefined;
    let last: string | undefined;
    // Each object that arrives is progress: the next failure starts with a short pause and all of the time.
    const next = (): Promise<IteratorResult<ObjectInfo>> =>
      retrying('list', options, async (request) => {
        objects ??= storage.list(prefix, request)[Symbol.asyncIterator]();
        try {
          return await nextBehind(objects, last);
        } catch (error) {
          objects = undefined;
          throw error;
        }
      });
    try {
      for (let step = await next(); step.done !== true; step = await next()) {
        last = step.value.name;
        yield step.value;
      }
    } finally {
      await objects?.return?.();
    }
  }
}

/** The first object that sorts behind `last`; names are ASCII, so strings compare as their bytes do. */
async function nextBehind(
  objects: AsyncIterator<ObjectInfo>,
  last: string | undefined,
): Promise<IteratorResult<ObjectInfo>> {
  let step = await objects.next();
  while (step.done !== true && last !== undefined && step.value.name <= last) step = await objects.next();
  return step;
}
