import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { runCommand } from './support/command.ts';
import { makeTestStore } from './support/test-store.ts';
import { issueWriterCredential, writeCredentialFile } from '@etcd-kloset/kloset';

const TRUE = 'what every member was told to keep';
const FALSE = 'what one of the members makes of it';

await describeWith(requireEtcd('3.5'), 'a cluster of which one member holds something else', () => {
  it('is backed up, and the mismatch is said with exit code 3 and the names', async () => {
    const at = await makeTestStore();
    const cluster = await EtcdCluster.start({ members: 3 });
    try {
      const client = await cluster.client();
      for (let i = 0; i < 50; i++) await client.put(`/k/${i}`, `${TRUE} ${i}`);
      const leader = await cluster.leader();
      const corrupt = cluster.members[leader === 0 ? 1 : 0]!;
      await corrupt.stop();
      await falsify(path.join(corrupt.dataDir, 'member', 'snap', 'db'));
      await corrupt.start();

      const key = path.join(at.folder, 'writer');
      await writeCredentialFile(key, issueWriterCredential(at.bundle));
      const { code, stdout, stderr } = await runCommand([
        ...['backup', '--store', at.storeFolder, '--writer-key-file', key, '--cluster', 'c', '--json'],
        ...['--endpoints', cluster.endpoints.join()],
      ]);
      const { proof, hashKV } = JSON.parse(stdout) as {
        proof: string;
        hashKV: { member: string; equal: boolean; source: boolean }[];
      };
      expect({ code, proof }).toEqual({ code: 3, proof: 'mismatch' });
      // Whichever of them was read: the corrupt one differs from the two others.
      const odd = hashKV.filter(({ member }) => member === corrupt.name)[0]!;
      const others = hashKV.filter(({ member }) => member !== corrupt.name);
      expect(others.map(({ equal }) => equal)).toEqual([!odd.equal, !odd.equal]);
      expect(hashKV.find(({ source }) => source)?.equal).toBe(true);
      expect(stderr).toContain('corrupt');
    } finally {
      await cluster.stop();
      await at.remove();
    }
  });
});

/** Changes values where they lie in the database; nothing in bbolt would notice. */
async function falsify(file: string): Promise<void> {
  const bytes = await readFile(file);
  const changed = Buffer.from(
    bytes.toString('latin1').replaceAll(`${TRUE} 7`, `${FALSE.slice(0, TRUE.length)} 7`),
    'latin1',
  );
  expect(changed.equals(bytes)).toBe(false);
  await writeFile(file, changed);
}
