import packageJson from '../package.json' with { type: 'json' };

export const PROGRAM = 'etcd-kloset';
export const version = packageJson.version;
