import createFetchClient, { type Client } from 'openapi-fetch';
import { type paths } from './api-types.ts';

export interface ClientOptions {
  /** Where the API is, such as `https://backups.example.net`; with a path when a proxy serves it below one. */
  readonly url: string;
  /** An API key. */
  readonly key: string;
  /** In the place of Node's own, such as one that trusts an authority of yours. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** `client.GET('/v1/clusters/{cluster}', …)`: addresses, parameters, bodies and answers are those of the OpenAPI document. */
export type KlosetClient = Client<paths>;

/** A client that sends the key with each request. An answer is what was answered, a problem too: see {@link bodyOf}. */
export function createClient({ url, key, fetch }: ClientOptions): KlosetClient {
  return createFetchClient<paths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${key}` },
    ...(fetch === undefined ? {} : { fetch }),
  });
}
