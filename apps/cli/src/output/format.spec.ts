import {
  formatBytes,
  formatCount,
  formatDuration,
  formatHash,
  formatRatio,
  formatTime,
  plural,
} from './format.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [395_200_000, '395.2 MB'],
    [8_589_934_592, '8.6 GB'],
    [1e18, '1000.0 PB'],
  ])('of %d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [65_135, '65,135'],
    [1_000_000_000, '1,000,000,000'],
  ])('of %d', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('agree with their noun', () => {
    expect([plural(1, 'problem'), plural(2, 'problem'), plural(0, 'entry', 'entries')]).toEqual([
      '1 problem',
      '2 problems',
      '0 entries',
    ]);
  });
});

describe('durations', () => {
  it.each([
    [0, '0.0 s'],
    [1234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1m 00s'],
    [245_000, '4m 05s'],
    [3_599_999, '1h 00m'],
    [7_380_000, '2h 03m'],
    [273_600_000, '3d 04h'],
  ])('of %d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

it('writes times in UTC and hashes with all of their eight digits', () => {
  expect(formatTime('2026-11-24T20:11:32.123Z')).toBe('2026-11-24 20:11:32Z');
  expect(formatHash(203_254_725)).toBe('0c1d6bc5');
});

it('has no ratio to nothing', () => {
  expect([formatRatio(10, 108), formatRatio(0, 5)]).toEqual(['10.8', '-']);
});
