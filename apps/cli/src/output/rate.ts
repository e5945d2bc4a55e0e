const WINDOW_MS = 3000;

/** Bytes a second over the last few seconds, which says more of now than an average from the beginning. */
export class Rate {
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];

  /** @param at milliseconds; @param bytes all that were done by then */
  add(at: number, bytes: number): number | undefined {
    const samples = this.#samples;
    samples.push({ at, bytes });
    while (samples.length > 2 && at - samples[1]!.at >= WINDOW_MS) samples.shift();
    const [first] = samples;
    const elapsed = at - first!.at;
    return elapsed < 200 ? undefined : ((bytes - first!.bytes) * 1000) / elapsed;
  }
}
