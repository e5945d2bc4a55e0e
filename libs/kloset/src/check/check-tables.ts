import { hash } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { tableName } from '../format/names.ts';
import { decodeColumns, type TableSection } from '../format/table.ts';
import { getObject, openTable, type Cluster } from '../store/cluster.ts';
import { note, opened, type ClusterCheck } from './cluster-check.ts';
import { type Claim, type MapClaims } from './map-claims.ts';
import { type DigestedObject } from './object-bytes.ts';

/** Where it is told what rows a chunk holds. */
export interface ChunkPlace {
  readonly table: string;
  readonly section: number;
}

/** By the chunk's digest. More than one where tables tell different things of it: then only the chunk says which is right. */
export type ChunkPlaces = ReadonlyMap<string, readonly ChunkPlace[]>;

/**
 * Gives what is to be done with each sound table: it is opened, what maps say of it is compared with it (claims that
 * are not true are refuted), and tables that tell of the same chunk are compared with each other. Where they differ, each of
 * them may be the false one.
 */
export function tableChecker(
  check: ClusterCheck,
  cluster: Cluster,
  claims: MapClaims,
): { places: ChunkPlaces; checkTable: (table: DigestedObject) => Promise<void> } {
  const places = new Map<string, (ChunkPlace & { fingerprint: string })[]>();

  const checkTable = async ({ name, digest, size, bytes }: DigestedObject): Promise<void> => {
    const whole = bytes ?? (await getObject(cluster.store, name, size));
    const sections = opened(check, () => openTable(cluster, digest, whole));
    if (sections === undefined) return;
    const fingerprints = sections.map((section) => fingerprintOf(section, name));
    for (const claim of claims.ofTable(digest)) {
      const section = sections[claim.section];
      if (section === undefined || !agree(claim, section)) {
        claims.refute(digest, claim);
        continue;
      }
      const fingerprint = fingerprints[claim.section]!;
      const known = places.get(claim.digest) ?? [];
      if (known.some((place) => place.fingerprint === fingerprint)) continue;
      places.set(claim.digest, [...known, { table: digest, section: claim.section, fingerprint }]);
    }
  };
  return { places, checkTable };
}

/** @throws KlosetStoreError `object.malformed` when the columns are not what a table's should be */
function fingerprintOf(section: TableSection, name: string): string {
  const { length, count } = decodeColumns(section);
  let bytes = 0;
  for (let row = 0; row < count; row++) bytes += length[row]!;
  if (bytes !== section.plainBytes) {
    throw new KlosetStoreError('object.malformed', `${name} does not add up: its rows have ${bytes} bytes.`, {
      context: { object: name },
    });
  }
  return `${section.rows} ${section.plainBytes} ${hash('sha256', section.columns, 'base64url')}`;
}

function agree(claim: Claim, section: TableSection): boolean {
  return (
    claim.digest === section.digest &&
    claim.objectSize === section.objectSize &&
    claim.rows === section.rows &&
    claim.plainBytes === section.plainBytes &&
    claim.firstMain === section.firstMain &&
    claim.firstSub === section.firstSub
  );
}

/** Tells of each table that says something else of a chunk than the first one does, when no chunk can be asked. */
export function noteDisagreement(check: ClusterCheck, places: ChunkPlaces, chunk: string): void {
  const [first, ...others] = places.get(chunk) ?? [];
  for (const { table } of others) {
    const name = tableName(check.id, table);
    note(check, name, {
      problem: 'inconsistent',
      message: `${name} and ${tableName(check.id, first!.table)} tell different things of the chunk ${chunk}.`,
    });
  }
}
