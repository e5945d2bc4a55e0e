import { Worker } from 'node:worker_threads';
import { workerUrl } from '../worker-url.ts';
import { fromPortable } from './portable-error.ts';
import {
  type ChunkJob,
  type FromThread,
  type JobResult,
  type MadeChunk,
  type OpenedChunk,
  type OpenJob,
  type PackedChunk,
  type PackJob,
  type ScanSetup,
  type SealPackedJob,
  type ThreadJob,
  type ThreadSetup,
  type ToThread,
} from './thread-messages.ts';

/** A thread's garbage is mostly short-lived; left alone, each would let 50 MB and more of it pile up. */
const YOUNG_GENERATION_MB = 8;

interface Thread {
  readonly worker: Worker;
  /** Jobs it was given and has not answered. */
  jobs: number;
}

interface Waiting {
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

/** As many jobs wait at a thread that it never idles; no more, since each holds memory. */
const JOBS_PER_THREAD = 2;

/** The threads of one backup or restore. They are started when there is work for them and ended by `close`. */
export class PipelineThreads {
  readonly #most: number;
  readonly #enough: number;
  readonly #threads: Thread[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue: (() => void)[] = [];
  #nextId = 0;
  #failure: Error | undefined;

  /**
   * @param most threads at a time
   * @param enough jobs that a thread has before another one is started, which takes longer than a chunk
   */
  constructor(most: number, enough = JOBS_PER_THREAD) {
    this.#most = most;
    this.#enough = enough;
  }

  /** Starts the thread that scans a stream; it makes chunks once it is done. @returns how to tell it something */
  startScan(
    setup: ScanSetup,
    onMessage: (message: FromThread) => void,
    onFailure: (error: Error) => void,
  ): (message: ToThread) => void {
    const { worker } = this.#start({ scan: setup }, onMessage, onFailure);
    return (message) => {
      worker.postMessage(message);
    };
  }

  /** Makes a chunk; waits first when all threads have enough to do. */
  async makeChunk(job: ChunkJob): Promise<MadeChunk> {
    return (await this.#submit(job)) as MadeChunk;
  }

  /**
   * Lays a chunk out and encrypts it for staging, where somebody else finds it for {@link sealPacked}; waits first
   * when all threads have enough to do.
   */
  async packChunk(job: Omit<PackJob, 'kind'>): Promise<Uint8Array<ArrayBuffer>> {
    return ((await this.#submit({ kind: 'pack', ...job })) as PackedChunk).bytes;
  }

  /** Makes a chunk of a packed one, whose bytes are the thread's from then on. @throws PipelineError `staging.does-not-open` */
  async sealPacked(job: Omit<SealPackedJob, 'kind'>): Promise<MadeChunk> {
    return (await this.#submit({ kind: 'seal-packed', ...job }, ownMemory(job.bytes))) as MadeChunk;
  }

  /** What a thread ended with, if one did: nothing can be done with the others either, and new ones are needed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Opens a chunk, whose bytes are the thread's from then on. @throws KlosetStoreError `object.rotten`, `object.malformed`, `seal.does-not-open`, `key.epoch` */
  async openChunk(job: OpenJob): Promise<OpenedChunk> {
    return (await this.#submit(job, ownMemory(job.bytes))) as OpenedChunk;
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('the threads were closed');
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  async #submit(job: ThreadJob, transfer: ArrayBuffer[] = []): Promise<JobResult> {
    let thread: Thread | undefined;
    while (thread === undefined) {
      // Before a thread is looked for: none is started any more once something failed.
      if (this.#failure !== undefined) throw this.#failure;
      thread = this.#idlest();
      if (thread === undefined) await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    const id = this.#nextId++;
    const answered = new Promise<JobResult>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    thread.jobs++;
    try {
      thread.worker.postMessage({ kind: 'job', id, job } satisfies ToThread, transfer);
      return await answered;
    } finally {
      this.#waiting.delete(id);
      thread.jobs--;
      this.#queue.shift()?.();
    }
  }

  #idlest(): Thread | undefined {
    const [first, ...others] = this.#threads;
    const least = others.reduce((a, b) => (a !== undefined && b.jobs >= a.jobs ? a : b), first);
    if (least !== undefined && least.jobs < this.#enough) return least;
    if (this.#threads.length < this.#most) return this.#start({});
    return least !== undefined && least.jobs < JOBS_PER_THREAD ? least : undefined;
  }

  #start(
    setup: ThreadSetup,
    onMessage: (message: FromThread) => void = () => undefined,
    onFailure: (error: Error) => void = () => undefined,
  ): Thread {
    const worker = new Worker(workerUrl('threads/pipeline-thread'), {
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const thread: Thread = { worker, jobs: 0 };
    this.#threads.push(thread);
    const fail = (error: Error): void => {
      const failure = (this.#failure ??= error);
      for (const { reject } of this.#waiting.values()) reject(failure);
      this.#waiting.clear();
      for (const wake of this.#queue.splice(0)) wake();
      onFailure(failure);
    };
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'done') this.#settle(message.id)?.resolve(message.result);
      else if (message.kind !== 'failed') onMessage(message);
      else if (message.id === undefined) fail(fromPortable(message.error));
      else this.#settle(message.id)?.reject(fromPortable(message.error));
    });
    worker.on('error', fail);
    worker.on('exit', () => {
      fail(new Error('a thread of the pipeline ended early'));
    });
    return thread;
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** The thread gets the bytes themselves where they are alone in their memory; else a copy of them. */
function ownMemory({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
