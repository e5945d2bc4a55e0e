import { randomUUID } from 'node:crypto';
import { outcomeEvents } from '../events/backup-outcome.ts';
import { makeEvent } from '../events/cloud-event.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { RESULT, SAMPLES } from '../spec-support/sample-events.ts';
import { RequestTracker } from './track-request.ts';

const [request, backup, other] = [randomUUID(), randomUUID(), randomUUID()];
const of = (id: string) => ({ cluster: 'prod', store: 'main', backup: id });
const requested = (id: string, became: string) =>
  makeEvent('backup.requested', { ...of(became), request: id, trigger: 'queue', joined: id !== became });
const started = (id: string) => makeEvent('backup.started', { ...of(id), attempt: randomUUID() });
const failed = (id: string) =>
  makeEvent('backup.failed', { ...of(id), error: { code: 'a.b', message: 'c' } });
const progress = (id: string) => makeEvent('backup.progress', { ...SAMPLES['backup.progress'], ...of(id) });
const outcome = (id: string, proof: 'proven' | 'unproven' | 'mismatch') =>
  outcomeEvents(id, { ...RESULT, proof });

function feed(tracker: RequestTracker, events: CloudEvent[]): string[] {
  return events.flatMap((event) => tracker.take(event)).map(({ type }) => type);
}

describe('the events of a request', () => {
  it('are those of its backup and nobody else’s, up to the one that ends it', () => {
    const tracker = new RequestTracker(request);
    const events = [
      requested(other, other),
      requested(request, request),
      started(other),
      started(request),
      progress(request),
      failed(other),
      ...outcome(request, 'proven'),
      failed(request),
    ];
    expect(feed(tracker, events)).toEqual([
      'backup.requested',
      'backup.started',
      'backup.progress',
      'backup.committed',
    ]);
    expect(tracker.ended).toBe(true);
  });

  it('that joined a backup are those of that one, its end too when it came a moment before', () => {
    const tracker = new RequestTracker(request);
    const events = [
      started(backup),
      progress(backup),
      ...outcome(backup, 'proven'),
      requested(request, backup),
    ];
    expect(feed(tracker, events)).toEqual(['backup.requested', 'backup.started', 'backup.committed']);
    expect(tracker.ended).toBe(true);
  });

  it.each(['unproven', 'mismatch'] as const)('end after what tells of a proof that is %s', (proof) => {
    const tracker = new RequestTracker(request);
    const [committed, doubt] = outcome(request, proof);
    feed(tracker, [requested(request, request), committed!]);
    expect(tracker.ended).toBe(false);
    expect(feed(tracker, [doubt!])).toEqual([`backup.${proof}`]);
    expect(tracker.ended).toBe(true);
  });

  it('end with a refusal, or a failure', () => {
    const [refused, dead] = [new RequestTracker(request), new RequestTracker(request)];
    const refusal = makeEvent('request.refused', { ...SAMPLES['request.refused'], request });
    expect(feed(refused, [refusal, refusal])).toEqual(['request.refused']);
    expect(refused.ended).toBe(true);
    expect(feed(dead, [requested(request, request), failed(request)])).toContain('backup.failed');
    expect(dead.ended).toBe(true);
  });

  it('come once each, however often they were sent', () => {
    const tracker = new RequestTracker(request);
    const begin = started(request);
    expect(feed(tracker, [requested(request, request), begin, begin, requested(request, request)])).toEqual([
      'backup.requested',
      'backup.started',
    ]);
  });

  it('are known without the event that tells its backup, when somebody else tells it', () => {
    const tracker = new RequestTracker(request);
    expect(feed(tracker, [started(other), started(backup)])).toEqual([]);
    expect(tracker.know(backup).map(({ type }) => type)).toEqual(['backup.started']);
    expect(tracker.know(other)).toEqual([]);
    expect(feed(tracker, [failed(other), failed(backup)])).toEqual(['backup.failed']);
  });
});
