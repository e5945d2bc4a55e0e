/** Where things are, for `Location`. */
export const addressOf = {
  cluster: (name: string) => `/v1/clusters/${encodeURIComponent(name)}`,
  job: (id: string) => `/v1/jobs/${id}`,
} as const;
