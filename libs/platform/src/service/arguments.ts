import { parseArgs } from 'node:util';
import { type ServiceName } from './boot.ts';
import { UsageError } from './usage-error.ts';

export interface Arguments {
  readonly config: string | undefined;
  readonly help: boolean;
}

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } },
    });
    return { config: values.config, help: values.help ?? false };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the arguments cannot be understood');
  }
}

export function usage(service: ServiceName): string {
  return `Usage: ${service} [--config FILE]

  -c, --config FILE   default: ETCD_KLOSET_CONFIG, else ./etcd-kloset.yaml or
                      /etc/etcd-kloset/etcd-kloset.yaml if it is there
  -h, --help          say this
`;
}
