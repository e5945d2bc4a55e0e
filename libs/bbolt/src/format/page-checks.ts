import { damaged } from '../bolt-error.ts';
import { type PageHeader } from './page-header.ts';

/** An inline page (no expected id) has id 0 in bbolt, which never looks at it. */
export function requirePage(header: PageHeader, flags: number, expectedId: number | undefined): void {
  if (expectedId !== undefined && header.id !== expectedId) {
    throw damaged('bbolt.page-header', `Page ${expectedId} says that it is page ${header.id}.`, {
      page: expectedId,
    });
  }
  if (header.flags !== flags) {
    throw damaged(
      'bbolt.page-type',
      `Page ${header.id} has type 0x${header.flags.toString(16)} where 0x${flags.toString(16)} is due.`,
      { page: header.id, flags: header.flags },
    );
  }
}

/**
 * bbolt allocates exactly the pages that a node needs (older versions one more when the last is just full), and an
 * inline page exactly its bytes. So elements that end earlier are a header that lies.
 */
export function requireLastPageUsed(header: PageHeader, length: number, end: number, inline: boolean): void {
  const sound = inline
    ? header.overflow === 0 && end === length
    : end >= (length / (1 + header.overflow)) * header.overflow;
  if (sound) return;
  throw damaged('bbolt.page-overflow', `Page ${header.id} is longer than its elements need.`, {
    page: header.id,
    overflow: header.overflow,
    used: end,
  });
}
