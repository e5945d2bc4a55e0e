import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommandFailedError, run } from '@etcd-kloset/testing';
import { type Document } from './document.ts';

export interface FuzzRun {
  readonly url: string;
  readonly document: Document;
  /** An API key; requests without one when it is left out. */
  readonly key?: string;
  /** Requests that are as the document says, or such that are not. */
  readonly mode: 'positive' | 'negative';
  readonly phases: readonly ('coverage' | 'fuzzing' | 'stateful')[];
  readonly seed: number;
  /** Of each operation in the phase `fuzzing`, and as many walks from one to the next in `stateful`. */
  readonly examples: number;
}

export interface FuzzReport {
  /** How many operations were asked for anything. */
  readonly tested: number;
  readonly requests: number;
  /** Operations that answered at least one request with success, such as `GET /v1/jobs`. */
  readonly accepted: readonly string[];
}

interface JsonReport {
  readonly operations: { readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly valid_rates: Record<string, Record<string, { readonly accepted: number }>>;
}

/**
 * Has schemathesis make requests of the document, and check everything that is answered. The same seed makes the same
 * requests, as long as the answers are the same too.
 *
 * @throws with what it says about each mistake that it found, how to repeat it, and the seed
 */
export async function fuzz(schemathesis: string, options: FuzzRun): Promise<FuzzReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-fuzz-'));
  const at = (name: string): string => path.join(folder, name);
  try {
    await writeFile(at('openapi.json'), JSON.stringify(options.document));
    await writeFile(at('schemathesis.toml'), configurationOf(options));
    const { mode, phases, seed, examples, url, key = '' } = options;
    await run(
      schemathesis,
      [
        ...['--config-file', at('schemathesis.toml'), 'run', at('openapi.json'), '--url', url, '--no-color'],
        ...['--mode', mode, '--phases', phases.join(), '--max-examples', String(examples)],
        ...[
          '--seed',
          String(seed),
          '--workers',
          '1',
          '--generation-database',
          'none',
          '--continue-on-failure',
        ],
        ...['--report', 'json', '--report-json-path', at('report.json')],
      ],
      { cwd: folder, env: { ...process.env, ETCD_KLOSET_API_KEY: key } },
    );
    return reportOf(JSON.parse(await readFile(at('report.json'), 'utf8')) as JsonReport);
  } catch (error) {
    if (!(error instanceof CommandFailedError) || error.exitCode === null) throw error;
    throw new Error(`schemathesis found mistakes (seed ${options.seed}):\n${error.stdout}${error.stderr}`, {
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function reportOf({ operations, test_cases, valid_rates }: JsonReport): FuzzReport {
  const accepted = Object.entries(valid_rates)
    .filter(([, phases]) => Object.values(phases).some((phase) => phase.accepted > 0))
    .map(([operation]) => operation);
  return { tested: operations.tested, requests: test_cases.generated, accepted: accepted.sort() };
}

/** Warnings after which a run says less than it seems to. */
const FAIL_ON = ['unsupported_regex', 'rate_limited', 'unmatched_filter', 'missing_deserializer'];

/**
 * What a request that is as the document says may still be refused for: what a schema does not say, such as that
 * certificates come with their keys (`cluster.invalid`), or an Idempotency-Key that came before.
 */
const REFUSALS: Readonly<Record<string, readonly number[]>> = {
  createCluster: [422],
  putCluster: [422],
  requestBackup: [422],
};

function configurationOf({ key }: FuzzRun): string {
  const refused = key === undefined ? [401, 403, 404, 409] : [403, 404, 409];
  const statuses = (more: readonly number[]): string => JSON.stringify(['2xx', ...refused, ...more]);
  return [
    `request-timeout = 30`,
    ...(key === undefined ? [] : ['[auth.openapi.apiKey]', 'bearer = "${ETCD_KLOSET_API_KEY}"']),
    '[warnings]',
    `fail-on = ${JSON.stringify(FAIL_ON)}`,
    '[checks]',
    `positive_data_acceptance = { expected-statuses = ${statuses([])} }`,
    // A stream does not end by itself: its first event is looked at.
    '[[operations]]',
    'include-operation-id = "streamEvents"',
    'max-stream-events = 1',
    ...Object.entries(REFUSALS).flatMap(([operation, more]) => [
      '[[operations]]',
      `include-operation-id = "${operation}"`,
      `checks = { positive_data_acceptance = { expected-statuses = ${statuses(more)} } }`,
    ]),
    '',
  ].join('\n');
}
