import { type NeededObject } from '../format/snapshot-map.ts';

/** Which snapshots need which objects, in little memory: thousands of records name the same chunks. */
export interface NeededObjects {
  /** To be called oldest snapshot first. @returns objects to which an older record gives another size */
  add(snapshot: string, needs: readonly NeededObject[]): NeededObject[];
  /** Every needed object once. */
  readonly all: readonly NeededObject[];
  /** The needed object, with the size that the first record gives it. */
  get(kind: NeededObject['kind'], digest: string): NeededObject | undefined;
  /** For each needed object that `isDamaged` knows, the snapshots that need it, oldest first. */
  neededBy(isDamaged: (object: NeededObject) => boolean): ReadonlyMap<NeededObject, readonly string[]>;
  /** Whether the snapshot needs an object that `isDamaged` knows. */
  isTouched(snapshot: string, isDamaged: (object: NeededObject) => boolean): boolean;
}

export function neededObjects(): NeededObjects {
  const places = { chunk: new Map<string, number>(), table: new Map<string, number>() };
  const all: NeededObject[] = [];
  const bySnapshot = new Map<string, Uint32Array>();

  const placeOf = (object: NeededObject): number => {
    const known = places[object.kind].get(object.digest);
    if (known !== undefined) return known;
    places[object.kind].set(object.digest, all.length);
    return all.push(object) - 1;
  };
  return {
    all,
    add(snapshot, needs) {
      bySnapshot.set(snapshot, Uint32Array.from(needs, placeOf));
      return needs.filter((object) => all[placeOf(object)]!.size !== object.size);
    },
    get(kind, digest) {
      const place = places[kind].get(digest);
      return place === undefined ? undefined : all[place];
    },
    neededBy(isDamaged) {
      const damaged = all.map((object) =>
        isDamaged(object) ? { object, by: new Set<string>() } : undefined,
      );
      for (const [snapshot, objects] of bySnapshot) {
        for (const place of objects) damaged[place]?.by.add(snapshot);
      }
      return new Map(damaged.flatMap((each) => (each === undefined ? [] : [[each.object, [...each.by]]])));
    },
    isTouched: (snapshot, isDamaged) =>
      bySnapshot.get(snapshot)?.some((place) => isDamaged(all[place]!)) ?? false,
  };
}
