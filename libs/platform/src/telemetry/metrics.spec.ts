import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogger } from '../logs/logger.ts';
import { type Metric } from './instruments.ts';
import { METRICS } from './metrics.ts';
import { startTelemetry } from './start-telemetry.ts';
import { type Telemetry } from './telemetry.ts';

const all = Object.entries(METRICS) as [keyof typeof METRICS, Metric][];
const logged: string[] = [];
let telemetry: Telemetry;

beforeEach(async () => {
  logged.length = 0;
  const log = createLogger({ service: 'api', destination: { write: (line) => logged.push(line) } });
  telemetry = await startTelemetry('api', {}, log);
});
afterEach(() => telemetry.shutdown());

/** Uses each instrument once, each label with its own name as its value. */
function useAll(): void {
  for (const [key, { labels: names }] of all) {
    const labels = Object.fromEntries(names.map((name) => [name, `a ${name}`]));
    const instrument = telemetry.metrics[key] as unknown as Record<string, (...given: unknown[]) => void>;
    if ('add' in instrument) instrument.add(1, labels);
    else if ('record' in instrument) instrument.record(1, labels);
    else if (key.startsWith('backup') || !/^(process|heap|external|event)/.test(key)) {
      instrument.observe!(() => [{ value: 1, labels }]);
    }
  }
}

describe('the metrics for Prometheus', () => {
  it('have exactly the names, types and labels of the table', async () => {
    useAll();
    const text = await telemetry.metricsText();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(types.sort()).toEqual(
      all.map(([, { name, kind }]) => `${name} ${kind.replace('observed ', '')}`).sort(),
    );
    for (const [, { name, kind, labels }] of all) {
      const sample = kind === 'histogram' ? `${name}_count` : name;
      const given = labels.map((label) => `${label}="a ${label}"`).join(',');
      const line = text
        .split('\n')
        .find((each) => each.startsWith(`${sample}${given === '' ? ' ' : `{${given}} `}`));
      expect({ name, line }).toEqual({ name, line: expect.stringMatching(/ [0-9.e+-]+$/) as unknown });
    }
  });

  it('have zeros before anything happened, where there is no label', async () => {
    expect(await telemetry.metricsText()).toMatch(/^kloset_schedule_missed_total 0$/m);
  });

  it('no longer have what an observer no longer sees', async () => {
    const seen = [{ value: 5, labels: { cluster: 'a', store: 's' } }];
    const end = telemetry.metrics.backupAge.observe(() => Promise.resolve(seen));
    expect(await telemetry.metricsText()).toContain('kloset_backup_age_seconds{cluster="a",store="s"} 5');
    seen.length = 0;
    expect(await telemetry.metricsText()).not.toContain('cluster="a"');
    end();
  });

  it('go without what cannot be read, which the log tells', async () => {
    telemetry.metrics.queueJobs.observe(() => Promise.reject(new Error('Redis is away')));
    telemetry.metrics.streamBytes.add(7);
    expect(await telemetry.metricsText()).toContain('kloset_stream_bytes_total 7');
    expect(logged.join('')).toContain('kloset_queue_jobs');
    expect(logged.join('')).toContain('Redis is away');
  });

  it('stay bounded when labels are not', async () => {
    for (let at = 0; at < 5000; at++) telemetry.metrics.backupFailures.add(1, { code: `code-${at}` });
    expect(
      (await telemetry.metricsText()).match(/^kloset_backup_failures_total/gm)?.length,
    ).toBeLessThanOrEqual(2001);
  });
});

it('each metric stands in docs/observability.md, with its type, its labels and what it means', async () => {
  const docs = await readFile(path.join(import.meta.dirname, '../../../../docs/observability.md'), 'utf8');
  const rows = docs
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => /^`(kloset|process|nodejs)_/.test(name ?? ''))
    .map(([, name, type, labels, help]) => ({ name, type, labels, help }));
  expect(rows).toEqual(
    all.map(([, { name, kind, labels, help }]) => ({
      name: `\`${name}\``,
      type: kind.replace('observed ', ''),
      labels: labels.map((label) => `\`${label}\``).join(', '),
      help,
    })),
  );
});
