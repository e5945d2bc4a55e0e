import { type Boot } from './boot.ts';

/** Says by which file it runs, and warns where it can do nothing: no mistake, and seldom what was meant. */
export function tellBeginning({ service, config, log }: Pick<Boot, 'service' | 'config' | 'log'>): void {
  log.info('Started.', { configuration: config.file ?? 'none' });
  const advice =
    config.file === undefined
      ? 'No configuration file was found: name it with --config or ETCD_KLOSET_CONFIG.'
      : 'See docs/configuration.md.';
  if (Object.keys(config.stores).length === 0)
    log.warn('No store is configured: nothing can be backed up.', { advice });
  if (service === 'api' && config.api.keys.length === 0)
    log.warn('No API key is configured: every request is refused.', { advice });
}
