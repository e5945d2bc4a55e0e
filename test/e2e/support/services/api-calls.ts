import { setTimeout as sleep } from 'node:timers/promises';
import { type BackupResult } from '@etcd-kloset/jobs';

export interface ApiAddress {
  readonly apiUrl: string;
  readonly apiKey: string;
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly trigger: string;
  readonly result?: BackupResult;
  readonly error?: unknown;
}

/** Asks the API as anybody with a key and curl would; rejects unless the answer is a good one. */
export async function callApi(
  { apiUrl, apiKey }: ApiAddress,
  method: 'GET' | 'POST',
  path: string,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  const response = await fetch(apiUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
}

export async function getJson<T>(api: ApiAddress, path: string): Promise<T> {
  return (await (await callApi(api, 'GET', path)).json()) as T;
}

/** Asks for a backup and waits until it is committed. */
export async function backupThroughApi(
  api: ApiAddress,
  cluster: string,
  headers: Record<string, string> = {},
): Promise<BackupResult> {
  const accepted = await callApi(api, 'POST', `/v1/clusters/${cluster}/backups`, { headers });
  const { job } = (await accepted.json()) as { job: Job };
  return committed(api, job.id);
}

export async function committed(api: ApiAddress, id: string): Promise<BackupResult> {
  for (;;) {
    const job = await getJson<Job>(api, `/v1/jobs/${id}`);
    if (job.state === 'committed') return job.result!;
    if (job.state === 'failed' || job.state === 'cancelled') {
      throw new Error(`job ${id} is ${job.state}: ${JSON.stringify(job.error)}`);
    }
    await sleep(50);
  }
}
