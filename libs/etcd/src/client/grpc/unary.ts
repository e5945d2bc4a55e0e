import { EtcdError } from '../etcd-error.ts';
import { PREFIX_BYTES } from './call.ts';

/** Takes the one message out of the answer to a call that has succeeded. It is a view. */
export function onlyMessage(answer: Buffer): Buffer {
  if (answer.length < PREFIX_BYTES) throw malformed('no message');
  if (answer[0] !== 0) throw malformed('a compressed message that was not asked for');
  const length = answer.readUInt32BE(1);
  if (answer.length !== PREFIX_BYTES + length) throw malformed('not exactly one message');
  return answer.subarray(PREFIX_BYTES);
}

function malformed(what: string): EtcdError {
  return new EtcdError('etcd.bad-response', `An answer cannot be used: it holds ${what}.`, {
    advice: 'Check that the endpoint is an etcd member and not another service.',
  });
}
