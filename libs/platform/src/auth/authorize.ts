import { PlatformError } from '../errors.ts';
import { type Principal, type Role, ROLES } from './principal.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether the role reaches that far. */
export function hasRole(principal: Principal, role: Role): boolean {
  return ROLES.indexOf(principal.role) >= ROLES.indexOf(role);
}

/** Whether a cluster with these labels is one that the key may see: all labels that limit it must be the same. */
export function mayCluster(principal: Principal, labels: Labels): boolean {
  return hasLabels(labels, principal.clusters);
}

/** Whether `labels` has all of `wanted`; true when nothing is wanted. */
export function hasLabels(labels: Labels, wanted: Labels | undefined): boolean {
  return Object.entries(wanted ?? {}).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/**
 * @param clusterLabels of the cluster that it is about, if it is about one
 * @throws PlatformError `auth.role-needed`; `auth.not-visible`, of which whoever asks is told that there is no such
 *   cluster, even before their role is looked at
 */
export function authorize(principal: Principal, role: Role, clusterLabels?: Labels): void {
  if (clusterLabels !== undefined && !mayCluster(principal, clusterLabels)) {
    throw new PlatformError('auth.not-visible', 'There is no such cluster.', {
      advice: 'Check its name.',
    });
  }
  if (!hasRole(principal, role)) {
    throw new PlatformError(
      'auth.role-needed',
      `This needs the role ${role}; the API key has the role ${principal.role}.`,
      {
        advice: 'Use another key, or ask an admin for one.',
        context: { role: principal.role, needed: role },
      },
    );
  }
}
