/** Each can do all that those before it can. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Principal {
  /** Of the API key. */
  readonly name: string;
  readonly role: Role;
  /** Only clusters with all of these labels; all clusters when there is none. */
  readonly clusters: Readonly<Record<string, string>> | undefined;
}
