import { compareStreamIds, isStreamId } from './stream-id.ts';
import { gapAfter, positionIn } from './stream-position.ts';

describe('ids of the stream', () => {
  it('are in the order of their two numbers, not of their letters', () => {
    const ids = ['0-0', '9-1', '10-0', '10-9', '10-10', '1700000000000-0', '18446744073709551615-1'];
    expect([...ids].reverse().sort(compareStreamIds)).toEqual(ids);
    expect(compareStreamIds('5', '5-0')).toBe(0);
  });

  it('are told from anything else that a client may send', () => {
    expect(['0', '1700000000000', '1700000000000-12'].every(isStreamId)).toBe(true);
    const others = ['', '$', '-', '+', '>', '1-', '-1', '1-2-3', 'x', '1-1\r\nFLUSHALL', '9'.repeat(30)];
    expect(others.some(isStreamId)).toBe(false);
  });
});

describe('a reader whose last entry was 10-0', () => {
  const info = (first: string | undefined, lastGenerated: string) => ({ first, lastGenerated });

  it('has missed nothing while that entry is there, or the newest there ever was', () => {
    expect(gapAfter('10-0', info('5-0', '20-0'))).toBeUndefined();
    expect(gapAfter('10-0', info('10-0', '10-0'))).toBeUndefined();
    expect(gapAfter('10-0', info(undefined, '10-0'))).toBeUndefined();
    expect(gapAfter('0-0', info('5-0', '20-0'))).toBeUndefined();
    expect(gapAfter('0', undefined)).toBeUndefined();
    expect(positionIn('10-0', info('5-0', '20-0'))).toBe('10-0');
  });

  it('may have missed something when the stream has dropped it', () => {
    expect(gapAfter('10-0', info('10-1', '20-0'))).toEqual({ after: '10-0', next: '10-1' });
    expect(gapAfter('10-0', info(undefined, '20-0'))).toEqual({ after: '10-0', next: undefined });
    expect(positionIn('10-0', info('10-1', '20-0'))).toBe('10-0');
  });

  it('goes on at the start of a stream that began anew', () => {
    expect(gapAfter('10-0', undefined)).toEqual({ after: '10-0', next: undefined });
    expect(gapAfter('10-0', info('3-0', '4-0'))).toEqual({ after: '10-0', next: '3-0' });
    expect(positionIn('10-0', undefined)).toBe('0-0');
    expect(positionIn('10-0', info('3-0', '4-0'))).toBe('0-0');
  });
});
