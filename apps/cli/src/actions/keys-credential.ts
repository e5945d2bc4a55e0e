import {
  issueKeeperCredential,
  issueWriterCredential,
  openStore,
  writeCredentialFile,
  type Credential,
  type MasterBundle,
} from '@etcd-kloset/kloset';
import path from 'node:path';
import { type Action, type Invocation } from '../commands/command.ts';
import { type keysKeeperOptions, type keysWriterOptions } from '../commands/keys.ts';
import { openOwnerBundle, type GivenOwnerKeys, type KeyUse } from '../store/given-keys.ts';
import { withStorage } from '../store/opened-storage.ts';

export const keysWriter: Action<typeof keysWriterOptions> = (invocation) =>
  issue(invocation, (bundle) => issueWriterCredential(bundle, invocation.options.cluster));

export const keysKeeper: Action<typeof keysKeeperOptions> = (invocation) =>
  issue(invocation, issueKeeperCredential);

interface IssueInvocation extends Pick<
  Invocation<typeof keysKeeperOptions>,
  'options' | 'report' | 'signal'
> {
  readonly sourceOf: KeyUse<GivenOwnerKeys>['sourceOf'];
}

/** Writes a key to a new file that only its owner can read. */
async function issue(
  { options, sourceOf, report, signal }: IssueInvocation,
  make: (bundle: MasterBundle) => Credential,
): Promise<0> {
  const credential = await withStorage(options.store, { report, signal }, async (storage) => {
    const store = await openStore(storage);
    return make(await openOwnerBundle(store, { given: options, sourceOf, report, signal }));
  });
  const file = path.resolve(options.output);
  await writeCredentialFile(file, credential);
  const cluster =
    credential.role === 'writer' && credential.reach.to === 'cluster' ? credential.reach.name : undefined;
  report.done(
    {
      role: credential.role,
      store: credential.store,
      cluster: cluster ?? null,
      epoch: credential.current,
      file,
    },
    () =>
      `wrote a ${credential.role} key for ${cluster === undefined ? 'all clusters' : `the cluster ${cluster}`} to ${file}`,
  );
  return 0;
}
