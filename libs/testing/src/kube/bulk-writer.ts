import { type EtcdClient } from '../etcd/etcd-client.ts';

/**
 * Writes many keys with many calls under way at once. Two writes to one key keep their order; all others
 * may overtake each other, so revisions differ from run to run while the last value of each key does not.
 */
export class BulkWriter {
  readonly #client: EtcdClient;
  readonly #limit: number;
  readonly #underWay = new Map<string, Promise<void>>();
  #roomMade: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #writes = 0;
  #bytes = 0;
  #revision = 0n;

  constructor(client: EtcdClient, limit = 64) {
    this.#client = client;
    this.#limit = limit;
  }

  get writes(): number {
    return this.#writes;
  }

  /** Of keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns as soon as there was room for it. One caller at a time: the next write waits for this promise. */
  async put(key: string, value: Uint8Array, lease?: bigint): Promise<void> {
    this.#bytes += key.length + value.length;
    await this.#write(key, () => this.#client.put(key, value, lease));
  }

  async delete(key: string): Promise<void> {
    this.#bytes += key.length;
    await this.#write(key, async () => (await this.#client.delete(key)).revision);
  }

  /** Waits until everything is written. Returns the highest revision that came of it. */
  async drain(): Promise<bigint> {
    await Promise.all(this.#underWay.values());
    this.#throwFailure();
    return this.#revision;
  }

  async #write(key: string, write: () => Promise<bigint>): Promise<void> {
    while (this.#underWay.has(key)) await this.#underWay.get(key);
    while (this.#underWay.size >= this.#limit) {
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
    }
    this.#throwFailure();
    this.#writes++;
    const written = write()
      .then(
        (revision) => {
          if (revision > this.#revision) this.#revision = revision;
        },
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => {
        this.#underWay.delete(key);
        this.#roomMade?.();
      });
    this.#underWay.set(key, written);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
