import { uuid } from '@etcd-kloset/jobs';
import { lastDueTime, nextDueTimes } from './due-times.ts';
import { delayMsOf } from './jitter.ts';
import { requestOfDue, TICK_REQUEST, tickOf } from './tick.ts';

const berlin = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };

describe('due times', () => {
  it('are those of the time zone, through its changes', () => {
    const days = nextDueTimes(berlin, new Date('2026-03-27T12:00:00Z'), 4).map((time) => time.toISOString());
    // On the 29th the clock goes from 2:00 to 3:00; there is no 2:30.
    expect(days.map((day) => day.slice(0, 10))).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
      '2026-03-31',
    ]);
    expect(days[0]).toBe('2026-03-28T01:30:00.000Z');
    expect(days[3]).toBe('2026-03-31T00:30:00.000Z');
  });

  it('come once when the clock is put back', () => {
    const times = nextDueTimes(berlin, new Date('2026-10-24T12:00:00Z'), 2);
    expect(times[1]!.getTime() - times[0]!.getTime()).toBeGreaterThan(20 * 3600 * 1000);
  });

  it('have a last one, the present minute included', () => {
    const hourly = { cron: '17 * * * *', timeZone: 'UTC' };
    const at = (time: string): string => lastDueTime(hourly, new Date(time)).toISOString();
    expect(at('2026-01-01T10:17:00.000Z')).toBe('2026-01-01T10:17:00.000Z');
    expect(at('2026-01-01T10:16:59.999Z')).toBe('2026-01-01T09:17:00.000Z');
  });
});

describe('the jitter of a cluster', () => {
  const delays = Array.from({ length: 300 }, (_, number) =>
    delayMsOf({ name: `cluster-${number}`, store: 'main' }, { jitterSeconds: 600 }),
  );

  it('is always the same', () => {
    expect(delayMsOf({ name: 'cluster-7', store: 'main' }, { jitterSeconds: 600 })).toBe(delays[7]);
    expect(delayMsOf({ name: 'cluster-7', store: 'main' }, { jitterSeconds: 0 })).toBe(0);
  });

  it('spreads three hundred clusters over all of the time', () => {
    expect(Math.max(...delays)).toBeLessThan(600_000);
    const minutes = Map.groupBy(delays, (delay) => Math.floor(delay / 60_000));
    expect(minutes.size).toBe(10);
    for (const [, inOne] of minutes) expect(inOne.length).toBeLessThan(60);
  });
});

describe('a tick', () => {
  const data = { version: 1, request: TICK_REQUEST, cluster: 'prod', trigger: 'schedule' } as const;
  const due = new Date('2026-01-01T10:17:00Z');
  const opts = { prevMillis: due.getTime() } as object;

  it('is a request of its own for each time and cluster, the same for everybody', () => {
    const tick = tickOf({ data, opts })!;
    expect(tick.request).toMatchObject({ cluster: 'prod', due: due.toISOString(), trigger: 'schedule' });
    expect(uuid.parse(tick.request.request)).toBe(requestOfDue('prod', due));
    const others = [requestOfDue('prod', new Date(due.getTime() + 60_000)), requestOfDue('other', due)];
    expect(new Set([tick.request.request, ...others]).size).toBe(3);
  });

  it('is not what somebody else put into the queue', () => {
    expect(tickOf({ data: { ...data, request: crypto.randomUUID() }, opts })).toBeUndefined();
    expect(tickOf({ data: { ...data, trigger: 'queue' }, opts })).toBeUndefined();
    expect(tickOf({ data, opts: {} })).toBeUndefined();
  });
});
