import { type RunResult } from '../run.ts';

export interface EtcdUser {
  readonly name: string;
  readonly password: string;
}

/** May do everything. */
export const ROOT: EtcdUser = { name: 'root', password: 'the-root-password' };

/** May read and write keys below `/app/`, and nothing else. */
export const READER: EtcdUser = { name: 'reader', password: 'the-reader-password' };

/** Makes both users and turns authentication on. `etcdctl` runs one command against the cluster. */
export async function enableAuthentication(etcdctl: (args: string[]) => Promise<RunResult>): Promise<void> {
  await etcdctl(['user', 'add', `${ROOT.name}:${ROOT.password}`]);
  await etcdctl(['user', 'grant-role', ROOT.name, 'root']);
  await etcdctl(['user', 'add', `${READER.name}:${READER.password}`]);
  await etcdctl(['role', 'add', 'app']);
  await etcdctl(['role', 'grant-permission', 'app', 'readwrite', '/app/', '--prefix']);
  await etcdctl(['user', 'grant-role', READER.name, 'app']);
  await etcdctl(['auth', 'enable']);
}
