/**
 * A binary heap: the least of some things at hand, however their order changes. Which of two that are equal
 * comes first is not said.
 */
export class LeastFirst<T> {
  readonly #things: T[] = [];
  readonly #precedes: (a: T, b: T) => boolean;

  constructor(precedes: (a: T, b: T) => boolean) {
    this.#precedes = precedes;
  }

  get size(): number {
    return this.#things.length;
  }

  least(): T | undefined {
    return this.#things[0];
  }

  /** The least of all but the least. */
  second(): T | undefined {
    const [, a, b] = this.#things;
    return b === undefined || (a !== undefined && !this.#precedes(b, a)) ? a : b;
  }

  add(thing: T): void {
    let at = this.#things.push(thing) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (!this.#precedes(thing, this.#things[above]!)) break;
      this.#things[at] = this.#things[above]!;
      at = above;
    }
    this.#things[at] = thing;
  }

  removeLeast(): void {
    const last = this.#things.pop()!;
    if (this.#things.length === 0) return;
    this.#things[0] = last;
    this.leastGrew();
  }

  /** To be called when the least has become greater. */
  leastGrew(): void {
    const things = this.#things;
    const thing = things[0]!;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= things.length) break;
      if (below + 1 < things.length && this.#precedes(things[below + 1]!, things[below]!)) below++;
      if (!this.#precedes(things[below]!, thing)) break;
      things[at] = things[below]!;
      at = below;
    }
    things[at] = thing;
  }
}
