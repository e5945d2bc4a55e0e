import fc from 'fast-check';
import { walkNames } from './walk.ts';

/** Few letters, so that names often begin alike; those next to the slash in the alphabet matter. */
const segment = fc
  .string({ unit: fc.constantFrom('a', 'b', '0', '-', '.', '_'), minLength: 1, maxLength: 4 })
  .filter((text) => /^[a-z0-9]/.test(text) && !text.endsWith('.'));
const names = fc.array(
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
  { maxLength: 60 },
);

/** A tree in which no object's name continues another's with a slash, as on a file system. */
function onlyFiles(all: readonly string[]): string[] {
  return [...new Set(all)].filter((name) => !all.some((other) => other.startsWith(`${name}/`)));
}

function entriesOf(folder: string, files: readonly string[]): string[] {
  const below = files.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
  return below.map((rest) => (rest.includes('/') ? rest.slice(0, rest.indexOf('/') + 1) : rest));
}

async function walk(prefix: string, files: readonly string[], batchSize = 3): Promise<string[]> {
  const found: string[] = [];
  const readFolder = (folder: string): Promise<string[]> => Promise.resolve(entriesOf(folder, files));
  for await (const batch of walkNames(prefix, readFolder, batchSize)) {
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThanOrEqual(batchSize);
    found.push(...batch);
  }
  return found;
}

describe('walkNames', () => {
  it('finds every name below the prefix once, sorted bytewise, though folders give them doubled and mixed', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom('', 'a/', 'a/b/', '0-/'), async (all, prefix) => {
        const files = onlyFiles(all);
        const expected = files.filter((name) => name.startsWith(prefix)).sort(compareBytes);
        expect(await walk(prefix, files)).toEqual(expected);
      }),
    );
  });

  it('passes over what no object can be called', async () => {
    const files = ['.tmp/x', '.nfs01', 'lost+found/x', 'README', 'a/.hidden/x', 'a/b', 'a/b~'];
    expect(await walk('', files)).toEqual(['a/b']);
  });

  it('reads no folder before it is needed', async () => {
    const read: string[] = [];
    const readFolder = (folder: string): Promise<string[]> => {
      read.push(folder);
      return Promise.resolve(folder === '' ? ['a/', 'b/', 'c/'] : ['x', 'y']);
    };
    for await (const batch of walkNames('', readFolder, 2)) {
      if (batch[0] === 'b/x') break;
    }
    expect(read).toEqual(['', 'a/', 'b/']);
  });
});

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
