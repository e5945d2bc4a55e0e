import { KlosetError } from '@etcd-kloset/errors';
import { failureFrom, formatFailure, parseFailedReason } from './job-failure.ts';
import { backupsQueue, kindOfQueue, putsQueue, QUEUE_KINDS, type QueueName } from './queue-names.ts';
import {
  attemptsWithin,
  backOffMs,
  QUEUE_POLICIES,
  RECEIVER_OUTAGE_MS,
  STORE_OUTAGE_MS,
} from './queue-policies.ts';

describe('the policies of queues', () => {
  it('keep locks short, look for stalled jobs more often, and bound what is kept', () => {
    for (const kind of QUEUE_KINDS) {
      const policy = QUEUE_POLICIES[kind];
      expect(policy.lockDurationMs).toBe(30_000);
      expect(policy.stalledIntervalMs).toBeLessThan(policy.lockDurationMs);
      expect(policy.attempts).toBeGreaterThan(1);
      for (const { count, ageSeconds } of [policy.keepCompleted, policy.keepFailed]) {
        expect(count).toBeGreaterThan(0);
        expect(ageSeconds).toBeGreaterThan(0);
      }
    }
  });

  it('double the wait up to its limit, spread over the upper half', () => {
    const backOff = { firstMs: 100, mostMs: 1000 };
    expect([1, 2, 3, 4, 5, 99].map((tries) => backOffMs(backOff, tries, 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect([1, 5].map((tries) => backOffMs(backOff, tries, 0))).toEqual([50, 500]);
  });

  it('give so many tries that a store may be away for its hour, and a webhook for a day', () => {
    const outages = { puts: STORE_OUTAGE_MS, webhooks: RECEIVER_OUTAGE_MS } as const;
    for (const kind of ['puts', 'webhooks'] as const) {
      const { backOff, attempts } = QUEUE_POLICIES[kind];
      let shortest = 0;
      for (let tries = 1; tries < attempts; tries++) shortest += backOffMs(backOff, tries, 0);
      expect(shortest).toBeGreaterThanOrEqual(outages[kind]);
      expect(attemptsWithin(0, backOff)).toBe(1);
    }
  });

  it('are found by the name of a queue', () => {
    expect(kindOfQueue(backupsQueue('main'))).toBe('backups');
    expect(kindOfQueue(putsQueue({ kind: 's3', store: 'main' }))).toBe('puts');
    expect(
      QUEUE_KINDS.filter((kind) => !['backups', 'puts'].includes(kind)).map((kind) =>
        kindOfQueue(kind as QueueName),
      ),
    ).toEqual(['requests', 'chunks', 'webhooks']);
    expect(() => kindOfQueue('other' as QueueName)).toThrow(/no queue/);
  });
});

describe('why a job failed', () => {
  it('is read back from one string', () => {
    const failures = [
      { code: 'etcd.unreachable', message: 'No member answers.', advice: 'Check\nthe network.' },
      { code: 'job.unexpected', message: 'several\nlines: [a] b' },
    ];
    for (const failure of failures) expect(parseFailedReason(formatFailure(failure))).toEqual(failure);
  });

  it('has the causes in its words, and the advice apart', () => {
    const cause = new Error('ENOENT: no such file');
    expect(failureFrom(new KlosetError('a.b', 'It failed.', { advice: 'Mend it.', cause }))).toEqual({
      code: 'a.b',
      message: 'It failed: ENOENT: no such file',
      advice: 'Mend it.',
    });
    expect(failureFrom(new Error('odd'))).toEqual({ code: 'job.unexpected', message: 'odd' });
  });

  it('is understood in the words of BullMQ', () => {
    expect(parseFailedReason('job stalled more than allowable limit').code).toBe('job.stalled');
    expect(parseFailedReason('child {a}:chunks:1 failed').code).toBe('job.child-failed');
    expect(parseFailedReason('whatever')).toEqual({ code: 'job.unexpected', message: 'whatever' });
  });
});
