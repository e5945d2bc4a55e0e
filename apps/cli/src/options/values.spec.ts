import { clusterName, duration, label, pastTime, timeout, wholeNumber } from './values.ts';

describe('duration', () => {
  it.each([
    ['90s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['2w', 1_209_600_000],
  ])('reads %s', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(['', '2', 'h', '2 h', '-2h', '2hours', '2h!', '1e3s', '∞', '99999999999999d'])(
    'refuses %j',
    (text) => {
      expect(() => duration(text)).toThrow(/^is /);
    },
  );

  it('waits for some time, and for no more than a timer can', () => {
    expect(timeout('5s')).toBe(5000);
    expect(() => timeout('0s')).toThrow('is not a time to wait');
    expect(() => timeout('25d')).toThrow('is not a time to wait');
  });
});

describe('wholeNumber', () => {
  it('reads numbers that can be counted', () => {
    expect(wholeNumber('0')).toBe(0);
    expect(wholeNumber('1000000000')).toBe(1_000_000_000);
  });

  it.each(['', '-1', '1.5', '1e9', '0x10', 'a', '9007199254740993'])('refuses %j', (text) => {
    expect(() => wholeNumber(text)).toThrow('is not a whole number');
  });
});

describe('pastTime', () => {
  it.each([
    ['2026-05-01T02:03:04Z', '2026-05-01T02:03:04.000Z'],
    ['2026-05-01T02:03:04.5+02:00', '2026-05-01T00:03:04.500Z'],
    ['2026-05-01 02:03Z', '2026-05-01T02:03:00.000Z'],
    ['2026-05-01T02:03:04-0730', '2026-05-01T09:33:04.000Z'],
    ['2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(pastTime(text).toISOString()).toBe(time);
  });

  it.each([
    ['yesterday', 'is not a time'],
    ['2026-05-01T02:03:04', 'is not a time'],
    ['1700000000', 'is not a time'],
    ['2026-02-30', 'does not exist|that exists'],
    ['2026-13-01', 'exists'],
    ['2026-05-01T25:00:00Z', 'exists'],
    ['9999-01-01', 'is in the future'],
    ['1969-12-31', 'is before 1970'],
  ])('refuses %j', (text, reason) => {
    expect(() => pastTime(text)).toThrow(new RegExp(reason));
  });
});

describe('label', () => {
  it('is divided at the first =', () => {
    expect(label('note=a=b, c')).toEqual(['note', 'a=b, c']);
    expect(label('example.net/team=')).toEqual(['example.net/team', '']);
  });

  it.each(['', 'a', '=b', 'a b=c', '-a=b', 'a=b\n', 'a=\ud800'])('refuses %j', (text) => {
    expect(() => label(text)).toThrow();
  });
});

describe('clusterName', () => {
  it('takes any text of one line', () => {
    expect(clusterName('prod / Zürich')).toBe('prod / Zürich');
  });

  it.each(['', ' a', 'a ', 'a\nb', 'a\u001b[31m', 'x'.repeat(300), '\ud800'])('refuses %j', (text) => {
    expect(() => clusterName(text)).toThrow(/^is /);
  });
});
