import { encodeMessage, readFields, signed } from './protobuf.ts';

/**
 * The messages of etcd's gRPC services that a backup needs, with the field numbers of etcd's
 * api/etcdserverpb/rpc.proto. Numbers are stable there: fields that a version does not send read as zero.
 */
export interface Method<Request, Response> {
  readonly path: string;
  encode(request: Request): Buffer;
  decode(message: Uint8Array): Response;
}

export interface ResponseHeader {
  clusterId: bigint;
  memberId: bigint;
  revision: bigint;
}

export interface WithHeader {
  header: ResponseHeader;
}

export interface StatusResponse extends WithHeader {
  version: string;
  storageVersion: string;
  dbSize: bigint;
  dbSizeInUse: bigint;
  leader: bigint;
  raftIndex: bigint;
  raftAppliedIndex: bigint;
  raftTerm: bigint;
  isLearner: boolean;
  errors: string[];
}

export interface MemberMessage {
  id: bigint;
  name: string;
  peerUrls: string[];
  clientUrls: string[];
  isLearner: boolean;
}

export interface MemberListResponse extends WithHeader {
  members: MemberMessage[];
}

export interface AlarmMessage {
  memberId: bigint;
  /** AlarmType: 1 NOSPACE, 2 CORRUPT. */
  type: number;
}

export interface AlarmResponse extends WithHeader {
  alarms: AlarmMessage[];
}

export interface HashKVResponse extends WithHeader {
  hash: number;
  compactRevision: bigint;
  /** 3.6 and later. */
  hashRevision: bigint;
}

export const STATUS: Method<undefined, StatusResponse> = {
  path: '/etcdserverpb.Maintenance/Status',
  encode: () => encodeMessage([]),
  decode(message) {
    const response: StatusResponse = {
      header: emptyHeader(),
      version: '',
      storageVersion: '',
      dbSize: 0n,
      dbSizeInUse: 0n,
      leader: 0n,
      raftIndex: 0n,
      raftAppliedIndex: 0n,
      raftTerm: 0n,
      isLearner: false,
      errors: [],
    };
    readFields(message, {
      varint(field, value) {
        if (field === 3) response.dbSize = signed(value);
        else if (field === 4) response.leader = value;
        else if (field === 5) response.raftIndex = value;
        else if (field === 6) response.raftTerm = value;
        else if (field === 7) response.raftAppliedIndex = value;
        else if (field === 9) response.dbSizeInUse = signed(value);
        else if (field === 10) response.isLearner = value !== 0n;
      },
      bytes(field, value) {
        if (field === 1) response.header = decodeHeader(value);
        else if (field === 2) response.version = text(value);
        else if (field === 8) response.errors.push(text(value));
        else if (field === 11) response.storageVersion = text(value);
      },
    });
    return response;
  },
};

export const MEMBER_LIST: Method<{ linearizable: boolean }, MemberListResponse> = {
  path: '/etcdserverpb.Cluster/MemberList',
  encode: ({ linearizable }) => encodeMessage([[1, linearizable]]),
  decode(message) {
    const response: MemberListResponse = { header: emptyHeader(), members: [] };
    readFields(message, {
      bytes(field, value) {
        if (field === 1) response.header = decodeHeader(value);
        else if (field === 2) response.members.push(decodeMember(value));
      },
    });
    return response;
  },
};

export const ALARM: Method<undefined, AlarmResponse> = {
  path: '/etcdserverpb.Maintenance/Alarm',
  // Every field is at its default: action GET, any member, any type.
  encode: () => encodeMessage([]),
  decode(message) {
    const response: AlarmResponse = { header: emptyHeader(), alarms: [] };
    readFields(message, {
      bytes(field, value) {
        if (field === 1) response.header = decodeHeader(value);
        else if (field === 2) response.alarms.push(decodeAlarm(value));
      },
    });
    return response;
  },
};

/** A linearizable read of one key that returns no key and no value: all that counts is the header. */
export const RANGE_ONE: Method<{ key: Uint8Array }, WithHeader> = {
  path: '/etcdserverpb.KV/Range',
  encode: ({ key }) =>
    encodeMessage([
      [1, key],
      [9, true],
    ]),
  decode: decodeWithHeader,
};

export const HASH_KV: Method<{ revision: bigint }, HashKVResponse> = {
  path: '/etcdserverpb.Maintenance/HashKV',
  encode: ({ revision }) => encodeMessage([[1, revision]]),
  decode(message) {
    const response: HashKVResponse = {
      header: emptyHeader(),
      hash: 0,
      compactRevision: 0n,
      hashRevision: 0n,
    };
    readFields(message, {
      varint(field, value) {
        if (field === 2) response.hash = Number(BigInt.asUintN(32, value));
        else if (field === 3) response.compactRevision = signed(value);
        else if (field === 4) response.hashRevision = signed(value);
      },
      bytes(field, value) {
        if (field === 1) response.header = decodeHeader(value);
      },
    });
    return response;
  },
};

export const AUTHENTICATE: Method<{ user: string; password: string }, WithHeader & { token: string }> = {
  path: '/etcdserverpb.Auth/Authenticate',
  encode: ({ user, password }) =>
    encodeMessage([
      [1, user],
      [2, password],
    ]),
  decode(message) {
    const response = { header: emptyHeader(), token: '' };
    readFields(message, {
      bytes(field, value) {
        if (field === 1) response.header = decodeHeader(value);
        else if (field === 2) response.token = text(value);
      },
    });
    return response;
  },
};

function decodeWithHeader(message: Uint8Array): WithHeader {
  let header = emptyHeader();
  readFields(message, {
    bytes(field, value) {
      if (field === 1) header = decodeHeader(value);
    },
  });
  return { header };
}

function decodeHeader(message: Uint8Array): ResponseHeader {
  const header = emptyHeader();
  readFields(message, {
    varint(field, value) {
      if (field === 1) header.clusterId = value;
      else if (field === 2) header.memberId = value;
      else if (field === 3) header.revision = signed(value);
    },
  });
  return header;
}

function decodeMember(message: Uint8Array): MemberMessage {
  const member: MemberMessage = { id: 0n, name: '', peerUrls: [], clientUrls: [], isLearner: false };
  readFields(message, {
    varint(field, value) {
      if (field === 1) member.id = value;
      else if (field === 5) member.isLearner = value !== 0n;
    },
    bytes(field, value) {
      if (field === 2) member.name = text(value);
      else if (field === 3) member.peerUrls.push(text(value));
      else if (field === 4) member.clientUrls.push(text(value));
    },
  });
  return member;
}

function decodeAlarm(message: Uint8Array): AlarmMessage {
  const alarm: AlarmMessage = { memberId: 0n, type: 0 };
  readFields(message, {
    varint(field, value) {
      if (field === 1) alarm.memberId = value;
      else if (field === 2) alarm.type = Number(value);
    },
  });
  return alarm;
}

function emptyHeader(): ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision: 0n };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
