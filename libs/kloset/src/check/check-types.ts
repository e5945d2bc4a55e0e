import { type ObjectKind } from '../format/names.ts';
import { type KeyRing } from '../keys/index.ts';

export interface CheckOptions {
  /**
   * Any role's. Records, maps, tables, configurations and notes are opened as well, where the key ring reaches.
   * Default: none, which checks that every object is sound and everything needed is there.
   */
  readonly ring?: KeyRing | undefined;
  /** Compare every plain row, and both hashes of every snapshot. Needs the owner's key ring. Default: false. */
  readonly readData?: boolean | undefined;
  /** One cluster only: its name (with a key ring) or the name of its folder. Default: all. */
  readonly cluster?: string | undefined;
  /** Write down what is damaged, so that the next backup stores it again. Needs a key ring. Default: true. */
  readonly note?: boolean | undefined;
  readonly progress?: ((progress: CheckProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Folder for private temporary files, which a check of the data of a large store needs. Default: the system's. */
  readonly temporaryFolder?: string | undefined;
  readonly now?: (() => Date) | undefined;
}

export interface CheckProgress {
  readonly objects: number;
  /** Bytes of the objects that were read. */
  readonly bytes: number;
  /** Bytes of all objects that are to be read. */
  readonly expected: number;
}

/** How an object fails. */
export type ProblemKind =
  /** Its bytes are not those that were put there: its own digest says so. */
  | 'rotten'
  /** Rotten, and of another size than a record says: cut off, emptied, or replaced. */
  | 'wrong-size'
  /** Something needs it, and it is not there. */
  | 'missing'
  /** The storage cannot read it. */
  | 'unreadable'
  /** Sound bytes, which are not what the format says. */
  | 'malformed'
  /** Written by a newer version, so this one cannot tell whether it is sound. */
  | 'newer-format'
  /** Its seal does not open under its name: altered, renamed, replayed, or from another cluster or store. */
  | 'does-not-open'
  /** It contradicts another object. */
  | 'inconsistent'
  /** A snapshot whose rows do not give the hashes it was recorded with. */
  | 'not-equal';

export interface CheckProblem {
  /** The object's name in the store. */
  readonly object: string;
  readonly kind: Exclude<ObjectKind, 'unknown'>;
  /** The folder of the cluster it belongs to; none for what belongs to the store as a whole. */
  readonly cluster: string | undefined;
  readonly problem: ProblemKind;
  /** One or more sentences. */
  readonly message: string;
  /** Ids of the snapshots that cannot be restored because of it, oldest first. */
  readonly neededBy: readonly string[];
}

export interface CheckResult {
  /** No problem was found. Warnings and orphans are none. */
  readonly sound: boolean;
  /** By cluster and name. */
  readonly problems: readonly CheckProblem[];
  readonly warnings: readonly string[];
  /** Objects that were read, and their bytes. */
  readonly objects: number;
  readonly bytes: number;
  readonly clusters: number;
  /** Snapshot records that were looked at, the damaged ones too. */
  readonly snapshots: number;
  /** Chunks and tables that no record needs: of backups that died, or of records that are gone or damaged. */
  readonly orphans: { readonly count: number; readonly bytes: number };
  /** Digests that were written down as damaged by this check. */
  readonly noted: readonly string[];
}
