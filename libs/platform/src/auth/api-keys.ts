import { timingSafeEqual } from 'node:crypto';
import { type ApiKeyConfig } from '../config/configuration.ts';
import { hashApiKey } from './api-key.ts';
import { type Principal } from './principal.ts';

/** The API keys of the configuration. */
export interface ApiKeys {
  /** How many there are. */
  readonly size: number;
  /** Whose key it is; undefined when it is nobody's. Takes the same time whichever key it is. */
  authenticate(token: string): Principal | undefined;
}

/** No key is longer; what is, is not even hashed. */
const LONGEST_TOKEN = 256;

export function apiKeys(configs: readonly ApiKeyConfig[]): ApiKeys {
  const known = configs.map(({ name, role, hash, clusters }) => ({
    hash: Buffer.from(hash),
    principal: { name, role, clusters } satisfies Principal,
  }));
  return {
    size: known.length,
    authenticate(token) {
      if (token.length > LONGEST_TOKEN) return undefined;
      const given = Buffer.from(hashApiKey(token));
      let found: Principal | undefined;
      // All are compared, each in constant time: how long it takes tells nothing of which one was nearly right.
      for (const { hash, principal } of known) {
        if (hash.length === given.length && timingSafeEqual(hash, given)) found = principal;
      }
      return found;
    },
  };
}
