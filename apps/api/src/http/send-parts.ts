import { type Writable } from 'node:stream';

/** Who takes nothing for so long has gone, or might as well. */
const PATIENCE_MS = 60_000;
/** So little at a time that somebody on a slow line takes it within the patience. */
const PIECE_BYTES = 64 * 1024;

export interface SendOptions {
  readonly patienceMs?: number;
}

/**
 * Sends the parts of an answer's body, and its end. The connection of a reader who takes nothing for a minute is
 * destroyed: whatever the answer holds on to is for others again.
 */
export async function sendParts(
  response: Writable,
  parts: AsyncIterable<Uint8Array>,
  options: SendOptions = {},
): Promise<void> {
  for await (const part of parts) {
    for (let from = 0; from < part.byteLength; from += PIECE_BYTES) {
      if (response.destroyed) return;
      if (!response.write(part.subarray(from, from + PIECE_BYTES))) await drained(response, options);
    }
  }
  response.end();
}

/** Resolves when more can be written, or when there is nobody to write to. */
export async function drained(
  response: Writable,
  { patienceMs = PATIENCE_MS }: SendOptions = {},
): Promise<void> {
  if (response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), patienceMs);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
  clearTimeout(timer);
}
