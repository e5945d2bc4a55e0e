import { storedChunks } from '../spec-support/stored-chunks.ts';
import { chunkUses, markLive, withLiveMap } from './live-map.ts';

describe('what a snapshot uses of a chunk', () => {
  const rows = Array.from({ length: 19 }, (_, i) => ({ main: 1 + i, sub: 0, content: i, live: i % 2 === 0 }));
  const [chunk] = storedChunks([rows]).chunks;

  it('is gathered row by row and becomes its live map', () => {
    const [use] = chunkUses([chunk!]);
    for (const [row, size] of [
      [0, 20],
      [7, 27],
      [8, 28],
      [18, 38],
    ] as const)
      markLive(use!, row, size);
    expect(use).toMatchObject({ rows: 4, bytes: 113 });
    expect(withLiveMap(use!)).toEqual({ ...chunk, live: Uint8Array.of(0b1000_0001, 0b1, 0b100) });
  });

  it('is no map at all when it is all of it, even of a chunk that was partly dead before', () => {
    const [use] = chunkUses([chunk!]);
    rows.forEach(({ content }, i) => markLive(use!, i, 20 + content));
    expect(withLiveMap(use!).live).toBeUndefined();
    expect(use!.bytes).toBe(chunk!.plainBytes);
  });

  it('is nothing before the first row, whatever the parent had', () => {
    const [use] = chunkUses([chunk!]);
    expect([use!.rows, use!.bytes, ...use!.bits]).toEqual([0, 0, 0, 0, 0]);
  });
});
