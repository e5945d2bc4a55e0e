import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const REAPER = path.join(import.meta.dirname, 'reaper.ts');

/** An owner that watches one server and forgets another, says `ready` and then waits to be killed. */
const OWNER = `
  const { startReaper } = await import(process.argv[1]);
  const reaper = startReaper(process.argv[2]);
  reaper.watch(Number(process.argv[3]));
  reaper.watch(Number(process.argv[4]));
  reaper.forget(Number(process.argv[4]));
  setInterval(() => undefined, 1000);
  console.log('ready');
`;

describe('the reaper', () => {
  let folder: string;
  const servers: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-reaper-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  function server(): ChildProcess {
    const child = spawn('sleep', ['300']);
    servers.push(child);
    return child;
  }

  it('ends the servers and removes the folder of an owner that was killed, but not what was forgotten', async () => {
    const [watched, forgotten] = [server(), server()];
    const owner = spawn(
      process.execPath,
      ['--input-type=module', '-e', OWNER, REAPER, folder, String(watched.pid), String(forgotten.pid)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(owner.stdout, 'data');
    const ended = once(watched, 'exit');
    owner.kill('SIGKILL');

    expect(await ended).toEqual([null, 'SIGKILL']);
    while (existsSync(folder)) await sleep(10);
    expect(forgotten.exitCode).toBeNull();
    expect(forgotten.signalCode).toBeNull();
  });
});
