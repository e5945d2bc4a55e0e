/** A release of etcd by its minor, which decides what works together: 3.5.16 is `{ major: 3, minor: 5 }`. */
export interface EtcdMinor {
  readonly major: number;
  readonly minor: number;
}

/** Reads `3.5.16`, `3.6.0-rc.1`, `3.5`; undefined for anything else. */
export function minorOf(version: string | undefined): EtcdMinor | undefined {
  const match = /^v?(\d{1,5})\.(\d{1,5})(?:[.\-+]|$)/.exec(version ?? '');
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) };
}

/** Below zero when `a` is the older one. */
export function compareMinors(a: EtcdMinor, b: EtcdMinor): number {
  return a.major - b.major || a.minor - b.minor;
}

export function minorText({ major, minor }: EtcdMinor): string {
  return `${major}.${minor}`;
}
