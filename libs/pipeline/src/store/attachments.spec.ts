import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import path from 'node:path';
import { ATTACHMENT_BLOCK_SIZE, decodeBlocksPayload, listCluster, readChunk } from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { openJob } from '../threads/open-job.ts';
import { readAttachmentFiles, storeAttachments, type AttachmentFile } from './attachments.ts';
import { type Parent } from './parent.ts';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.remove());

function put(name: string, content: string | Buffer, mode = 0o644): string {
  const file = path.join(scratch.folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}
const inFolder = (name: string): string => path.join(scratch.folder, name);
const named = (files: readonly AttachmentFile[]): unknown =>
  files.map(({ name, mode, bytes }) => [name, mode, bytes.toString()]);

describe('files to attach', () => {
  it('are read: a file under its own name, a folder with all below it, each with its mode', () => {
    const file = put('encryption.yaml', 'config', 0o600);
    put('pki/ca.crt', 'ca', 0o644);
    put('pki/etcd/server.key', 'key', 0o400);
    expect(named(readAttachmentFiles([file, inFolder('pki')]))).toEqual([
      ['encryption.yaml', 0o600, 'config'],
      ['pki/ca.crt', 0o644, 'ca'],
      ['pki/etcd/server.key', 0o400, 'key'],
    ]);
    expect(readAttachmentFiles([])).toEqual([]);
  });

  it('are once what Kubernetes mounts twice', () => {
    put('secret/..2026/token', 'x');
    symlinkSync('..2026', inFolder('secret/..data'));
    symlinkSync('..data/token', inFolder('secret/token'));
    expect(named(readAttachmentFiles([inFolder('secret')]))).toEqual([['secret/token', 0o644, 'x']]);
  });

  it.each<[string, () => string[], RegExp]>([
    ['is not there', () => [inFolder('missing')], /cannot be read/],
    [
      'is a link to nowhere',
      () => (symlinkSync('gone', inFolder('link')), [inFolder('link')]),
      /cannot be read/,
    ],
    ['is a device', () => ['/dev/null'], /neither a file nor a folder/],
    ['has the name of another', () => [put('a/x', '1'), put('b/x', '2')], /two attachments are called x/],
    [
      'has a link to a folder in it, which may lead anywhere',
      () => (put('f/x', ''), symlinkSync('.', inFolder('f/again')), [inFolder('f')]),
      /link to a folder/,
    ],
    ['is too much', () => [put('big', Buffer.alloc(64 * 1024 * 1024)), put('one', 'x')], /more than/],
  ])('are refused when one %s', (_, make, reason) => {
    let failure: unknown;
    try {
      readAttachmentFiles(make());
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(PipelineError);
    expect(failure).toMatchObject({
      code: 'backup.bad-attachment',
      advice: expect.stringContaining('--attach') as string,
    });
    expect((failure as Error).message).toMatch(reason);
  });
});

describe('attachments of a snapshot', () => {
  let test: TestStore;
  beforeEach(async () => (test = await makeTestStore()));
  afterEach(() => test.remove());

  const parentOf = async (changes: Partial<Parent> = {}): Promise<Parent> => {
    const listing = await listCluster(test.cluster);
    return {
      listing,
      summary: undefined,
      map: undefined,
      chunks: [],
      soundChunks: listing.chunks,
      ...changes,
    };
  };
  const file = (name: string, bytes: Buffer, mode = 0o600): AttachmentFile => ({ name, bytes, mode });

  /** The bytes of an attachment, from its chunks. */
  async function content(chunks: readonly string[]): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (const digest of chunks) {
      const { kind, index, values } = openJob({
        kind: 'open',
        bytes: await readChunk(test.cluster, digest),
        digest,
        name: digest,
        store: test.ring.store,
        cluster: test.cluster.id,
        privateKeys: [[1, test.ring.dataPrivateKey(1)]],
      });
      expect(kind).toBe('blocks');
      const [block, ...more] = decodeBlocksPayload(index, values);
      expect([block!.number, more.length]).toEqual([parts.length, 0]);
      parts.push(block!.bytes);
    }
    return Buffer.concat(parts);
  }

  it('are stored sealed, in pieces when they are long, and come back', async () => {
    const long = Buffer.from(
      Uint32Array.from({ length: ATTACHMENT_BLOCK_SIZE / 4 + 3 }, (_, i) => i * 7).buffer,
    );
    const files = [file('a', Buffer.from('text')), file('empty', Buffer.alloc(0)), file('long', long, 0o444)];
    const { attachments, sizes, added } = await storeAttachments(test.cluster, files, await parentOf());
    expect(attachments.map(({ name, size, mode, chunks }) => [name, size, mode, chunks.length])).toEqual([
      ['a', 4, 0o600, 1],
      ['empty', 0, 0o600, 0],
      ['long', long.length, 0o444, 2],
    ]);
    for (const [i, { sha256, chunks }] of attachments.entries()) {
      const bytes = await content(chunks);
      expect(bytes.equals(files[i]!.bytes)).toBe(true);
      expect(sha256).toBe(hash('sha256', bytes));
    }
    const listed = (await listCluster(test.cluster)).chunks;
    expect(sizes).toEqual(listed);
    expect(added).toBe([...listed.values()].reduce((sum, size) => sum + size, 0));
  });

  it('that the snapshot before has are not stored again, whatever their mode is by now', async () => {
    const first = await storeAttachments(test.cluster, [file('a', Buffer.from('text'))], await parentOf());
    const summary = sampleSummary({ attachments: first.attachments });
    const same = await storeAttachments(
      test.cluster,
      [file('a', Buffer.from('text'), 0o644)],
      await parentOf({ summary }),
    );
    expect(same).toEqual({
      attachments: [{ ...first.attachments[0]!, mode: 0o644 }],
      sizes: first.sizes,
      added: 0,
    });
    expect((await listCluster(test.cluster)).chunks.size).toBe(1);
  });

  it('are stored again when they changed, have another name, or their chunk cannot be counted on', async () => {
    const first = await storeAttachments(test.cluster, [file('a', Buffer.from('text'))], await parentOf());
    const summary = sampleSummary({ attachments: first.attachments });
    for (const each of [file('a', Buffer.from('Text')), file('b', Buffer.from('text'))]) {
      const { added } = await storeAttachments(test.cluster, [each], await parentOf({ summary }));
      expect(added).toBeGreaterThan(0);
    }
    const unsound = await parentOf({ summary, soundChunks: new Map() });
    const again = await storeAttachments(test.cluster, [file('a', Buffer.from('text'))], unsound);
    expect(again.added).toBeGreaterThan(0);
    expect((await content(again.attachments[0]!.chunks)).toString()).toBe('text');
  });
});
