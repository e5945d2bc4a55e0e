import { PipelineError } from '../../errors.ts';

/** The peer URLs of each member of the cluster to be, by name, in the order given. */
export type InitialCluster = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380`, as etcd's own `--initial-cluster`: a member with
 * several URLs stands there several times.
 *
 * @throws PipelineError `restore.bad-member`
 */
export function parseInitialCluster(text: string): InitialCluster {
  const members = new Map<string, string[]>();
  for (const entry of text.split(',')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at).trim();
    const url = entry.slice(at + 1).trim();
    if (at < 1 || name === '' || !isPeerUrl(url)) {
      throw badMember(`${JSON.stringify(entry)} in --initial-cluster is not NAME=URL`);
    }
    members.set(name, [...(members.get(name) ?? []), url]);
  }
  return members;
}

/** @throws PipelineError `restore.bad-member` */
export function parsePeerUrls(text: string): string[] {
  const urls = text.split(',').map((url) => url.trim());
  const wrong = urls.find((url) => !isPeerUrl(url));
  if (wrong !== undefined) throw badMember(`${JSON.stringify(wrong)} is no URL of a peer`);
  return urls;
}

export function initialClusterText(cluster: InitialCluster): string {
  return [...cluster].flatMap(([name, urls]) => urls.map((url) => `${name}=${url}`)).join(',');
}

export function badMember(message: string): PipelineError {
  return new PipelineError('restore.bad-member', message, {
    advice:
      'Write it as for etcd: --name m1 --initial-cluster m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380',
  });
}

/** etcd wants a scheme, a host and a port, and nothing more. */
function isPeerUrl(text: string): boolean {
  return /^(https?|unixs?):\/\/[^/?#,\s]+:\d{1,5}$/.test(text);
}
