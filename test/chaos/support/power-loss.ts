import { readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { type RedisServer } from '@etcd-kloset/testing';

const LOOK_EACH_MS = 100;
/** What `appendfsync everysec` leaves to the operating system. */
const UNSYNCED_MS = 1000;
/** With a slow disk Redis holds back what it writes for up to two seconds, and answers all the same. */
const HELD_BACK_MS = 2000;

/** What was answered between the two may be lost, nothing else. */
export interface Loss {
  readonly from: number;
  readonly to: number;
}

/**
 * Has Redis lose what it had not synced, as when its machine loses power: it is killed, and its append-only file cut to
 * what it was a second before.
 */
export class PowerLoss {
  readonly #server: RedisServer;
  readonly #timer: NodeJS.Timeout;
  #sizes: { readonly at: number; readonly file: string; readonly size: number }[] = [];

  constructor(server: RedisServer) {
    this.#server = server;
    this.#timer = setInterval(() => this.#look(), LOOK_EACH_MS);
  }

  async befall(): Promise<Loss> {
    await this.#server.kill();
    const to = Date.now();
    const kept = this.#sizes.findLast(({ at }) => at <= to - UNSYNCED_MS);
    const last = this.#newest();
    if (last === undefined || kept === undefined) return { from: to, to };
    // One that is younger than a second is lost as a whole.
    truncateSync(last.file, kept.file === last.file ? kept.size : 0);
    this.#sizes = [];
    return { from: kept.at - HELD_BACK_MS, to };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const newest = this.#newest();
    if (newest === undefined) return;
    this.#sizes.push({ at: Date.now(), ...newest });
    if (this.#sizes.length > 1000) this.#sizes.splice(0, 500);
  }

  /** The file that Redis appends to: `appendonly.aof.<n>.incr.aof`. */
  #newest(): { file: string; size: number } | undefined {
    const folder = path.join(this.#server.folder, 'appendonlydir');
    try {
      const [last] = readdirSync(folder)
        .flatMap((name) => {
          const number = /\.(\d+)\.incr\.aof$/.exec(name)?.[1];
          return number === undefined ? [] : [{ name, number: Number(number) }];
        })
        .sort((a, b) => b.number - a.number);
      if (last === undefined) return undefined;
      const file = path.join(folder, last.name);
      return { file, size: statSync(file).size };
    } catch {
      // Between two names, while it is written anew.
      return undefined;
    }
  }
}
