import { run } from '../run.ts';
import { provideTool, type Say } from './provide-tool.ts';

/** The minor versions that the project is tested against. */
export const ETCD_VERSIONS = ['3.4', '3.5', '3.6', '3.7'] as const;
export type EtcdVersion = (typeof ETCD_VERSIONS)[number];

/** Programs of one etcd release, as absolute paths. */
export interface EtcdTools {
  readonly minor: EtcdVersion;
  /** The server's full version, such as 3.5.16. */
  readonly version: string;
  readonly etcd: string;
  readonly etcdctl: string;
  /** Absent in 3.4, whose etcdctl has `snapshot restore` and `snapshot status` itself. */
  readonly etcdutl: string | undefined;
  /** Where they come from, in a few words. */
  readonly origin: string;
}

const asked = new Map<EtcdVersion, Promise<EtcdTools>>();

/**
 * The programs of the newest known etcd release of a minor version, fetched when they are not on this
 * machine yet. Rejects with `ToolUnavailableError` when they cannot be had.
 */
export function requireEtcd(minor: EtcdVersion = '3.5', say?: Say): Promise<EtcdTools> {
  const tools = asked.get(minor) ?? findEtcd(minor, say);
  asked.set(minor, tools);
  return tools;
}

/** The path of restic, which the benchmark compares with. Rejects as {@link requireEtcd} does. */
export async function requireRestic(say?: Say): Promise<string> {
  return (await provideTool('restic', say)).programs['restic']!;
}

/** The paths of age, version 1.3 or later, whose files ours must be. Rejects as {@link requireEtcd} does. */
export async function requireAge(say?: Say): Promise<{ age: string; keygen: string }> {
  const { programs } = await provideTool('age', say);
  return { age: programs['age']!, keygen: programs['age-keygen']! };
}

/** The path of redis-server, version 7 or later. Rejects as {@link requireEtcd} does. */
export async function requireRedis(say?: Say): Promise<string> {
  return (await provideTool('redis', say)).programs['redis-server']!;
}

/** The path of schemathesis. Rejects as {@link requireEtcd} does. */
export async function requireSchemathesis(say?: Say): Promise<string> {
  return (await provideTool('schemathesis', say)).programs['schemathesis']!;
}

async function findEtcd(minor: EtcdVersion, say: Say | undefined): Promise<EtcdTools> {
  const { programs, origin } = await provideTool(`etcd-${minor}`, say);
  const etcd = programs['etcd']!;
  const { stdout } = await run(etcd, ['--version']);
  const version = /etcd Version: (\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${etcd} does not tell its version: ${stdout}`);
  return { minor, version, etcd, etcdctl: programs['etcdctl']!, etcdutl: programs['etcdutl'], origin };
}
