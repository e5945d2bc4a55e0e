import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  backupsQueue,
  CHUNKS_QUEUE,
  putsQueue,
  queueDepths,
  type QueueName,
  type RedisHandle,
  REQUESTS_QUEUE,
  Staging,
} from '@etcd-kloset/jobs';
import { runJson } from '../../e2e/support/command.ts';
import { storeArguments } from '../../e2e/support/services/test-store.ts';
import { type TestSystem } from '../../e2e/support/services/test-system.ts';
import { askApi, type JobAnswer, type Replicas } from './ask-api.ts';
import { eventually, within } from './eventually.ts';
import { type Accepted, type Ledger } from './ledger.ts';

/** For all that is under way, once nothing goes wrong any more: a lock, back-offs, a minute of the API's watchers. */
const ENDS_WITHIN_MS = 300_000;
const EMPTIES_WITHIN_MS = 180_000;

/** Every request that was ever accepted ends, and what became of it is told. */
export async function expectAllEnd(api: Replicas, ledger: Ledger): Promise<void> {
  await eventually('all requests end', ENDS_WITHIN_MS, async () => {
    const open = await Promise.all(ledger.unresolved.map((each) => lookAt(api, ledger, each)));
    return listed(open);
  });
  await within('who follows a request is told', ENDS_WITHIN_MS, Promise.all(ledger.following.values()));
  ledger.following.clear();
  await eventually('the end of each backup is told by an event', ENDS_WITHIN_MS, () =>
    listed(
      [...ledger.outcomes].map(([id, outcome]) =>
        outcome.state === 'lost' || ledger.told.has(outcome.backup) ? undefined : `${id} (${outcome.state})`,
      ),
    ),
  );
}

/** @returns what there is to say of one that has not ended */
async function lookAt(api: Replicas, ledger: Ledger, accepted: Accepted): Promise<string | undefined> {
  const { id, via } = accepted;
  const { status, body } = await askApi<JobAnswer>(api, 'GET', `/v1/jobs/${id}`);
  if (status === 200) return ledger.resolve(id, body) ? undefined : `${id} (${via}) is ${body.state}`;
  if (status === 404 && ledger.mayBeLost(accepted)) {
    ledger.outcomes.set(id, { state: 'lost' });
    return undefined;
  }
  return `${id} (${via}, answered at ${new Date(accepted.answeredAt).toISOString()}): ${JSON.stringify(body)}`;
}

/** No queue has anything left, nor has staging, nor the spool; no cluster counts as being backed up. */
export async function expectAllEmpty({ redis, folder }: TestSystem, scheduled: number): Promise<void> {
  const backups = ['main', 'other'].map(backupsQueue);
  const puts = ['main', 'other'].map((store) => putsQueue({ kind: 'local', store }));
  const names: QueueName[] = [REQUESTS_QUEUE, CHUNKS_QUEUE, ...backups, ...puts];
  await eventually('the queues are empty', EMPTIES_WITHIN_MS, async () =>
    listed(
      (await queueDepths(redis, names)).map(({ queue, waiting, active, delayed, waitingChildren }) => {
        // The next time of each schedule.
        const due = queue === REQUESTS_QUEUE ? scheduled : 0;
        const left = waiting + active + Math.max(0, delayed - due) + waitingChildren;
        return left === 0
          ? undefined
          : `${queue}: ${waiting} wait, ${active} run, ${delayed} are delayed, ${waitingChildren} wait for children`;
      }),
    ),
  );
  const staging = new Staging(redis, {
    totalBytes: 1,
    perStoreBytes: 1,
    perBackupBytes: 1,
    expiryMs: 600_000,
  });
  await eventually('staging is empty', EMPTIES_WITHIN_MS, async () => {
    const { total } = await staging.usage();
    const keys = await keysOf(redis, 'staging:*');
    return total === 0 && keys.length === 0 ? undefined : `${total} bytes; ${keys.join(', ')}`;
  });
  staging.close();
  await eventually('no cluster counts as being backed up', EMPTIES_WITHIN_MS, async () =>
    listed(await keysOf(redis, 'running:*')),
  );
  await eventually('the spool is empty', EMPTIES_WITHIN_MS, () =>
    listed(readdirSync(path.join(folder, 'spool'))),
  );
}

interface Listed {
  readonly snapshot: string;
  readonly cluster: string;
  readonly proof: string;
  readonly revision: number;
}

/** Every snapshot that anybody was told of is in its store, with the proof that was told, and all of it can be read. */
export async function expectAllStored({ stores }: TestSystem, ledger: Ledger): Promise<void> {
  for (const store of Object.values(stores)) {
    const found = await runJson<Listed[]>(['snapshots', ...storeArguments(store)]);
    const byId = new Map(found.map((each) => [each.snapshot, each]));
    for (const { snapshot, cluster, proof, revision, ...told } of ledger.reported.values()) {
      if (told.store === store.name)
        expect(byId.get(snapshot)).toMatchObject({ snapshot, cluster, proof, revision });
    }
    const check = await runJson(['check', '--read-data', ...storeArguments(store)]);
    expect(check).toMatchObject({ sound: true, snapshots: found.length });
  }
}

async function keysOf({ client, prefix }: RedisHandle, pattern: string): Promise<string[]> {
  const found = await client.keys(`${prefix}:${pattern}`);
  return found.map((key) => key.slice(prefix.length + 1));
}

function listed(items: readonly (string | undefined)[]): string | undefined {
  const said = items.filter((item) => item !== undefined);
  return said.length === 0 ? undefined : `${said.length} left: ${said.slice(0, 10).join('; ')}`;
}
