import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type StoragePlace } from './check.ts';

const program = fileURLToPath(new URL('./other-process-main.ts', import.meta.url));

export interface RaceResult {
  readonly created: readonly string[];
}

/** A process that is ready to put `race/0` … in order, at the same moment as another. */
export interface Racer {
  readonly race: () => Promise<RaceResult>;
}

export async function startRacer(
  address: StoragePlace['address'],
  id: string,
  count: number,
): Promise<Racer> {
  const racer = startProcess(address, ['race', id, String(count)]);
  await racer.nextLine();
  return {
    async race() {
      racer.child.stdin?.write('go\n');
      const created = JSON.parse(await racer.nextLine()) as string[];
      await racer.ended;
      return { created };
    },
  };
}

/** A process that puts objects whose names are their digests, several at a time, until it is killed. */
export interface Writer {
  /** The next name for which put has resolved. */
  readonly nextAcknowledged: () => Promise<string>;
  /** Kills it in the middle of its work; gives the names it had still told of. */
  readonly kill: () => Promise<string[]>;
}

export function startWriter(address: StoragePlace['address'], prefix: string): Writer {
  const writer = startProcess(address, ['write', prefix]);
  return {
    nextAcknowledged: writer.nextLine,
    async kill() {
      writer.child.kill('SIGKILL');
      await writer.ended;
      return writer.restOfLines();
    },
  };
}

interface OtherProcess {
  readonly child: ChildProcess;
  readonly nextLine: () => Promise<string>;
  /** After the end. */
  readonly restOfLines: () => Promise<string[]>;
  readonly ended: Promise<unknown>;
}

function startProcess(address: StoragePlace['address'], args: readonly string[]): OtherProcess {
  const child = spawn(process.execPath, [program, address.url, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...address.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ended,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the other process ended: ${complaints}`);
      return value;
    },
    async restOfLines() {
      const rest: string[] = [];
      for (let step = await lines.next(); step.done !== true; step = await lines.next()) {
        rest.push(step.value);
      }
      return rest;
    },
  };
}
