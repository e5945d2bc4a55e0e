/** The status codes of gRPC that etcd and what may stand before it answer with. */
export const GRPC = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** How a call ended. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

/** For answers of something that does not speak gRPC: gRPC's doc/http-grpc-status-mapping.md. */
export function statusOfHttp(httpStatus: number): GrpcStatus {
  const details = `HTTP status ${httpStatus}`;
  switch (httpStatus) {
    case 401:
      return { code: GRPC.UNAUTHENTICATED, details };
    case 403:
      return { code: GRPC.PERMISSION_DENIED, details };
    case 404:
      return { code: GRPC.UNIMPLEMENTED, details };
    case 429:
    case 502:
    case 503:
    case 504:
      return { code: GRPC.UNAVAILABLE, details };
    default:
      return { code: GRPC.UNKNOWN, details };
  }
}
