import path from 'node:path';

/** Ways to get a tool, tried in the order of its row. */
export type ToolSource =
  /** What the machine has installed, when all programs are there and say that they are of `version`. */
  | { readonly kind: 'path'; readonly version?: { readonly args: string[]; readonly says: RegExp } }
  /** `libraries` are packages too: the programs are then started so that they find them. */
  | {
      readonly kind: 'debian';
      readonly suite: string;
      readonly packages: readonly string[];
      readonly libraries?: readonly string[];
    }
  /** `packages` maps each program to the Go package it is built from, pinned by the module in `folder`. */
  | { readonly kind: 'go'; readonly folder: string; readonly packages: Readonly<Record<string, string>> }
  /** `modules` maps each program to the Python module that it is; `requirements` pins all packages by their hashes. */
  | {
      readonly kind: 'pip';
      readonly requirements: string;
      readonly modules: Readonly<Record<string, string>>;
    };

export interface ToolRow {
  readonly programs: readonly string[];
  readonly sources: readonly ToolSource[];
  /** For somebody whose machine cannot fetch it. */
  readonly howToGetIt: string;
}

/** Every program that tests, benchmarks and the quick start run, and where each one comes from. */
export const TOOLS = {
  'etcd-3.4': {
    programs: ['etcd', 'etcdctl'],
    sources: [etcdOnPath('3.4'), etcdOfDebian('bookworm')],
    howToGetIt: 'Put etcd and etcdctl 3.4 on PATH.',
  },
  'etcd-3.5': {
    programs: ['etcd', 'etcdctl', 'etcdutl'],
    sources: [etcdOnPath('3.5'), etcdOfDebian('trixie'), etcdFromGo('3.5')],
    howToGetIt: 'Put etcd, etcdctl and etcdutl 3.5 on PATH, or install Go.',
  },
  'etcd-3.6': {
    programs: ['etcd', 'etcdctl', 'etcdutl'],
    sources: [etcdOnPath('3.6'), etcdFromGo('3.6')],
    howToGetIt: 'Put etcd, etcdctl and etcdutl 3.6 on PATH, or install Go.',
  },
  'etcd-3.7': {
    programs: ['etcd', 'etcdctl', 'etcdutl'],
    sources: [etcdOnPath('3.7'), etcdFromGo('3.7')],
    howToGetIt: 'Put etcd, etcdctl and etcdutl 3.7 on PATH, or install Go.',
  },
  restic: {
    programs: ['restic'],
    sources: [{ kind: 'path' }, { kind: 'debian', suite: 'trixie', packages: ['restic'] }],
    howToGetIt: 'Put restic on PATH.',
  },
  // Debian's is too old for hybrid (post-quantum) keys, which 1.3 brought.
  age: {
    programs: ['age', 'age-keygen'],
    sources: [
      { kind: 'path', version: { args: ['--version'], says: /^v?1\.([3-9]|\d\d)\b/ } },
      {
        kind: 'go',
        folder: pinned('age'),
        packages: { age: 'filippo.io/age/cmd/age', 'age-keygen': 'filippo.io/age/cmd/age-keygen' },
      },
    ],
    howToGetIt: 'Put age and age-keygen 1.3 or later on PATH, or install Go.',
  },
  redis: {
    programs: ['redis-server'],
    sources: [
      { kind: 'path', version: { args: ['--version'], says: /\bv=([7-9]|\d\d)\./ } },
      redisOfDebian('bookworm', ['libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3']),
      redisOfDebian('trixie', ['libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3t64']),
    ],
    howToGetIt: 'Put redis-server 7 or later on PATH (Debian and Ubuntu: apt-get install redis-server).',
  },
  // Builds the objects of a kustomization; that needs no cluster.
  kubectl: {
    programs: ['kubectl'],
    sources: [
      { kind: 'path', version: { args: ['version', '--client'], says: /Kustomize Version: v5\./ } },
      { kind: 'debian', suite: 'trixie', packages: ['kubectl'] },
    ],
    howToGetIt: 'Put kubectl 1.27 or later on PATH.',
  },
  // Checks Prometheus' rules, and runs the tests of alerts.
  promtool: {
    programs: ['promtool'],
    sources: [{ kind: 'path' }, { kind: 'debian', suite: 'trixie', packages: ['promtool'] }],
    howToGetIt: 'Put promtool, which comes with Prometheus, on PATH.',
  },
  // Makes requests of an OpenAPI document, and checks what is answered against it.
  schemathesis: {
    programs: ['schemathesis'],
    sources: [
      // No other version: what it asks, and what it takes for a mistake, changes between them.
      { kind: 'path', version: { args: ['--version'], says: /version 4\.32\.5\b/ } },
      {
        kind: 'pip',
        requirements: path.join(pinned('schemathesis'), 'requirements.txt'),
        modules: { schemathesis: 'schemathesis.cli' },
      },
    ],
    howToGetIt: 'Install Python 3.11 or later with its module venv (Debian: apt-get install python3-venv).',
  },
  // Reads a compose file as `docker compose` does; that needs no container engine.
  'docker-compose': {
    programs: ['docker-compose'],
    sources: [
      { kind: 'path', version: { args: ['version'], says: /version v?([2-9]|\d\d)\./ } },
      { kind: 'debian', suite: 'trixie', packages: ['docker-compose'] },
    ],
    howToGetIt: 'Put docker-compose 2 or later on PATH.',
  },
} as const satisfies Record<string, ToolRow>;

export type ToolName = keyof typeof TOOLS;

function etcdOnPath(minor: string): ToolSource {
  const says = new RegExp(`etcd Version: ${minor.replace('.', '\\.')}\\.`);
  return { kind: 'path', version: { args: ['--version'], says } };
}

function etcdOfDebian(suite: string): ToolSource {
  return { kind: 'debian', suite, packages: ['etcd-server', 'etcd-client'] };
}

function redisOfDebian(suite: string, libraries: readonly string[]): ToolSource {
  return { kind: 'debian', suite, packages: ['redis-server', 'redis-tools'], libraries };
}

function etcdFromGo(minor: string): ToolSource {
  return {
    kind: 'go',
    folder: pinned(`etcd-${minor}`),
    packages: {
      etcd: 'go.etcd.io/etcd/server/v3',
      etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
      etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
    },
  };
}

/** The folder of what pins a tool. */
function pinned(name: string): string {
  return path.resolve(import.meta.dirname, '../../../../tools', name);
}
