/**
 * What the suite runs in processes of their own:
 *
 *   node other-process-main.ts URL race ID COUNT    says "ready", waits for a line, puts, prints what it created
 *   node other-process-main.ts URL write PREFIX     puts without end and prints each name once it is acknowledged
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openStorage } from '../open-storage.ts';
import { type Storage } from '../storage.ts';
import { racedBytes } from './raced-bytes.ts';

/** Objects in flight, as a backup has them. */
const lanes = 4;

async function race(storage: Storage, id: string, count: number): Promise<void> {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  process.stdin.pause();
  const created: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const name = `race/${next}`;
      next += 1;
      if ((await storage.put(name, racedBytes(id, name))) === 'created') created.push(name);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  process.stdout.write(`${JSON.stringify(created)}\n`);
  await storage.close();
}

async function writeWithoutEnd(storage: Storage, prefix: string): Promise<void> {
  const lane = async (): Promise<void> => {
    for (;;) {
      const bytes = randomBytes(200_000 + Math.floor(Math.random() * 2_000_000));
      const name = prefix + createHash('sha256').update(bytes).digest('hex');
      await storage.put(name, bytes);
      process.stdout.write(`${name}\n`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const [url = '', mode, argument = '', count] = process.argv.slice(2);
const storage = await openStorage(url);
if (mode === 'race') await race(storage, argument, Number(count));
else await writeWithoutEnd(storage, argument);
