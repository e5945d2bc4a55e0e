import { keyHasher } from '@etcd-kloset/mvcc';

const FIRST_SLOTS = 1 << 14;
const TOMBSTONE = 1;
const TAKEN = 2;

/**
 * Tells which keys are alive, given their versions in any order: for each key it holds the newest version
 * seen so far and the group that the key belongs to. 24 bytes a slot, by hash: keys themselves are not held.
 */
export class LiveKeys {
  readonly #hasher = keyHasher();
  #low = new Uint32Array(FIRST_SLOTS);
  #high = new Uint32Array(FIRST_SLOTS);
  #main = new Float64Array(FIRST_SLOTS);
  #sub = new Uint32Array(FIRST_SLOTS);
  /** Group << 2 | TAKEN | TOMBSTONE. */
  #state = new Uint32Array(FIRST_SLOTS);
  #count = 0;

  /** @param group a small number that is the same for all versions of a key */
  add(key: Uint8Array, main: number, sub: number, isTombstone: boolean, group: number): void {
    if (this.#count * 2 >= this.#state.length) this.#grow();
    this.#hasher.hash(key, 0, key.length);
    const { low, high } = this.#hasher;
    const slot = this.#slotOf(low, high);
    if (this.#state[slot] === 0) this.#count++;
    else if (this.#main[slot]! > main || (this.#main[slot] === main && this.#sub[slot]! > sub)) return;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#main[slot] = main;
    this.#sub[slot] = sub;
    this.#state[slot] = (group << 2) | TAKEN | (isTombstone ? TOMBSTONE : 0);
  }

  /** How many keys of each group are alive. */
  counts(groups: number): Float64Array {
    const counts = new Float64Array(groups);
    for (const state of this.#state) {
      if ((state & TAKEN) !== 0 && (state & TOMBSTONE) === 0) counts[state >>> 2]!++;
    }
    return counts;
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#state.length - 1;
    let slot = low & mask;
    while (this.#state[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [low, high, main, sub, state] = [this.#low, this.#high, this.#main, this.#sub, this.#state];
    const slots = state.length * 2;
    this.#low = new Uint32Array(slots);
    this.#high = new Uint32Array(slots);
    this.#main = new Float64Array(slots);
    this.#sub = new Uint32Array(slots);
    this.#state = new Uint32Array(slots);
    for (let i = 0; i < state.length; i++) {
      if (state[i] === 0) continue;
      const slot = this.#slotOf(low[i]!, high[i]!);
      this.#low[slot] = low[i]!;
      this.#high[slot] = high[i]!;
      this.#main[slot] = main[i]!;
      this.#sub[slot] = sub[i]!;
      this.#state[slot] = state[i]!;
    }
  }
}
