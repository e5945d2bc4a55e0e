import type { Progress } from '@etcd-kloset/pipeline';
import { formatBytes, formatCount } from './format.ts';

/** What one stage has done so far, as one line of text, and how far that is. */
export interface ProgressText {
  readonly text: string;
  readonly done: number;
  /** Undefined while nobody knows how much there is. */
  readonly total: number | undefined;
}

/** @param perSecond bytes of this stage in the last seconds; undefined at its beginning */
export function progressText(progress: Progress, perSecond: number | undefined): ProgressText {
  const rate = perSecond === undefined ? '' : `, ${formatBytes(Math.round(perSecond))}/s`;
  switch (progress.stage) {
    case 'stream': {
      const { bytes, expected } = progress;
      return { text: `reading ${amount(bytes, expected)}${rate}`, done: bytes, total: expected };
    }
    case 'store': {
      const { newRows, knownRows, rowsToStore, rows, bytes } = progress;
      const found = `${formatCount(newRows)} rows new, ${formatCount(knownRows)} known`;
      return {
        text: `${found}: stored ${formatCount(rows)} of ${formatCount(rowsToStore)}, ${formatBytes(bytes)}${rate}`,
        done: rows,
        total: rowsToStore,
      };
    }
    case 'restore': {
      const { bytes, expected } = progress;
      return { text: `writing ${amount(bytes, expected)}${rate}`, done: bytes, total: expected };
    }
    case 'check': {
      const { objects, bytes, expected } = progress;
      return {
        text: `reading ${formatCount(objects)} objects, ${amount(bytes, expected)}${rate}`,
        done: bytes,
        total: expected,
      };
    }
  }
}

function amount(bytes: number, expected: number | undefined): string {
  return expected === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(expected)}`;
}
