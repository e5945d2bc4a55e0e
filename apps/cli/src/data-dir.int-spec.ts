import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith, EtcdCluster, type EtcdTools, requireEtcd, RestoredEtcd } from '@etcd-kloset/testing';
import { type SnapshotDocument } from './output/documents.ts';
import { buildProgram, runProcess, type Program } from './testing/program.ts';
import { saveSnapshotFiles } from './testing/snapshot-files.ts';

interface Restored {
  readonly bumpRevision: number;
  readonly otherMembers: readonly { name: string; command: string }[];
}

await describeWith(requireEtcd(), 'restore --data-dir', (tools: EtcdTools) => {
  let program: Program;
  let folder: string;
  let owner: string[];
  let kubernetes: SnapshotDocument;
  const at = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-data-dir-'));
    const [built, files] = await Promise.all([buildProgram(), saveSnapshotFiles(folder)]);
    program = built;
    await program.json(['init', at('store'), '--generate-identity', at('me.key')]);
    owner = ['--store', at('store'), '--identity-file', at('me.key')];
    await program.json(['import', files.tiny, ...owner, '--cluster', 'plain']);
    kubernetes = await program.json(['import', files.kubernetes, ...owner, '--cluster', 'kubernetes']);
    rmSync(files.tiny);
    rmSync(files.kubernetes);
  });

  afterAll(() => {
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const restore = (cluster: string, dataDir: string): string[] => [
    ...['restore', 'latest', ...owner, '--cluster', cluster, '--data-dir', dataDir],
    ...['--etcdutl', tools.etcdutl!],
  ];

  /** What lies beside the store: nothing else than the tests made themselves. */
  const leftovers = (): string[] => readdirSync(folder).filter((name) => /restore|partial/.test(name));

  it('makes a directory that etcd starts on, with the revision bumped for Kubernetes', async () => {
    const revisions: bigint[] = [];
    for (const extra of [[], ['--bump-revision', '0']]) {
      const restored = await RestoredEtcd.from(tools, async ({ name, peerUrl, dataDir }) => {
        const member = ['--name', name, '--initial-cluster', `${name}=${peerUrl}`];
        const result = await program.json<Restored>([...restore('kubernetes', dataDir), ...member, ...extra]);
        expect(result.bumpRevision).toBe(extra.length === 0 ? 1_000_000_000 : 0);
      });
      try {
        revisions.push((await restored.client.range('/registry/')).revision);
      } finally {
        await restored.stop();
      }
    }
    const revision = BigInt(kubernetes.revision);
    expect(revisions).toEqual([revision + 1_000_000_000n, revision]);
    expect(leftovers()).toEqual([]);
  });

  it('says before it writes what Kubernetes needs, and afterwards what to do', async () => {
    const ended = await program.run(restore('kubernetes', at('told')));
    expect(ended.code).toBe(0);
    const said = ended.stderr;
    expect(said).toMatch(/provider aescbc, key key1/);
    expect(said).toMatch(/goes up by 1,000,000,000 and what was before is marked compacted, so that/);
    expect(said.indexOf('goes up by')).toBeLessThan(said.indexOf('makes the data directory'));
    expect(ended.stdout).toMatch(/Next:[\s\S]*Start etcd[\s\S]*EncryptionConfiguration/);
  });

  it('prints the command of every other member, which works as it is', async () => {
    const initialCluster = 'm1=http://127.0.0.1:11,m2=http://127.0.0.1:12,m3=http://127.0.0.1:13';
    const { otherMembers } = await program.json<Restored>([
      ...restore('plain', at('m1')),
      ...['--name', 'm1', '--initial-cluster', initialCluster, '--initial-cluster-token', 'a b'],
    ]);
    expect(otherMembers.map(({ name }) => name)).toEqual(['m2', 'm3']);
    const { command } = otherMembers[0]!;
    expect(command).not.toContain('latest');
    rmSync(at('m1'), { recursive: true });
    mkdirSync(at('bin'));
    const launcher = `#!/bin/sh\nexec "${process.execPath}" "${program.folder}/etcd-kloset.js" "$@"\n`;
    writeFileSync(at('bin/etcd-kloset'), launcher, { mode: 0o755 });
    const env = { PATH: `${at('bin')}:/usr/bin:/bin`, ETCD_KLOSET_ETCDUTL: tools.etcdutl! };
    expect(await runProcess('/bin/sh', ['-c', command], { env })).toMatchObject({ code: 0 });
    expect(readdirSync(at('m1'))).toEqual(['member']);
  });

  it('says before it writes which alarms will come back', async () => {
    const cluster = await EtcdCluster.start({ flags: ['--quota-backend-bytes=3000000'] });
    const file = at('alarmed.db');
    try {
      const client = await cluster.client();
      // The quota is heeded only once what was put is committed: until then much more goes in.
      const fill = async (): Promise<void> => {
        for (let i = 0; i < 1000; i++) await client.put(`app/${i}`, 'x'.repeat(100_000));
      };
      await expect(fill()).rejects.toThrow('space exceeded');
      await cluster.etcdctl(['snapshot', 'save', file], { member: 0 });
    } finally {
      await cluster.stop();
    }
    await program.json(['import', file, ...owner, '--cluster', 'alarmed']);
    rmSync(file);
    const ended = await program.run(restore('alarmed', at('alarmed')));
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(
      /warning: the snapshot carries the alarm NOSPACE of member [0-9a-f]+.*alarm disarm/,
    );
    expect(ended.stderr.indexOf('NOSPACE')).toBeLessThan(ended.stderr.indexOf('makes the data directory'));
    expect(ended.stdout).toContain('etcdctl alarm disarm');
  });

  it('fills an empty folder and keeps its mode, and touches no other', async () => {
    mkdirSync(at('empty'));
    chmodSync(at('empty'), 0o750);
    await program.json(restore('plain', at('empty')));
    expect(statSync(at('empty')).mode & 0o777).toBe(0o750);
    mkdirSync(at('mine'));
    writeFileSync(at('mine/file'), 'x');
    const ended = await program.run(restore('plain', at('mine')));
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') as string });
    expect(readdirSync(at('mine'))).toEqual(['file']);
  });

  it('fills the folder that a link leads to, and leaves the link', async () => {
    mkdirSync(at('behind'));
    symlinkSync('behind', at('link'));
    await program.json(restore('plain', at('link')));
    expect(readlinkSync(at('link'))).toBe('behind');
    expect(readdirSync(at('behind'))).toEqual(['member']);
  });

  const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;
  (canMount ? it : it.skip)(
    'fills a disk that is mounted there in place, and empties it again on a failure',
    async () => {
      const spoiled = `#!/bin/sh\n[ "$2" = restore ] && [ "$3" != --help ] && { mkdir ${at('disk')}/member; exit 3; }\nexec "${tools.etcdutl!}" "$@"\n`;
      writeFileSync(at('spoiled'), spoiled, { mode: 0o755 });
      mkdirSync(at('disk'));
      const words = restore('plain', at('disk')).slice(0, -1);
      const onDisk = (tool: string) => {
        const line = [process.execPath, `${program.folder}/etcd-kloset.js`, ...words, tool]
          .map((word) => `'${word}'`)
          .join(' ');
        const script = `mount -t tmpfs none ${at('disk')} && ${line} >&2; echo $?; ls ${at('disk')}`;
        return runProcess('/usr/bin/unshare', ['--mount', '/bin/sh', '-c', script]);
      };
      expect(await onDisk(tools.etcdutl!)).toMatchObject({ stdout: '0\nmember\n' });
      expect(await onDisk(at('spoiled'))).toMatchObject({ stdout: '1\n' });
    },
  );

  it('prints how to run the one in etcd’s image where there is none', async () => {
    const words = restore('plain', at('none')).slice(0, -2);
    const ended = await program.run(words, { env: { PATH: '/nowhere' } });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/no etcdutl on PATH/);
    expect(ended.stderr).toMatch(/crictl images[\s\S]*ctr .* etcdutl snapshot restore/);
  });

  it('leaves nothing behind when the tool fails', async () => {
    writeFileSync(
      at('failing'),
      `#!/bin/sh\n[ "$2" = restore ] && [ "$3" != --help ] && set -- "$@" --frobnicate\nexec "${tools.etcdutl!}" "$@"\n`,
      { mode: 0o755 },
    );
    const words = [...restore('plain', at('failed')).slice(0, -1), at('failing')];
    const ended = await program.run(words);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('unknown flag: --frobnicate') as string,
    });
    expect(readdirSync(folder)).not.toContain('failed');
    expect(leftovers()).toEqual([]);
  });

  it('stops when it is interrupted, also while the tool runs, and leaves nothing behind', async () => {
    writeFileSync(
      at('slow'),
      `#!/bin/sh\n[ "$2" = restore ] && [ "$3" != --help ] && exec sleep 60\nexec "${tools.etcdutl!}" "$@"\n`,
      { mode: 0o755 },
    );
    const words = [...restore('plain', at('slow-dir')).slice(0, -1), at('slow')];
    const interrupted = new Set<unknown>();
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const ended = await program.run(words, {
        onStderr: (text, child) => {
          if (!text.includes('makes the data directory') || interrupted.has(child)) return;
          interrupted.add(child);
          child.kill(signal);
        },
      });
      expect(ended).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringContaining(`interrupted by ${signal}`) as string,
      });
      expect(readdirSync(folder)).not.toContain('slow-dir');
      expect(leftovers()).toEqual([]);
    }
  });
});

