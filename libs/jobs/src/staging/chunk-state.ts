import { type ChunkRef, type StoredChunk } from '../backup/chunk-job.ts';

/** Where a chunk is. */
export type ChunkState =
  /** Encrypted plain bytes wait to be sealed. */
  | { readonly form: 'plain'; readonly size: number }
  /** Sealed bytes wait to be put into the store. */
  | { readonly form: 'sealed'; readonly digest: string; readonly size: number }
  | ({ readonly form: 'stored' } & StoredChunk)
  /** It was never here, or its time ran out: its backup reads again. */
  | { readonly form: 'lost' }
  /** Its attempt does not count any more: nothing is to be done with it. */
  | { readonly form: 'superseded' };

export interface StoredChunkOf extends StoredChunk {
  readonly sequence: number;
}

/** What scripts answer: the form, a digest and a size. */
export function chunkState(answer: unknown): ChunkState {
  const [form, digest, size] = answer as [ChunkState['form'], string | undefined, number | undefined];
  switch (form) {
    case 'plain':
      return { form, size: size! };
    case 'sealed':
    case 'stored':
      return { form, digest: digest!, size: size! };
    case 'lost':
    case 'superseded':
      return { form };
  }
}

export function parseResult(text: string): StoredChunk {
  const [digest = '', size = ''] = text.split(':');
  return { digest, size: Number(size) };
}

/** The name of a draft among the sequence numbers of chunks. */
export const DRAFT = 'draft';

export function leaseOf({ backup, attempt }: Omit<ChunkRef, 'sequence'>, name: string): string {
  return `${backup}/${attempt}/${name}`;
}
