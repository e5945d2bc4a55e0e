import { type Principal, type Role } from './principal.ts';

/** The API keys of the configuration. */
export interface ApiKeys {
  /** Whether there are any. */
  readonly size: number;
  /** Whose key it is; undefined when it is nobody's. Takes the same time whichever key it is, and whether it is one. */
  authenticate(token: string): Principal | undefined;
}

/** @throws PlatformError `auth.role-needed`; `auth.not-visible` when labels of a cluster are given that it may not see */
export type Authorize = (
  principal: Principal,
  role: Role,
  clusterLabels?: Readonly<Record<string, string>>,
) => void;
