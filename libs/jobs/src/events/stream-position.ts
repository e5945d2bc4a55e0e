import { compareStreamIds, STREAM_START } from './stream-id.ts';

/** Events between what a reader has seen and what the stream still holds may be lost to it. */
export interface EventGap {
  /** The last entry that was seen. */
  readonly after: string;
  /** The first one that is there; none when the stream is empty, as after a loss of Redis. */
  readonly next: string | undefined;
}

/** What `XINFO STREAM` says; of a stream that is not there, nothing. */
export interface StreamInfo {
  readonly first: string | undefined;
  readonly lastGenerated: string;
}

/** Redis's flat list of names and values. */
export function streamInfo(reply: readonly unknown[]): StreamInfo {
  const value = (name: string): unknown => reply[reply.indexOf(name) + 1];
  const first = value('first-entry') as readonly [string] | null;
  return { first: first?.[0], lastGenerated: value('last-generated-id') as string };
}

/**
 * Whether a reader whose last entry was `after` may have missed some: that entry is not there any more. It may have
 * been the last one that was trimmed; nobody can tell.
 */
export function gapAfter(after: string, info: StreamInfo | undefined): EventGap | undefined {
  if (compareStreamIds(after, STREAM_START) === 0) return undefined;
  const since = info === undefined ? -1 : compareStreamIds(info.lastGenerated, after);
  // Nothing came since, whatever was trimmed.
  if (since === 0) return undefined;
  const there = since > 0 && info?.first !== undefined && compareStreamIds(info.first, after) <= 0;
  return there ? undefined : { after, next: info?.first };
}

/**
 * Where to read on: at `after`, or at the start of a stream that began anew, with ids that may be smaller.
 */
export function positionIn(after: string, info: StreamInfo | undefined): string {
  return info === undefined || compareStreamIds(info.lastGenerated, after) < 0 ? STREAM_START : after;
}
