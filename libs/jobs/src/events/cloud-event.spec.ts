import { EVENT_TYPES, RESULT, SAMPLES, BACKUP } from '../spec-support/sample-events.ts';
import { outcomeEvents } from './backup-outcome.ts';
import { makeEvent, parseEvent } from './cloud-event.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('an event', () => {
  it.each(EVENT_TYPES)('%s is CloudEvents 1.0 in JSON, and read back as it was', (type) => {
    const event = makeEvent(type, SAMPLES[type], { time: new Date(0) });
    expect(event).toMatchObject({
      specversion: '1.0',
      source: '/etcd-kloset',
      type,
      subject: type.startsWith('store.') ? 'main' : type === 'webhook.dead' ? 'pager' : 'prod',
      time: '1970-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: SAMPLES[type],
    });
    expect(event.id).not.toBe('');
    expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  it('carries the trace context that it is given, and no other words', () => {
    expect(makeEvent('store.reachable', { store: 'main' }, { traceparent: TRACE }).traceparent).toBe(TRACE);
    expect(() => makeEvent('store.reachable', { store: 'main' }, { traceparent: 'x' })).toThrow(
      /traceparent/,
    );
  });

  it('is refused when it is none, with the name of what is wrong and not its value', () => {
    const event = makeEvent('backup.failed', SAMPLES['backup.failed']);
    const bad = [
      [{ ...event, specversion: '0.3' }, /specversion/],
      [{ ...event, type: 'backup.exploded' }, /type/],
      [{ ...event, time: 'yesterday' }, /time/],
      [{ ...event, data: { ...event.data, store: 'No Such Store!' } }, /data\.store/],
      [{ ...event, data: undefined }, /data/],
      [null, /it: /],
      ['text', /it: /],
    ] as const;
    for (const [value, message] of bad) {
      expect(() => parseEvent(value)).toThrow(
        expect.objectContaining({
          code: 'event.invalid',
          message: expect.stringMatching(message) as string,
        }) as Error,
      );
    }
    expect(() => parseEvent({ ...event, data: { ...event.data, store: 'hunter2 hunter2' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }) as Error,
    );
  });

  it('of a newer version, which says more, is read without it', () => {
    const event = makeEvent('store.reachable', { store: 'main' });
    expect(parseEvent({ ...event, sequence: '1', data: { store: 'main', region: 'moon' } })).toEqual(event);
  });

  it('has of a long message what people read of it', () => {
    const error = { code: 'x.y', message: 'a'.repeat(100_000) };
    const { data } = makeEvent('store.unreachable', { store: 'main', error });
    expect(data.error.message).toHaveLength(2000);
  });
});

describe('what is told of a committed backup', () => {
  it('is that it is in the store, and when its proof is not as it should be, why', () => {
    const types = (proof: 'proven' | 'unproven' | 'mismatch'): string[] =>
      outcomeEvents(BACKUP, { ...RESULT, proof, proofReason: 'because' }).map(({ type }) => type);
    expect(types('proven')).toEqual(['backup.committed']);
    expect(types('unproven')).toEqual(['backup.committed', 'backup.unproven']);
    expect(types('mismatch')).toEqual(['backup.committed', 'backup.mismatch']);
    const [, second] = outcomeEvents(BACKUP, { ...RESULT, proof: 'unproven', proofReason: 'because' });
    expect(second!.data).toMatchObject({ reason: 'because', snapshot: RESULT.snapshot });
  });

  it('fits into an event however many warnings there are', () => {
    const warnings = Array.from({ length: 1000 }, () => 'w'.repeat(10_000));
    const [event] = outcomeEvents(BACKUP, { ...RESULT, warnings });
    expect(JSON.stringify(event).length).toBeLessThan(20_000);
  });
});
