import { type DestinationKind } from '@etcd-kloset/jobs';

const KINDS: ReadonlyMap<string, DestinationKind> = new Map([
  ['file', 'local'],
  ['s3', 's3'],
  ['sftp', 'sftp'],
]);

/** What kind of place an address names; undefined for a scheme that no store has. */
export function destinationKindOf(url: string): DestinationKind | undefined {
  // Two letters at least, as with openStorage: a drive's letter is no scheme.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1];
  return scheme === undefined ? 'local' : KINDS.get(scheme.toLowerCase());
}
