import { type Configured } from './configure/configure.ts';

/** What somebody who has just started it wants to know. */
export function welcome({ config, ownStore, firstKey, formerKey }: Configured, address: string): string {
  const lines = ['', 'etcd-kloset runs. Ctrl-C ends it.', ''];
  const base = config.api.publicUrl ?? address;
  lines.push(
    `  API     ${base}/v1`,
    `  docs    ${base}/docs`,
    `  queues  ${base}/queues  (the password is an API key)`,
  );
  if (ownStore !== undefined) {
    lines.push(
      '',
      `No store was named: backups go to ${ownStore.folder}.`,
      `Its owner's key is ${ownStore.identityFile}. KEEP A COPY OF IT SOMEWHERE ELSE:`,
      'without it no backup can ever be restored, and whoever has it can read them all.',
    );
  }
  if (firstKey !== undefined) {
    const { file, token } = firstKey;
    lines.push(
      '',
      `The API key of the administrator is in ${file}${token === undefined ? '.' : `:\n\n  ${token}`}`,
    );
    lines.push('', 'Try it:', '', `  ${curl(base, file, '/v1/clusters')}`);
    const [cluster] = Object.keys(config.clusters);
    lines.push(
      ...(cluster === undefined
        ? ['', 'A cluster to begin with: npm start -- --cluster NAME --endpoints HOST:PORT']
        : [`  ${curl(base, file, `/v1/clusters/${encodeURIComponent(cluster)}/backups`, ' -X POST')}`]),
    );
  }
  if (formerKey !== undefined) {
    lines.push(
      '',
      `The API key in ${formerKey.file} is not valid any more: the configuration names API keys.`,
      'To have it valid again, add it to api.keys:',
      '',
      `  { name: first, role: admin, hash: '${formerKey.hash}' }`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

function curl(base: string, keyFile: string, path: string, more = ''): string {
  return `curl${more} -H "Authorization: Bearer $(cat ${keyFile})" ${base}${path}`;
}
