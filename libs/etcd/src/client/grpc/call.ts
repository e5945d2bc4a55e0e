import http2, {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { GRPC, type GrpcStatus, statusOfHttp } from './status.ts';

/**
 * gRPC over HTTP/2, as far as calls with one request message need it: gRPC's doc/PROTOCOL-HTTP2.md.
 */

/** One byte that says whether the message is compressed, four for its length. */
export const PREFIX_BYTES = 5;

type AnswerHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

export interface Call {
  /** The encoded answer: messages, each behind its prefix. It ends or is destroyed before `status` comes. */
  readonly answer: ClientHttp2Stream;
  /** How the call ended, once all of the answer has been read, or at once when it has failed. Never rejects. */
  readonly status: Promise<GrpcStatus>;
  /** Ends the call. */
  readonly cancel: () => void;
}

/** @param metadata must have no upper-case names */
export function startCall(
  session: ClientHttp2Session,
  path: string,
  request: Buffer,
  metadata: OutgoingHttpHeaders,
): Call {
  const answer = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'etcd-kloset',
    ...metadata,
  });
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(request.length, 1);
  answer.end(Buffer.concat([prefix, request]));
  return {
    answer,
    status: statusOf(answer, session),
    cancel: () => answer.close(http2.constants.NGHTTP2_CANCEL),
  };
}

function statusOf(answer: ClientHttp2Stream, session: ClientHttp2Session): Promise<GrpcStatus> {
  return new Promise((resolve) => {
    let headers: AnswerHeaders = {};
    let told: GrpcStatus | undefined;
    let lost: Error | undefined;
    const read = (from: AnswerHeaders) => {
      headers = { ...headers, ...from };
      told = toldStatus(headers);
    };
    // A call that fails at once has its status in the only headers that come.
    answer.on('response', read);
    answer.on('trailers', read);
    answer.on('error', (error) => {
      lost = error as Error;
    });
    answer.on('close', () => resolve(told ?? untoldStatus(answer, session, headers, lost)));
  });
}

function toldStatus(headers: AnswerHeaders): GrpcStatus | undefined {
  const code = headers['grpc-status'];
  if (code === undefined) return undefined;
  const message = headers['grpc-message'];
  return { code: Number(code), details: typeof message === 'string' ? percentDecoded(message) : '' };
}

function untoldStatus(
  answer: ClientHttp2Stream,
  session: ClientHttp2Session,
  { ':status': httpStatus }: AnswerHeaders,
  lost: Error | undefined,
): GrpcStatus {
  if (httpStatus !== undefined && httpStatus !== 200) return statusOfHttp(httpStatus);
  const { NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants;
  // Node says CANCEL, too, when the connection under a stream is gone.
  if (session.destroyed || answer.rstCode === NGHTTP2_CANCEL || answer.rstCode === NGHTTP2_REFUSED_STREAM) {
    return { code: GRPC.UNAVAILABLE, details: lost?.message ?? 'the connection was lost' };
  }
  return answer.rstCode === NGHTTP2_NO_ERROR
    ? { code: GRPC.INTERNAL, details: 'the answer ended without a status' }
    : { code: GRPC.INTERNAL, details: lost?.message ?? `the stream was reset with code ${answer.rstCode}` };
}

function percentDecoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
