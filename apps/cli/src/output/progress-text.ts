import type { Progress } from '@etcd-kloset/pipeline';
import { formatBytes, formatCount, plural } from './format.ts';

/** What one stage has done so far, as one line of text, and how far that is. */
export interface ProgressText {
  readonly text: string;
  /** Less of it, for a narrow terminal. */
  readonly short: string;
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
      return amountText(`reading ${amount(bytes, expected)}`, rate, bytes, expected);
    }
    case 'store': {
      const { newRows, knownRows, rowsToStore, rows, bytes } = progress;
      const found = `${plural(newRows, 'row')} new, ${formatCount(knownRows)} known`;
      const stored = `stored ${formatCount(rows)} of ${formatCount(rowsToStore)}`;
      return {
        text: `${found}: ${stored}, ${formatBytes(bytes)}${rate}`,
        short: `${stored} rows, ${formatBytes(bytes)}`,
        done: rows,
        total: rowsToStore,
      };
    }
    case 'restore': {
      const { bytes, expected } = progress;
      return amountText(`writing ${amount(bytes, expected)}`, rate, bytes, expected);
    }
    case 'check': {
      const { objects, bytes, expected } = progress;
      const read = `reading ${plural(objects, 'object')}, ${amount(bytes, expected)}`;
      return amountText(read, rate, bytes, expected);
    }
  }
}

function amountText(short: string, rate: string, done: number, total: number | undefined): ProgressText {
  return { text: short + rate, short, done, total };
}

const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;

/**
 * One line for a terminal: a bar, how far it is, and the text. Where they do not fit side by side the bar gets shorter
 * and goes, then the text.
 *
 * @param columns of the terminal; the last one stays free, since some terminals wrap there
 */
export function progressLine({ text, short, done, total }: ProgressText, columns: number): string {
  const room = columns - 1;
  // Without a total a bar would claim to know how far it is.
  const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);
  const percentage = share === undefined ? '' : `${Math.floor(share * 100)}% `;
  const shown = [text, short].find((each) => percentage.length + each.length <= room);
  if (shown === undefined) return short.slice(0, Math.max(0, room));
  const bar = Math.min(LONGEST_BAR, room - percentage.length - shown.length - '[] '.length);
  if (share === undefined || bar < SHORTEST_BAR) return percentage + shown;
  const full = Math.round(share * bar);
  return `[${'#'.repeat(full)}${'-'.repeat(bar - full)}] ${percentage}${shown}`;
}

function amount(bytes: number, expected: number | undefined): string {
  return expected === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(expected)}`;
}
