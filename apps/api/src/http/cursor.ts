import { type z } from 'zod';
import { ApiError } from '../api-error.ts';

/** Where a list goes on, as text that says nothing to callers. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws ApiError `http.bad-parameter` for what this list did not make itself */
export function decodeCursor<Schema extends z.ZodType>(
  cursor: string | undefined,
  schema: Schema,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(parse(cursor));
  if (parsed.success) return parsed.data;
  throw new ApiError('http.bad-parameter', 'The cursor is not one of this list.', {
    advice: 'Leave it away to begin at the start, or give what the page before called next.',
    mistakes: [{ at: 'query.cursor', message: 'is not one of this list' }],
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
