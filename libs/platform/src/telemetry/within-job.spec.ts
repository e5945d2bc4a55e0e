import { KlosetError } from '@etcd-kloset/errors';
import { WaitingChildrenError } from 'bullmq';
import { createLogger } from '../logs/logger.ts';
import { inSpan } from './in-span.ts';
import { recordSpans } from './spec-support/recorded-spans.ts';
import { withinJob } from './within-job.ts';

const chunk = { backup: 'b', attempt: 'a', sequence: 3 };
const job = {
  id: '7',
  queueName: 'chunks',
  attemptsMade: 1,
  opts: { attempts: 5 },
  data: { version: 1, chunk, store: 'main', cluster: '0123abcd', bytes: 9 },
};
const subjects = { backup: 'b', attempt: 'a', sequence: 3, store: 'main' };

describe('the work of a job', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ service: 'chunk-worker', destination });
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => {
    lines.length = 0;
    recorded = recordSpans();
  });
  afterEach(() => recorded.end());

  const process = (work: () => Promise<unknown>): Promise<unknown> =>
    inSpan(recorded.tracer, 'process chunks', {}, () => withinJob(log, job, work));

  it('is logged and traced with what it is about', async () => {
    await process(() => {
      log.info('Sealed.');
      return Promise.resolve();
    });
    expect(lines).toMatchObject([{ msg: 'Sealed.', queue: 'chunks', job: '7', ...subjects }]);
    expect(recorded.spans()[0]?.attributes).toEqual({
      'kloset.backup': 'b',
      'kloset.attempt': 'a',
      'kloset.sequence': 3,
      'kloset.store': 'main',
    });
  });

  it('is logged when it fails, as it failed', async () => {
    const error = new KlosetError('storage.full', 'The disk is full.');
    await expect(process(() => Promise.reject(error))).rejects.toBe(error);
    expect(lines).toMatchObject([
      {
        level: 'warn',
        msg: 'A job failed.',
        job: '7',
        backup: 'b',
        attempt: 'a',
        tries: 2,
        tries_at_most: 5,
        error: { code: 'storage.full' },
      },
    ]);
    expect(recorded.spans()[0]?.attributes['error.type']).toBe('storage.full');
  });

  it('has not failed when it goes on later', async () => {
    await expect(withinJob(log, job, () => Promise.reject(new WaitingChildrenError()))).rejects.toThrow();
    expect(lines).toEqual([]);
  });
});
