import path from 'node:path';
import { z } from 'zod';
import { type ClusterDefinition } from '../config/cluster-definition.ts';
import { clusterDefinitionSchema, type ClusterDefinitionInput } from '../config/definition-schema.ts';
import { problemText } from '../config/invalid-configuration.ts';
import { type Finding, findingsOf } from '../config/problems/issue-sentences.ts';
import { type JsonSchema, knownKeys } from '../config/problems/known-keys.ts';
import { pathText } from '../config/source/path-text.ts';
import { PlatformError } from '../errors.ts';

/**
 * Checks a definition that is to go into a store, or comes from one: the schema, and the rules for those whom the
 * machines of the services are not at the disposal of.
 *
 * @throws PlatformError `cluster.invalid`
 */
export function parseDefinition(given: unknown): ClusterDefinition {
  const parsed = clusterDefinitionSchema.safeParse(given);
  const findings = parsed.success
    ? rules(parsed.data)
    : findingsOf(parsed.error.issues, given, (at) => knownKeys(jsonSchema(), at));
  if (!parsed.success || findings.length > 0) throw invalid(findings);
  const { data } = parsed;
  return {
    name: data.name,
    store: data.store,
    endpoints: data.endpoints,
    onlyEndpoints: data.onlyEndpoints,
    tls: data.tls && {
      caFile: data.tls.caFile,
      certFile: data.tls.certFile,
      keyFile: data.tls.keyFile,
      serverName: data.tls.serverName,
      insecureSkipVerify: data.tls.insecureSkipVerify,
    },
    auth: data.auth && { ...data.auth, passwordEnv: undefined },
    schedule: data.schedule,
    objectiveSeconds: data.objectiveSeconds,
    labels: data.labels,
    proof: data.proof,
    requireProof: data.requireProof,
    attach: undefined,
    origin: 'store',
  };
}

/** What was given, of a definition that was read: to be changed and saved. */
export function definitionInput(cluster: ClusterDefinition): ClusterDefinitionInput {
  const { name, store, endpoints, onlyEndpoints, tls, auth, schedule } = cluster;
  const { objectiveSeconds, labels, proof, requireProof } = cluster;
  return {
    name,
    store,
    endpoints: [...endpoints],
    onlyEndpoints,
    tls: tls && { ...tls },
    auth: auth && { user: auth.user, passwordFile: auth.passwordFile! },
    schedule: schedule && { ...schedule },
    objectiveSeconds,
    labels: { ...labels },
    proof,
    requireProof,
  };
}

type Parsed = z.output<typeof clusterDefinitionSchema>;

function rules({ tls, auth, proof, requireProof }: Parsed): Finding[] {
  const found: Finding[] = [];
  const files: [Finding['path'], string | undefined][] = [
    [['tls', 'caFile'], tls?.caFile],
    [['tls', 'certFile'], tls?.certFile],
    [['tls', 'keyFile'], tls?.keyFile],
    [['auth', 'passwordFile'], auth?.passwordFile],
  ];
  for (const [at, file] of files) {
    if (file !== undefined && !isPlainRelative(file)) {
      found.push({
        path: at,
        message: 'is not the name of a file below secrets.folder, relative to it and without "..".',
      });
    }
  }
  if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    found.push({ path: ['tls'], message: 'has one of certFile and keyFile: they are given together.' });
  }
  if (requireProof && proof === 'none') {
    found.push({ path: ['requireProof'], message: 'and proof: none exclude each other.' });
  }
  return found;
}

function isPlainRelative(file: string): boolean {
  return (
    !path.isAbsolute(file) &&
    !/[\p{Cc}\\]/u.test(file) &&
    file.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function invalid(findings: readonly Finding[]): PlatformError {
  const problems = findings.map(({ path: at, message }) => ({ path: pathText(at), message }));
  return new PlatformError(
    'cluster.invalid',
    [
      'The definition of the cluster cannot be taken:',
      ...problems.map((each) => `  ${problemText(each)}`),
    ].join('\n'),
    { advice: 'Correct it. docs/configuration.md explains every key.', problems },
  );
}

let made: JsonSchema | undefined;
function jsonSchema(): JsonSchema {
  return (made ??= z.toJSONSchema(clusterDefinitionSchema, { io: 'input' }) as JsonSchema);
}
