import { decodeBucketsPayload } from '@etcd-kloset/kloset';
import { PipelineThreads } from '../../threads/pipeline-threads.ts';
import { chunkOpener } from '../chunk-opener.ts';
import { type OpenedSnapshot } from '../opened-snapshot.ts';

export interface StoredAlarm {
  /** Hexadecimal, as etcd prints it. */
  readonly memberId: string;
  /** `NOSPACE`, `CORRUPT`, or the number of one that is not known here. */
  readonly alarm: string;
}

const ALARM_BUCKET = 'alarm';

/**
 * The alarms that come back with a snapshot: those in its `alarm` bucket, where a row's key is the alarm itself.
 * Of a database that was kept as it is, those that the cluster told of.
 */
export async function storedAlarms(snapshot: OpenedSnapshot): Promise<readonly StoredAlarm[]> {
  const { summary, map } = snapshot;
  if (summary.encoding === 'opaque') return summary.etcd.alarms;
  if ((summary.buckets.find(({ name }) => name === ALARM_BUCKET)?.rows ?? 0) === 0) return [];
  const threads = new PipelineThreads(1);
  try {
    const open = chunkOpener(snapshot, threads);
    const alarms: StoredAlarm[] = [];
    for (const { digest } of map.bucketChunks) {
      const { index, values } = await open(digest);
      const bucket = decodeBucketsPayload(index, values).find(
        ({ name }) => Buffer.from(name).toString('latin1') === ALARM_BUCKET,
      );
      alarms.push(...(bucket?.rows.map(({ key }) => parseAlarm(key)) ?? []));
    }
    return alarms;
  } finally {
    await threads.close();
  }
}

/** etcdserverpb.AlarmMember: 1 memberID, 2 alarm (1 NOSPACE, 2 CORRUPT), both varints. */
export function parseAlarm(message: Uint8Array): StoredAlarm {
  let memberId = 0n;
  let alarm = 0n;
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < message.length; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.length) {
    const field = varint();
    if (field === 0x08n) memberId = varint();
    else if (field === 0x10n) alarm = varint();
    // Another field would be of a newer etcd: what was read so far is what is known.
    else break;
  }
  const name = alarm === 1n ? 'NOSPACE' : alarm === 2n ? 'CORRUPT' : `number ${alarm.toString()}`;
  return { memberId: memberId.toString(16), alarm: name };
}
