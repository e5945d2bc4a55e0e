import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, EtcdCluster, requireEtcd, run } from '@etcd-kloset/testing';
import { runCommand, runJson, startCommand } from '../e2e/support/command.ts';

const ROUNDS = 50;

interface Backup {
  readonly snapshot: string;
  readonly statusHash: number;
  readonly revision: number;
  readonly proof: string;
}

await describeWith(requireEtcd('3.5'), 'killed with -9 at random moments', (tools) => {
  let folder: string;
  let cluster: EtcdCluster;
  let env: NodeJS.ProcessEnv;
  const acknowledged: Backup[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-chaos-'));
    const store = path.join(folder, 'store');
    const identity = path.join(folder, 'identity');
    cluster = await EtcdCluster.start();
    env = {
      ETCD_KLOSET_STORE: store,
      ETCD_KLOSET_IDENTITY_FILE: identity,
      ETCD_KLOSET_CLUSTER: 'chaos',
      ETCDCTL_ENDPOINTS: cluster.endpoints.join(','),
    };
    expect((await runCommand(['init', store, '--generate-identity', identity])).code).toBe(0);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    `loses no acknowledged snapshot, and the store goes on working, ${ROUNDS} times`,
    async () => {
      const client = await cluster.client();
      for (let i = 0; i < 400; i++) {
        await client.txn(
          Array.from({ length: 20 }, (_, k) => ({ key: `/k/${i}-${k}`, value: text(i + k, 2500) })),
        );
      }
      const started = Date.now();
      acknowledged.push(await runJson<Backup>(['backup'], env));
      const usual = Date.now() - started;

      let killed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        for (let i = 0; i < 30; i++)
          await client.put(`/k/${(round * 13 + i) % 400}-1`, text(round * i, 3000));
        // Now and then all rows are new: more chunks are on their way when it ends.
        if (round % 10 === 9) {
          for (let i = 0; i < 400; i++) {
            await client.txn(
              Array.from({ length: 20 }, (_, k) => ({ key: `/k/${i}-${k}`, value: text(i * round, 2500) })),
            );
          }
        }
        if (round % 3 === 2) killed += (await killRestore(usual)) ? 1 : 0;
        else killed += (await killBackup(usual)) ? 1 : 0;

        const ids = (await runJson<{ snapshot: string }[]>(['snapshots'], env)).map(
          ({ snapshot }) => snapshot,
        );
        expect(ids).toEqual(expect.arrayContaining(acknowledged.map(({ snapshot }) => snapshot)));
        expect(spoolsLeft()).toEqual([]);
        if (round % 5 === 4) acknowledged.push(await runJson<Backup>(['backup'], env));
      }
      expect(killed).toBeGreaterThan(ROUNDS / 4);

      const check = await runCommand(['check', '--read-data'], env);
      expect({ code: check.code, stderr: check.code === 0 ? '' : check.stderr }).toEqual({
        code: 0,
        stderr: '',
      });
      for (const { snapshot, statusHash, revision } of acknowledged)
        await expectRestores(snapshot, statusHash, revision);
    },
    20 * 60_000,
  );

  /** @returns whether it was killed before it was done */
  async function killBackup(usual: number): Promise<boolean> {
    const running = startCommand(['backup', '--json'], env);
    await Promise.race([sleep(Math.random() * usual * 1.2), running.result]);
    running.process.kill('SIGKILL');
    const { code, stdout } = await running.result;
    if (code === 0) acknowledged.push(JSON.parse(stdout) as Backup);
    return code !== 0;
  }

  async function killRestore(usual: number): Promise<boolean> {
    const output = path.join(folder, 'restored.db');
    rmSync(output, { force: true });
    const { snapshot, statusHash } = acknowledged.at(-1)!;
    const running = startCommand(['restore', snapshot, '--output', output], env);
    await Promise.race([sleep(Math.random() * usual), running.result]);
    running.process.kill('SIGKILL');
    const { code } = await running.result;
    // Under its name there is the whole file, or none.
    if (existsSync(output)) expect((await statusOf(output)).hash).toBe(statusHash);
    else expect(code).not.toBe(0);
    return code !== 0;
  }

  async function expectRestores(snapshot: string, statusHash: number, revision: number): Promise<void> {
    const output = path.join(folder, `${snapshot}.db`);
    await runJson(['restore', snapshot, '--output', output], env);
    expect(await statusOf(output)).toMatchObject({ hash: statusHash, revision });
    rmSync(output);
  }

  async function statusOf(file: string): Promise<{ hash: number; revision: number }> {
    const { stdout } = await run(tools.etcdutl!, ['snapshot', 'status', file, '-w', 'json']);
    return JSON.parse(stdout) as { hash: number; revision: number };
  }

  /** A spool is unlinked when it is made: nothing of it may stay. */
  function spoolsLeft(): string[] {
    return readdirSync(tmpdir()).filter((name) => /^etcd-kloset-[A-Za-z0-9]{6}$/.test(name));
  }
});

function text(seed: number, size: number): string {
  return `${seed} is the number of this text. `.repeat(Math.ceil(size / 30)).slice(0, size);
}
