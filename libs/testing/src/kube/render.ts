import { createCipheriv, createHash } from 'node:crypto';
import { type KubeObject } from './kube-object.ts';
import {
  customResourceDefinitionValue,
  customResourceValue,
  endpointSliceValue,
  nodeValue,
  roleBindingValue,
  serviceAccountValue,
  serviceValue,
} from './values/cluster.ts';
import { configMapValue, secretValue } from './values/config.ts';
import { eventValue, leaseValue } from './values/leases-events.ts';
import { podValue } from './values/pod.ts';
import { deploymentValue, jobValue, replicaSetValue } from './values/workloads.ts';

/** What etcd holds for an object, in its present state. */
export function render(object: KubeObject, nodeCount: number): Buffer {
  const nodeName = `node-${1 + (object.seed % nodeCount)}`;
  switch (object.kind) {
    case 'pod':
      return podValue(object, nodeName);
    case 'node':
      return nodeValue(object);
    case 'nodeLease':
    case 'leaderLease':
      return leaseValue(object);
    case 'secret':
      return secretValue(object);
    case 'configMap':
      return configMapValue(object);
    case 'event':
      return eventValue(object, nodeName);
    case 'deployment':
      return deploymentValue(object);
    case 'replicaSet':
      return replicaSetValue(object);
    case 'service':
      return serviceValue(object);
    case 'endpointSlice':
      return endpointSliceValue(object);
    case 'serviceAccount':
      return serviceAccountValue(object);
    case 'roleBinding':
      return roleBindingValue(object);
    case 'job':
      return jobValue(object);
    case 'customResourceDefinition':
      return customResourceDefinitionValue(object);
    case 'customResource':
      return customResourceValue(object);
  }
}

/** How Kubernetes stores a value that it encrypts itself: provider and key name, then AES-CBC. */
export const ENCRYPTED_PREFIX = 'k8s:enc:aescbc:v1:key1:';

export function encryptAsKubernetes(key: string, value: Buffer): Buffer {
  // Kubernetes takes a random vector; this one follows from key and value, for data that can be made again.
  const vector = createHash('sha256').update(key).update(value).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32, 'kubernetes'), vector);
  return Buffer.concat([Buffer.from(ENCRYPTED_PREFIX), vector, cipher.update(value), cipher.final()]);
}
