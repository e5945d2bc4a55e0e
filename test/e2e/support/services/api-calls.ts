import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, createClient, type KlosetClient } from '@etcd-kloset/client';
import { type BackupResult } from '@etcd-kloset/jobs';

export interface ApiAddress {
  readonly apiUrl: string;
  readonly apiKey: string;
}

export function clientOf({ apiUrl, apiKey }: ApiAddress): KlosetClient {
  return createClient({ url: apiUrl, key: apiKey });
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
  const path = { cluster };
  const asked = clientOf(api).POST('/v1/clusters/{cluster}/backups', { params: { path }, headers });
  const { job } = await bodyOf(asked);
  return committed(api, job.id);
}

/** @param job its id */
export async function committed(api: ApiAddress, job: string): Promise<BackupResult> {
  const client = clientOf(api);
  for (;;) {
    const { state, result, error } = await bodyOf(
      client.GET('/v1/jobs/{job}', { params: { path: { job } } }),
    );
    if (state === 'committed') return result!;
    if (state === 'failed' || state === 'cancelled') {
      throw new Error(`job ${job} is ${state}: ${JSON.stringify(error)}`);
    }
    await sleep(50);
  }
}
