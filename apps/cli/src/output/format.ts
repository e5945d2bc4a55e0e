/** Numbers and times as people read them. Sizes are in powers of ten: 1 MB is 1,000,000 bytes. */

const SIZE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let scaled = bytes;
  let unit = -1;
  do {
    scaled /= 1000;
    unit++;
    // 999,950 would be printed as 1000.0 of the smaller unit.
  } while (scaled >= 999.95 && unit < SIZE_UNITS.length - 1);
  return `${scaled.toFixed(1)} ${SIZE_UNITS[unit]!}`;
}

export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** How often `a` goes into `b`, such as `10.8`. */
export function formatRatio(a: number, b: number): string {
  return a === 0 ? '-' : (b / a).toFixed(1);
}

/** `0.4 s`, `12.3 s`, `4m 05s`, `2h 03m`, `3d 04h`. */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const pad = (number: number): string => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${pad(hours % 24)}h`;
}

/** `2026-11-24 20:11:32Z`, from RFC 3339 in UTC. */
export function formatTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}Z`;
}

/** A CRC as `etcdutl snapshot status` prints it, with the zeros at its beginning, which that leaves out. */
export function formatHash(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
