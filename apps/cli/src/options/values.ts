/** Parsers of option values. Each throws an Error whose message goes on after the option and its value. */

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `90s`, `2h`, `1h30m`, `1d`: milliseconds. */
export function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) {
    throw new Error('is not a duration such as 90s, 30m, 2h or 1d');
  }
  const ms = parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
  if (!Number.isSafeInteger(Math.round(ms))) throw new Error('is too long');
  return Math.round(ms);
}

/** A duration above zero. */
export function timeout(text: string): number {
  const ms = duration(text);
  if (ms < 1 || ms > 2_147_483_647) throw new Error('is not a time to wait from 1ms to 24d');
  return ms;
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new Error('is not a whole number');
  return number;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-]\d\d:?\d\d))?$/;

/** RFC 3339, such as `2026-11-24T20:00:00Z`; a date alone is its beginning in UTC. In the past. */
export function pastTime(text: string): Date {
  const match = TIME.exec(text);
  if (match === null) throw new Error('is not a time such as 2026-11-24T20:00:00Z');
  const [, date, clock = '00:00:00', zone = 'Z'] = match;
  const seconds = clock.length === 5 ? `${clock}:00` : clock;
  const offset = /^[Zz]$/.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const time = new Date(`${date}T${seconds}${offset}`);
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || Number.isNaN(day.getTime()))
    throw new Error('is not a time that exists');
  // JavaScript takes the 31st of February for the 3rd of March.
  if (!day.toISOString().startsWith(date!)) throw new Error('is not a time that exists');
  if (time.getTime() > Date.now()) throw new Error('is in the future');
  if (time.getTime() < 0) throw new Error('is before 1970');
  return time;
}

/** `key=value`; the key as Kubernetes' label keys are, the value any text. */
export function label(text: string): readonly [key: string, value: string] {
  const at = text.indexOf('=');
  const key = text.slice(0, at);
  const value = text.slice(at + 1);
  if (at < 1) throw new Error('is not KEY=VALUE');
  if (!/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,251}[A-Za-z0-9])?$/.test(key)) {
    throw new Error('has a key that is not made of letters, digits, ".", "_", "/" and "-"');
  }
  if (value.length > 1024 || /[\p{Cc}]/u.test(value) || !value.isWellFormed()) {
    throw new Error('has a value that is too long or not printable');
  }
  return [key, value];
}

/** A cluster's name: any text that can be printed in one line. */
export function clusterName(text: string): string {
  if (text === '') throw new Error('is empty');
  if (text.length > 253 || text.trim() !== text || /[\p{Cc}]/u.test(text) || !text.isWellFormed()) {
    throw new Error('is not a name: up to 253 printable characters, no spaces at its ends');
  }
  return text;
}
