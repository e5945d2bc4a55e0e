/** Fires once when there was no progress for a time. Reporting progress costs next to nothing: no timer is set. */
export class ProgressWatchdog {
  readonly #limitMs: number;
  readonly #onStall: () => void;
  #last = performance.now();
  #suspended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onStall: () => void) {
    this.#limitMs = limitMs;
    this.#onStall = onStall;
    this.#wait(limitMs);
  }

  progress(): void {
    this.#last = performance.now();
  }

  /** While we are the ones who hold up the stream, the time does not count. */
  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
    this.progress();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(timeMs: number): void {
    this.#timer = setTimeout(() => {
      const idle = this.#suspended ? 0 : performance.now() - this.#last;
      if (idle >= this.#limitMs) this.#onStall();
      else this.#wait(this.#limitMs - idle);
    }, timeMs);
  }
}
