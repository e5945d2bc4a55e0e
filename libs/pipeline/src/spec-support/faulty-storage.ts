import { type Storage } from '@etcd-kloset/storage';
import { boundStorage } from './test-store.ts';

/** A crash: as the process sees nothing after it, no other error may take its place. */
export class Crash extends Error {
  constructor(request: string) {
    super(`crashed at ${request}`);
    this.name = 'Crash';
  }
}

export interface FaultyStorage {
  readonly storage: Storage;
  /** Requests so far, such as `put clusters/…`. */
  readonly requests: readonly string[];
}

/**
 * A real storage that crashes at its n-th request, counted from 1, and answers nothing after that.
 *
 * @param when `before`: the request was never made; `after`: it was, and its answer lost
 */
export function faultyStorage(real: Storage, at: number, when: 'before' | 'after'): FaultyStorage {
  const requests: string[] = [];
  const bound = boundStorage(real);
  async function request<T>(what: string, make: () => Promise<T>): Promise<T> {
    const number = requests.push(what);
    if (number > at || (number === at && when === 'before')) throw new Crash(what);
    const answer = await make();
    if (number === at) throw new Crash(what);
    return answer;
  }
  return {
    requests,
    storage: {
      ...bound,
      put: (name, ...rest) => request(`put ${name}`, () => bound.put(name, ...rest)),
      get: (name, ...rest) => request(`get ${name}`, () => bound.get(name, ...rest)),
      stat: (name, ...rest) => request(`stat ${name}`, () => bound.stat(name, ...rest)),
      async *list(prefix, ...rest) {
        yield* await request(`list ${prefix}`, () => Promise.resolve(bound.list(prefix, ...rest)));
      },
      now: () => request('now', () => bound.now()),
    },
  };
}

/** The cluster's part of the same store, through another storage. */
export function through<Part extends { readonly store: { readonly storage: Storage } }>(
  part: Part,
  storage: Storage,
): Part {
  return { ...part, store: { ...part.store, storage } };
}
