import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, requireEtcd, RestoredEtcd } from '@etcd-kloset/testing';
import { runJson } from '../e2e/support/command.ts';
import { backupThroughApi } from '../e2e/support/services/api-calls.ts';
import { storeArguments } from '../e2e/support/services/test-store.ts';
import { ChaosSystem } from './support/chaos-system.ts';
import { eventually, within } from './support/eventually.ts';
import { type Fault, planFaults } from './support/fault-plan.ts';
import { Ledger, type Reported } from './support/ledger.ts';
import { expectAllEmpty, expectAllEnd, expectAllStored } from './support/promises.ts';
import { randomFrom } from './support/random.ts';
import { Traffic } from './support/traffic.ts';
import { befall } from './support/victims.ts';

const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 100);
/** `CHAOS_SEED=… npm run test:chaos` lets the same things go wrong once more; when, the machine decides. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const LOOK_EACH_ROUNDS = 25;
const RESTORED = 6;
const SCHEDULED_WITHIN_MS = 300_000;
const ANSWERED_WITHIN_MS = 120_000;
const HEALTHY_WITHIN_MS = 120_000;

interface Suffering {
  readonly over: Promise<void>;
  /** Before its time. */
  end(): void;
}

await describeWith(requireEtcd('3.5'), 'services that are killed, frozen and cut off', (tools) => {
  let system: ChaosSystem;
  let traffic: Traffic;
  const random = randomFrom(SEED);
  const ledger = new Ledger();
  const listening = new AbortController();
  let listener: Promise<void>;
  let round = 0;
  let failed = true;

  beforeAll(async () => {
    say(`seed ${SEED}, ${ROUNDS} rounds`);
    system = await ChaosSystem.start();
    listener = ledger.listen(system.test.redis, listening.signal);
    traffic = new Traffic({
      ledger,
      // Of its own: how fast things go does not change what goes wrong.
      random: randomFrom(SEED + 1),
      api: system.api,
      redis: system.test.redis,
      // Now and then one that was never backed up, all of whose rows are new.
      clusters: () => system.clusters.slice(0, 4 + round / 3),
      etcds: await system.clients(),
    });
  }, 300_000);
  afterAll(async () => {
    if (failed) keepLogs();
    await traffic.giveUp();
    listening.abort();
    await listener;
    const { folder } = system.test;
    await system.stop();
    await eventually('no process is left', 60_000, () => processesOf(folder));
  }, 300_000);

  it(
    `keep what they promised, ${ROUNDS} times`,
    async () => {
      const faults = planFaults(random, ROUNDS, system.kinds);
      traffic.start();
      const sufferings = new Map<string, Suffering>();
      for (const fault of faults) {
        round++;
        await sleep(fault.afterMs);
        await sufferings.get(fault.victim)?.over;
        const suffering = suffer(fault);
        sufferings.set(fault.victim, suffering);
        if (!fault.goesOn) await suffering.over;
        if (round % LOOK_EACH_ROUNDS !== 0 && round !== ROUNDS) continue;
        for (const suffered of sufferings.values()) suffered.end();
        await Promise.all([...sufferings.values()].map(({ over }) => over));
        await within('all that was asked is answered', ANSWERED_WITHIN_MS, traffic.stop());
        await look();
        if (round < ROUNDS) traffic.start();
      }
      // It was hit.
      expect(ledger.readAgain).toBeGreaterThan(ROUNDS / 25);
      await expectSchedule();
      await expectRestores();
      failed = false;
    },
    45 * 60_000,
  );

  function suffer(fault: Fault): Suffering {
    const { victim, how, forMs, loses } = fault;
    const more = victim === 'redis' && how === 'kill' && loses ? ', losing a second' : '';
    say(`${round}: ${victim} ${how} for ${forMs} ms${more}`);
    const enough = new AbortController();
    const over = async (): Promise<void> => {
      const end = await befall(system.victims.get(victim)!, fault, (loss) => ledger.losses.push(loss));
      await sleep(forMs, undefined, { signal: enough.signal }).catch(() => undefined);
      await end();
    };
    const suffering = over();
    // Awaited later.
    suffering.catch(() => undefined);
    return { over: suffering, end: () => enough.abort() };
  }

  async function look(): Promise<void> {
    const began = Date.now();
    expect(system.services.filter(({ endedByItself }) => endedByItself).map(({ name }) => name)).toEqual([]);
    await within('all start again', HEALTHY_WITHIN_MS, system.whenHealthy());
    await expectAllEnd(system.api, ledger);
    const ended = Date.now();
    await expectAllEmpty(system.test, 2);
    const emptied = Date.now();
    await expectAllStored(system.test, ledger);
    const stored = Date.now();
    // It goes on at once.
    for (const cluster of ['single-0', 'three-0']) {
      const fresh = await backupThroughApi({ apiUrl: system.api.urls[0]!, apiKey: system.api.key }, cluster);
      expect(fresh.proof).toBe('proven');
      ledger.report(fresh);
    }
    say(
      `after ${round}: ${summary()}; all ended in ${seconds(ended - began)}, empty in ${seconds(emptied - ended)}, ` +
        `checked in ${seconds(stored - emptied)}, backed up in ${seconds(Date.now() - stored)}`,
    );
  }

  function summary(): string {
    const count = new Map<string, number>();
    for (const outcome of ledger.outcomes.values()) {
      const what = outcome.state === 'failed' ? outcome.code! : outcome.state;
      count.set(what, (count.get(what) ?? 0) + 1);
    }
    const proofs = [...ledger.reported.values()].filter(({ proof }) => proof === 'proven').length;
    return (
      `${ledger.accepted.size} requests (${[...count].map(([what, n]) => `${n} ${what}`).join(', ')}), ` +
      `${ledger.readAgain} read again; ${ledger.reported.size} snapshots, ${proofs} of them proven`
    );
  }

  async function expectSchedule(): Promise<void> {
    const since = Date.now();
    await eventually('a schedule’s time comes', SCHEDULED_WITHIN_MS, () =>
      ledger.lastScheduledAt > since
        ? undefined
        : `The last one came at ${new Date(ledger.lastScheduledAt).toISOString()}.`,
    );
    await expectAllEnd(system.api, ledger);
  }

  /** Some of them with etcd’s own tools: the cluster itself says what is right. */
  async function expectRestores(): Promise<void> {
    const all = [...ledger.reported.values()];
    for (let i = 0; i < RESTORED; i++) await expectRestores1(random.pick(all));
  }

  async function expectRestores1({ snapshot, cluster, store, revision }: Reported): Promise<void> {
    const file = path.join(system.test.folder, `${snapshot}.db`);
    rmSync(file, { force: true });
    await runJson(['restore', snapshot, ...storeArguments(system.test.stores[store]!), '--output', file]);
    const restored = await RestoredEtcd.fromFile(tools, file);
    try {
      const etcd = cluster.startsWith('single') ? system.single : system.three;
      const live = await (await etcd.client()).hashKV(BigInt(revision));
      expect((await restored.client.hashKV(BigInt(revision))).hash).toBe(live.hash);
    } finally {
      await restored.stop();
    }
  }

  function keepLogs(): void {
    const folder = path.join(tmpdir(), `etcd-kloset-chaos-${SEED}`);
    mkdirSync(folder, { recursive: true });
    for (const { name, log } of system.services) writeFileSync(path.join(folder, `${name}.log`), log);
    say(`the logs are in ${folder}`);
  }
});

function say(sentence: string): void {
  process.stderr.write(`[chaos] ${new Date().toISOString()} ${sentence}\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Processes that were started with something below this folder. */
function processesOf(folder: string): string | undefined {
  const found = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
  return found.length === 0 ? undefined : `There are still ${found.join(', ')}.`;
}