await describeWith(
  Promise.all([requireEtcd('3.4'), requireEtcd('3.5'), requireEtcd('3.6')]),
  'restore --data-dir with tools of other releases',
  ([etcd34, etcd35, etcd36]: [EtcdTools, EtcdTools, EtcdTools]) => {
    let program: Program;
    let folder: string;
    let owner: string[];
    const at = (name: string): string => path.join(folder, name);

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-releases-'));
      program = await buildProgram();
      await program.json(['init', at('store'), '--generate-identity', at('me.key')]);
      owner = ['--store', at('store'), '--identity-file', at('me.key')];
      const cluster = await EtcdCluster.start({ version: '3.6' });
      try {
        await cluster.etcdctl(['put', '/registry/pods/default/web', 'x']);
        await program.json(['backup', ...owner, '--cluster', 'new', '--endpoints', cluster.endpoints[0]!]);
      } finally {
        await cluster.stop();
      }
    });

    afterAll(() => {
      program.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const restore = (dataDir: string, tool: string, ...more: string[]): string[] => [
      ...['restore', 'latest', ...owner, '--data-dir', at(dataDir), '--etcdutl', tool, ...more],
    ];

    it('warns before anything is written of a snapshot that is newer than the tool, and names the one that fits', async () => {
      const ended = await program.run(restore('older', etcd35.etcdutl!));
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(
        /of etcd 3\.6, newer than this etcdutl \(3\.5\.\d+\)[\s\S]*etcdutl 3\.6 is the one that fits/,
      );
      expect(ended.stderr.indexOf('newer than')).toBeLessThan(
        ended.stderr.indexOf('makes the data directory'),
      );
      const fitting = await program.run(restore('fitting', etcd36.etcdutl!));
      expect(fitting.code).toBe(0);
      expect(fitting.stderr).not.toMatch(/newer|warning/);
    });

    it('offers to do without the bump where the tool cannot bump, and restores with etcdctl 3.4', async () => {
      const refused = await program.run(restore('refused', etcd34.etcdctl));
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('give --bump-revision 0') as string,
      });
      expect(readdirSync(folder)).not.toContain('refused');
      await expect(
        program.json(restore('done', etcd34.etcdctl, '--bump-revision', '0')),
      ).resolves.toMatchObject({ etcdutl: { program: 'etcdctl', version: etcd34.version }, bumpRevision: 0 });
      expect(readdirSync(at('done'))).toEqual(['member']);
    });

    it('does not take an etcdctl that restores no more', async () => {
      const ended = await program.run(restore('refused', etcd36.etcdctl));
      expect(ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('does not restore any more') as string,
      });
    });
  },
);
