import { redactUrl } from '@etcd-kloset/storage';
import { type Configuration } from './configuration.ts';

/** The configuration as it may be logged: without passwords, tokens and hashes. */
export function describeConfiguration(config: Configuration): Record<string, unknown> {
  return {
    ...config,
    redis: { ...config.redis, url: redactUrl(config.redis.url) },
    stores: Object.values(config.stores).map((store) => ({ ...store, url: redactUrl(store.url) })),
    clusters: Object.values(config.clusters),
    api: { ...config.api, keys: config.api.keys.map(({ hash: _hash, ...key }) => key) },
    // What follows the host of a webhook's address often is its secret.
    webhooks: config.webhooks.map((webhook) => ({ ...webhook, url: new URL(webhook.url).origin })),
  };
}
