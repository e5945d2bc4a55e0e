// Made by `node apps/api/client-types.ts` from the route table of the API: not edited by hand.

export interface paths {
  '/healthz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process runs */
    get: operations['readLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Metrics, as Prometheus reads them
     * @description Any key may. Not for keys that are limited to some clusters.
     */
    get: operations['readMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations['readOpenApi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether Redis is there, and as it must be; how the stores are */
    get: operations['readReady'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The clusters, by name
     * @description Any key may.
     */
    get: operations['listClusters'];
    put?: never;
    /**
     * Register a cluster
     * @description Its definition is sealed and written to its store before the answer. Files are named below the folder of secrets. A key that is limited to some clusters can register those that it would see.
     *
     *     Needs the role `admin`.
     */
    post: operations['createCluster'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters/{cluster}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A cluster, and how well it is backed up
     * @description Any key may.
     */
    get: operations['readCluster'];
    /**
     * Register a cluster, or replace its definition
     * @description Needs the role `admin`.
     */
    put: operations['putCluster'];
    post?: never;
    /**
     * Forget a cluster
     * @description Its backups stay in the store, and can be listed and restored.
     *
     *     Needs the role `admin`.
     */
    delete: operations['deleteCluster'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters/{cluster}/backups': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The jobs of a cluster’s backups
     * @description What is under way first, then what is finished, newest first. Redis remembers them for a while; what is in the store is listed by snapshots.
     *
     *     Any key may.
     */
    get: operations['listBackups'];
    put?: never;
    /**
     * Back a cluster up
     * @description While a backup of the cluster is under way, the request joins it: `joined` is true. With an `Idempotency-Key` the same request, sent again within 24 hours, gets the first one’s answer.
     *
     *     Needs the role `operator`.
     */
    post: operations['requestBackup'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters/{cluster}/probe': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ask the cluster’s members how they are
     * @description A cluster that cannot be reached is an answer too: `reachable` is false, `error` says why.
     *
     *     Needs the role `operator`.
     */
    post: operations['probeCluster'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters/{cluster}/schedule/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause a cluster’s schedule
     * @description It is written to the definition of the cluster, and stays paused after a restart.
     *
     *     Needs the role `operator`.
     */
    post: operations['pauseSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clusters/{cluster}/schedule/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume a cluster’s schedule
     * @description Needs the role `operator`.
     */
    post: operations['resumeSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Everything that happens, as server-sent events
     * @description Each event has `id:`, `event:` (its type) and `data:` (a CloudEvent 1.0 in JSON). Whoever comes back with the last `id` as `Last-Event-ID` gets what came since; when that is no longer held, an event `gap` comes first. Comments come every 15 seconds. Whoever reads too slowly is cut off, and can come back.
     *
     *     Any key may.
     */
    get: operations['streamEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The jobs of all backups
     * @description What is under way first, then what is finished, newest first.
     *
     *     Any key may.
     */
    get: operations['listJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{job}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One backup: how far it is, what came of it
     * @description By the id of the backup, or of a request that joined it.
     *
     *     Any key may.
     */
    get: operations['readJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{job}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancel a backup
     * @description Its workers stop within seconds; then the job’s state is `cancelled`.
     *
     *     Needs the role `operator`.
     */
    post: operations['cancelJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{job}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Repeat a backup that failed or was cancelled
     * @description A new backup, whose `retryOf` is this one.
     *
     *     Needs the role `operator`.
     */
    post: operations['retryJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * When which cluster is backed up
     * @description Any key may.
     */
    get: operations['listSchedules'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/snapshots': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What is in the stores, newest first
     * @description Whoever put it there: workers, the command line, a CronJob in a cluster. Seen within a minute or so. A store that could not be looked through since the start is named in `unreachable`; when what is asked for may be in it alone, the answer is 503 with its error.
     *
     *     Any key may.
     */
    get: operations['listSnapshots'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/snapshots/{snapshot}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * All that the record of a snapshot says
     * @description Any key may.
     */
    get: operations['readSnapshot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/snapshots/{snapshot}/download': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The snapshot as a file for `etcdutl snapshot restore`
     * @description The file ends with the SHA-256 of all before it, as etcd’s own do: `etcdutl` compares it. It is sent last, and only when everything before was found equal to what was backed up; otherwise the connection breaks, and the file is shorter than `Content-Length`. Needs the owner’s key of the store in the service.
     *
     *     Needs the role `operator`.
     */
    get: operations['downloadSnapshot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/snapshots/{snapshot}/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Keys, rows and bytes of a snapshot by prefix
     * @description Needs the owner’s key of the store in the service. No value is decrypted.
     *
     *     Needs the role `operator`.
     */
    get: operations['countSnapshotKeys'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The stores, their health and sizes
     * @description Any key may.
     */
    get: operations['listStores'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stores/{store}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One store
     * @description Any key may.
     */
    get: operations['readStore'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/version': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The version of the service, and who you are to it
     * @description Any key may.
     */
    get: operations['readVersion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/dead-letters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Events that a webhook did not take, newest first
     * @description Needs the role `admin`. Not for keys that are limited to some clusters.
     */
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/dead-letters/{letter}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send one of them again
     * @description Needs the role `admin`. Not for keys that are limited to some clusters.
     */
    post: operations['retryDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AcceptedBackup: {
      job: components['schemas']['Job'];
      /** @description True when a backup of the cluster was under way: `job` is that one. */
      joined: boolean;
    };
    BackupRequest: {
      /** @description Kept in the snapshot. */
      labels?: {
        [key: string]: string;
      };
    };
    CloudEvent:
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            joined: boolean;
            /** Format: uuid */
            request: string;
            requestedBy?: string;
            store: string;
            /** @enum {string} */
            trigger: 'api' | 'queue' | 'schedule' | 'catch-up' | 'retry';
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.requested';
        }
      | {
          data: {
            /** Format: uuid */
            attempt: string;
            /** Format: uuid */
            backup: string;
            cluster: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.started';
        }
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            progress: {
              chunks: {
                cut: number;
                stored: number;
              };
              expectedBytes?: number;
              rows?: {
                known: number;
                new: number;
              };
              /** @enum {string} */
              stage: 'connect' | 'stream' | 'store' | 'wait' | 'commit';
              storedBytes: number;
              streamBytes: number;
            };
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.progress';
        }
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            result: {
              bytes: {
                added: number;
                stream: number;
              };
              chunks: {
                new: number;
                total: number;
              };
              cluster: string;
              durationMs: number;
              /** @enum {string} */
              proof: 'proven' | 'mismatch' | 'unproven';
              proofReason?: string;
              revision: number;
              rows: {
                new: number;
                total: number;
              };
              snapshot: string;
              store: string;
              warnings: string[];
            };
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.committed';
        }
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            error: {
              advice?: string;
              code: string;
              message: string;
            };
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.failed';
        }
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            reason: string;
            snapshot: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.unproven';
        }
      | {
          data: {
            /** Format: uuid */
            backup: string;
            cluster: string;
            reason: string;
            snapshot: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'backup.mismatch';
        }
      | {
          data: {
            cluster: string;
            error: {
              advice?: string;
              code: string;
              message: string;
            };
            /** Format: uuid */
            request: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'request.refused';
        }
      | {
          data: {
            cluster: string;
            error: {
              advice?: string;
              code: string;
              message: string;
            };
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'cluster.unreachable';
        }
      | {
          data: {
            cluster: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'cluster.registered';
        }
      | {
          data: {
            cluster: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'cluster.changed';
        }
      | {
          data: {
            cluster: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'cluster.removed';
        }
      | {
          data: {
            ageMs?: number;
            cluster: string;
            objectiveMs: number;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'cluster.overdue';
        }
      | {
          data: {
            cluster: string;
            due: string;
            reason: string;
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'schedule.missed';
        }
      | {
          data: {
            cluster: string;
            /** @enum {string} */
            proof: 'proven' | 'mismatch' | 'unproven';
            snapshot: string;
            store: string;
            time: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'snapshot.found';
        }
      | {
          data: {
            error: {
              advice?: string;
              code: string;
              message: string;
            };
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'store.unreachable';
        }
      | {
          data: {
            store: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'store.reachable';
        }
      | {
          data: {
            error: {
              advice?: string;
              code: string;
              message: string;
            };
            event: string;
            webhook: string;
          };
          /** @constant */
          datacontenttype: 'application/json';
          /** @description The same however often it comes. */
          id: string;
          source: string;
          /** @constant */
          specversion: '1.0';
          /** @description The cluster that it is about; without one the store. */
          subject: string;
          time: string;
          traceparent?: string;
          /** @constant */
          type: 'webhook.dead';
        };
    Cluster: {
      auth?: {
        passwordFile?: string;
        user: string;
      };
      endpoints: string[];
      /**
       * @example {
       *       "team": "payments"
       *     }
       */
      labels: {
        [key: string]: string;
      };
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      name: string;
      objectiveSeconds?: number;
      onlyEndpoints: boolean;
      /**
       * @description Those of the configuration file are changed there only.
       * @enum {string}
       */
      origin: 'configuration' | 'store';
      /** @enum {string} */
      proof: 'all' | 'source' | 'none';
      requireProof: boolean;
      schedule?: {
        cron: string;
        jitterSeconds: number;
        paused: boolean;
        timeZone: string;
      };
      status: components['schemas']['ClusterStatus'];
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
      /** @description Names of files are shown to administrators. */
      tls?: {
        caFile?: string;
        certFile?: string;
        insecureSkipVerify: boolean;
        keyFile?: string;
        serverName?: string;
      };
      /** @description Counts changes; the same as the ETag. */
      version: number;
    };
    ClusterChange: {
      auth?: {
        passwordFile: string;
        user: string;
      };
      endpoints: string[];
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      objectiveSeconds?: number;
      /** @default false */
      onlyEndpoints?: boolean;
      /**
       * @default all
       * @enum {string}
       */
      proof?: 'all' | 'source' | 'none';
      /** @default false */
      requireProof?: boolean;
      schedule?: {
        /**
         * @description minute, hour, day of the month, month, day of the week
         * @example 17 * * * *
         */
        cron: string;
        /** @default 0 */
        jitterSeconds?: number;
        /** @default false */
        paused?: boolean;
        /**
         * @description IANA time zone
         * @default UTC
         * @example Europe/Berlin
         */
        timeZone?: string;
      };
      store: string;
      tls?: {
        caFile?: string;
        certFile?: string;
        /** @default false */
        insecureSkipVerify?: boolean;
        keyFile?: string;
        serverName?: string;
      };
    };
    ClusterPage: {
      items: components['schemas']['Cluster'][];
      /** @description The cursor of the next page. */
      next?: string;
    };
    ClusterProbe: {
      alarms?: {
        memberId: string;
        /** @enum {string} */
        type: 'NOSPACE' | 'CORRUPT' | 'UNKNOWN';
      }[];
      clusterId?: string;
      /** @description Why nothing of the cluster could be reached. */
      error?: components['schemas']['Failure'];
      /** @description What could not be learned of the cluster as a whole. */
      errors: components['schemas']['Failure'][];
      leader?: string;
      members: components['schemas']['MemberProbe'][];
      quorum?: boolean;
      reachable: boolean;
      revision?: number;
    };
    ClusterStatus: {
      newest?: components['schemas']['LastSnapshot'];
      newestProven?: components['schemas']['LastSnapshot'];
      /**
       * Format: date-time
       * @example 2026-11-24T19:31:45.123Z
       */
      nextRun?: string;
      /**
       * @description Whether the newest proven snapshot is as young as `objectiveSeconds` says; `unknown` until its store was first looked at.
       * @enum {string}
       */
      objective: 'none' | 'met' | 'missed' | 'unknown';
      running?: components['schemas']['Job'];
      /** @description Missing until its store was first looked at. */
      snapshots?: number;
    };
    DeadLetter: {
      attempts: number;
      error: components['schemas']['Failure'];
      event: {
        id: string;
        subject: string;
        /**
         * Format: date-time
         * @example 2026-11-24T19:31:45.123Z
         */
        time: string;
        /** @enum {string} */
        type:
          | 'backup.requested'
          | 'backup.started'
          | 'backup.progress'
          | 'backup.committed'
          | 'backup.failed'
          | 'backup.unproven'
          | 'backup.mismatch'
          | 'request.refused'
          | 'cluster.unreachable'
          | 'cluster.registered'
          | 'cluster.changed'
          | 'cluster.removed'
          | 'cluster.overdue'
          | 'schedule.missed'
          | 'snapshot.found'
          | 'store.unreachable'
          | 'store.reachable'
          | 'webhook.dead';
      };
      /**
       * Format: date-time
       * @example 2026-11-24T19:31:45.123Z
       */
      failedAt: string;
      id: string;
      /** @description Its name in the configuration. */
      webhook: string;
    };
    DeadLetterPage: {
      items: components['schemas']['DeadLetter'][];
      /** @description The cursor of the next page. */
      next?: string;
    };
    Failure: {
      advice?: string;
      /** @description Stable, such as `etcd.unreachable`. */
      code: string;
      message: string;
    };
    Health: {
      checks: {
        [key: string]: {
          code?: string;
          critical: boolean;
          /**
           * @description `unknown` until it was first looked at, a moment after the start.
           * @enum {string}
           */
          status: 'ok' | 'failed' | 'unknown';
        };
      };
      /** @enum {string} */
      status: 'ok' | 'failed';
    };
    Job: {
      /** @description `made`: how often it was tried, with the try that is under way and those that were cut off with their worker; the latter do not count for `most`. */
      attempts: {
        made: number;
        most: number;
      };
      cancelRequested: boolean;
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      cluster: string;
      /** @description Why it failed, or why its last try did. */
      error?: components['schemas']['Failure'];
      /**
       * Format: date-time
       * @example 2026-11-24T19:31:45.123Z
       */
      finishedAt?: string;
      /**
       * Format: uuid
       * @description The id of a backup.
       * @example 6f1f2f6e-4f2a-4f43-9c8e-3a3d2a9f4b10
       */
      id: string;
      /**
       * @example {
       *       "team": "payments"
       *     }
       */
      labels: {
        [key: string]: string;
      };
      progress?: {
        chunks: {
          cut: number;
          stored: number;
        };
        expectedBytes?: number;
        rows?: {
          known: number;
          new: number;
        };
        /** @enum {string} */
        stage: 'connect' | 'stream' | 'store' | 'wait' | 'commit';
        storedBytes: number;
        streamBytes: number;
      };
      /**
       * Format: date-time
       * @example 2026-11-24T19:31:45.123Z
       */
      requestedAt: string;
      requestedBy?: string;
      result?: {
        bytes: {
          added: number;
          stream: number;
        };
        chunks: {
          new: number;
          total: number;
        };
        cluster: string;
        durationMs: number;
        /** @enum {string} */
        proof: 'proven' | 'mismatch' | 'unproven';
        proofReason?: string;
        revision: number;
        rows: {
          new: number;
          total: number;
        };
        snapshot: string;
        store: string;
        warnings: string[];
      };
      /**
       * Format: uuid
       * @description The failed backup that this one repeats.
       * @example 6f1f2f6e-4f2a-4f43-9c8e-3a3d2a9f4b10
       */
      retryOf?: string;
      /**
       * Format: date-time
       * @description When its first try began.
       * @example 2026-11-24T19:31:45.123Z
       */
      startedAt?: string;
      /**
       * @description `delayed` until its turn in the schedule’s jitter, or until a further try; `committed`: in the store, everything it needs seen to be there.
       * @enum {string}
       */
      state: 'delayed' | 'queued' | 'running' | 'committed' | 'failed' | 'cancelled';
      /**
       * @description Where it goes on: `read` from the beginning, `commit` once all chunks are stored.
       * @enum {string}
       */
      step: 'read' | 'commit';
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
      /** @enum {string} */
      trigger: 'api' | 'queue' | 'schedule' | 'catch-up' | 'retry';
    };
    JobPage: {
      items: components['schemas']['Job'][];
      /** @description The cursor of the next page. */
      next?: string;
    };
    KeyPrefix: {
      bytes: number;
      /** @description Keys that exist at the snapshot’s revision. */
      keys: number;
      prefix: string;
      /** @description Versions of keys, deletions too. */
      rows: number;
    };
    KeyPrefixPage: {
      bytes: number;
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      cluster: string;
      /** @description Most bytes first. */
      items: components['schemas']['KeyPrefix'][];
      keys: number;
      next?: string;
      rows: number;
      /**
       * @description The id of a snapshot.
       * @example 20261124t193145123z-9f86d081
       */
      snapshot: string;
    };
    LastSnapshot: {
      ageSeconds: number;
      /**
       * @description The id of a snapshot.
       * @example 20261124t193145123z-9f86d081
       */
      id: string;
      /** @enum {string} */
      proof: 'proven' | 'mismatch' | 'unproven';
      revision: number;
      /**
       * Format: date-time
       * @example 2026-11-24T19:31:45.123Z
       */
      time: string;
    };
    MemberProbe: {
      alarms: ('NOSPACE' | 'CORRUPT' | 'UNKNOWN')[];
      clientUrls: string[];
      error?: components['schemas']['Failure'];
      id: string;
      learner: boolean;
      name: string;
      peerUrls: string[];
      /** @description What it answered; missing when it did not. */
      status?: {
        dbSize: number;
        dbSizeInUse: number;
        endpoint: string;
        errors: string[];
        leader?: string;
        leads: boolean;
        raftAppliedIndex: number;
        raftIndex: number;
        raftTerm: number;
        revision: number;
        storageVersion?: string;
        version: string;
      };
    };
    NewCluster: {
      auth?: {
        passwordFile: string;
        user: string;
      };
      endpoints: string[];
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      name: string;
      objectiveSeconds?: number;
      /** @default false */
      onlyEndpoints?: boolean;
      /**
       * @default all
       * @enum {string}
       */
      proof?: 'all' | 'source' | 'none';
      /** @default false */
      requireProof?: boolean;
      schedule?: {
        /**
         * @description minute, hour, day of the month, month, day of the week
         * @example 17 * * * *
         */
        cron: string;
        /** @default 0 */
        jitterSeconds?: number;
        /** @default false */
        paused?: boolean;
        /**
         * @description IANA time zone
         * @default UTC
         * @example Europe/Berlin
         */
        timeZone?: string;
      };
      store: string;
      tls?: {
        caFile?: string;
        certFile?: string;
        /** @default false */
        insecureSkipVerify?: boolean;
        keyFile?: string;
        serverName?: string;
      };
    };
    /**
     * @example {
     *       "type": "urn:etcd-kloset:problem:cluster.unknown",
     *       "title": "Not found",
     *       "status": 404,
     *       "detail": "There is no cluster \"prod-7\".",
     *       "code": "cluster.unknown",
     *       "advice": "See GET /v1/clusters for those that your key may see; names are case-sensitive.",
     *       "instance": "urn:uuid:0195f3b0-0d1c-7cc3-98c4-dc0c0c07398f"
     *     }
     */
    Problem: {
      /** @description What can be done about it. */
      advice?: string;
      /** @description Stable: programs are written against it. */
      code: string;
      /** @description What happened, for a person. */
      detail: string;
      /** @description Each place in the request that is wrong. */
      errors?: {
        at: string;
        message: string;
      }[];
      /** @description Stands in the service’s log beside what it knows more. */
      instance: string;
      status: number;
      title: string;
      /** @description `urn:etcd-kloset:problem:` and the code. */
      type: string;
    };
    Schedule: {
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      cluster: string;
      cron: string;
      /** @description How long for this cluster: always the same. */
      delayMs: number;
      /** @description At most so long after its time a backup begins. */
      jitterSeconds: number;
      /** @description The next five, jitter included; none while paused. */
      nextRuns: string[];
      paused: boolean;
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
      timeZone: string;
    };
    SchedulePage: {
      items: components['schemas']['Schedule'][];
      /** @description The cursor of the next page. */
      next?: string;
    };
    Snapshot: {
      bytes: {
        /** @description What was put into the store for it. */
        added: number;
        /** @description What came from etcd. */
        stream: number;
      };
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      cluster: string;
      /** @enum {string} */
      encoding: 'rows' | 'opaque';
      /**
       * @description The id of a snapshot.
       * @example 20261124t193145123z-9f86d081
       */
      id: string;
      /**
       * @example {
       *       "team": "payments"
       *     }
       */
      labels: {
        [key: string]: string;
      };
      /** @enum {string} */
      proof: 'proven' | 'mismatch' | 'unproven';
      proofReason?: string;
      revision: number;
      rows: {
        new: number;
        total: number;
      };
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
      /**
       * Format: date-time
       * @description When the revision was read.
       * @example 2026-11-24T19:31:45.123Z
       */
      time: string;
      warnings: string[];
    };
    SnapshotDetail: {
      attachments: {
        name: string;
        sha256: string;
        size: number;
      }[];
      buckets: {
        bytes: number;
        name: string;
        rows: number;
        sequence: string;
      }[];
      bytes: {
        /** @description What was put into the store for it. */
        added: number;
        /** @description What came from etcd. */
        stream: number;
      };
      chunks: {
        new: number;
        total: number;
      };
      /**
       * @description The name of a cluster.
       * @example prod-1
       */
      cluster: string;
      compactRevision: number;
      durationMs: number;
      /** @enum {string} */
      encoding: 'rows' | 'opaque';
      etcd: {
        alarms: {
          alarm: string;
          memberId: string;
        }[];
        clusterId?: string;
        endpoint?: string;
        member?: string;
        memberId?: string;
        members: {
          id: string;
          learner: boolean;
          name: string;
          peerUrls: string[];
        }[];
        storageVersion?: string;
        version?: string;
      };
      /** @description What each voter answered, held against the rows of the snapshot. */
      hashKV: {
        compactRevision: number;
        equal: boolean;
        hash: number;
        member: string;
        memberId: string;
        revision: number;
        source: boolean;
      }[];
      /**
       * @description The id of a snapshot.
       * @example 20261124t193145123z-9f86d081
       */
      id: string;
      kubernetes?: {
        encrypted: {
          key: string;
          provider: string;
          resources: string[];
          values: number;
        }[];
        keys: number;
      };
      /**
       * @example {
       *       "team": "payments"
       *     }
       */
      labels: {
        [key: string]: string;
      };
      opaqueReason?: string;
      parent?: string;
      /** @enum {string} */
      proof: 'proven' | 'mismatch' | 'unproven';
      proofReason?: string;
      revision: number;
      rows: {
        new: number;
        total: number;
      };
      /** @enum {string} */
      source: 'cluster' | 'file';
      /** @description What `etcdutl snapshot status` prints, as a number. */
      statusHash: number;
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
      /**
       * Format: date-time
       * @description When the revision was read.
       * @example 2026-11-24T19:31:45.123Z
       */
      time: string;
      tool: {
        name: string;
        version: string;
      };
      warnings: string[];
    };
    SnapshotPage: {
      items: components['schemas']['Snapshot'][];
      /** @description The cursor of the next page. */
      next?: string;
      /** @description Stores that could not be looked through since the service started: what they hold is missing in the list. When that may be all that was asked for, the answer is 503. */
      unreachable?: components['schemas']['UnreachableStore'][];
    };
    Store: {
      /**
       * Format: date-time
       * @description When it was looked at last.
       * @example 2026-11-24T19:31:45.123Z
       */
      checkedAt?: string;
      /** @description Those that your key may see. */
      clusters: number;
      /** @description Why it is unreachable. */
      error?: components['schemas']['Failure'];
      /** @description 32 hex digits; missing until it was once opened. */
      id?: string;
      /** @enum {string} */
      kind: 'local' | 's3' | 'sftp';
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      name: string;
      /** @description Whether downloads are possible: the owner’s key is here. */
      ownerKey: boolean;
      /**
       * Format: date-time
       * @description When it was looked through last, with success.
       * @example 2026-11-24T19:31:45.123Z
       */
      scannedAt?: string;
      /** @description Of the clusters your key may see; counted in the background: every hour, and in a store of up to 10,000 objects soon after each new snapshot. */
      sizes?: components['schemas']['StoreSizes'];
      /** @description Of these clusters. */
      snapshots: number;
      /**
       * @description `unknown` until it was first looked at, a moment after the start.
       * @enum {string}
       */
      state: 'unknown' | 'reachable' | 'unreachable';
      /** @description Records that are there and cannot be read. */
      unreadable: number;
    };
    StorePage: {
      items: components['schemas']['Store'][];
      /** @description The cursor of the next page. */
      next?: string;
    };
    StoreSizes: {
      /**
       * Format: date-time
       * @description When all of these figures were so.
       * @example 2026-11-24T19:31:45.123Z
       */
      asOf: string;
      /** @description Of all objects in the store. */
      kept: number;
      objects: number;
      snapshots: number;
      /** @description What etcd sent, all snapshots together. */
      streamed: number;
    };
    UnreachableStore: {
      advice?: string;
      /** @description Stable, such as `etcd.unreachable`. */
      code: string;
      message: string;
      /**
       * @description The name of a store in the configuration.
       * @example main
       */
      store: string;
    };
    Version: {
      key: {
        /** @description The labels of the clusters that it is limited to. */
        clusters?: {
          [key: string]: string;
        };
        name: string;
        /** @enum {string} */
        role: 'viewer' | 'operator' | 'admin';
      };
      /** @constant */
      service: 'etcd-kloset';
      version: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readLive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All is well. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It is not. Or: Not now: `service.stopping`. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metrics. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.limited`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readOpenApi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            openapi: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readReady: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All is well. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It is not. Or: Not now: `service.stopping`. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listClusters: {
    parameters: {
      query?: {
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        label?: string[];
        limit?: number;
        store?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of clusters. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClusterPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createCluster: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "prod-1",
         *       "store": "main",
         *       "endpoints": [
         *         "https://etcd-0.prod-1.example.net:2379",
         *         "https://etcd-1.prod-1.example.net:2379"
         *       ],
         *       "tls": {
         *         "caFile": "prod-1/ca.pem",
         *         "certFile": "prod-1/client.pem",
         *         "keyFile": "prod-1/client.key"
         *       },
         *       "schedule": {
         *         "cron": "17 * * * *",
         *         "timeZone": "Europe/Berlin",
         *         "jitterSeconds": 600
         *       },
         *       "objectiveSeconds": 7200,
         *       "labels": {
         *         "team": "payments"
         *       }
         *     }
         */
        'application/json': components['schemas']['NewCluster'];
      };
    };
    responses: {
      /** @description It is registered. */
      201: {
        headers: {
          /** @description The version, in quotes. */
          ETag: string;
          /** @description Where the new one is. */
          Location: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Cluster'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.limited`, `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request came too slowly: `http.too-slow`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `cluster.exists`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large: `http.too-large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body has another type than is read here: `http.wrong-type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request asks for something that cannot be: `cluster.invalid`, `http.bad-body`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readCluster: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The cluster. */
      200: {
        headers: {
          /** @description The version, in quotes. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Cluster'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  putCluster: {
    parameters: {
      query?: never;
      header?: {
        /** @description Only if this is still its version: the ETag of a former answer. */
        'if-match'?: string;
        /** @description `*`: only if there is none of this name. */
        'if-none-match'?: '*';
      };
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "store": "main",
         *       "endpoints": [
         *         "https://etcd-0.prod-1.example.net:2379",
         *         "https://etcd-1.prod-1.example.net:2379"
         *       ],
         *       "tls": {
         *         "caFile": "prod-1/ca.pem",
         *         "certFile": "prod-1/client.pem",
         *         "keyFile": "prod-1/client.key"
         *       },
         *       "schedule": {
         *         "cron": "17 * * * *",
         *         "timeZone": "Europe/Berlin",
         *         "jitterSeconds": 600
         *       },
         *       "objectiveSeconds": 7200,
         *       "labels": {
         *         "team": "payments"
         *       }
         *     }
         */
        'application/json': components['schemas']['ClusterChange'];
      };
    };
    responses: {
      /** @description It is replaced. */
      200: {
        headers: {
          /** @description The version, in quotes. */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Cluster'];
        };
      };
      /** @description It is registered. */
      201: {
        headers: {
          /** @description The version, in quotes. */
          ETag: string;
          /** @description Where the new one is. */
          Location: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Cluster'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.limited`, `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request came too slowly: `http.too-slow`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `cluster.in-configuration`, `cluster.other-store`, `cluster.exists`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It has changed meanwhile: `cluster.conflict`, `http.precondition-failed`. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large: `http.too-large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body has another type than is read here: `http.wrong-type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request asks for something that cannot be: `cluster.invalid`, `http.bad-body`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteCluster: {
    parameters: {
      query?: never;
      header?: {
        /** @description Only if this is still its version: the ETag of a former answer. */
        'if-match'?: string;
      };
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is forgotten. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `cluster.in-configuration`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It has changed meanwhile: `cluster.conflict`. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listBackups: {
    parameters: {
      query?: {
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
        /** @description Only in this state; may be given several times. */
        state?: ('delayed' | 'queued' | 'running' | 'committed' | 'failed' | 'cancelled')[];
      };
      header?: never;
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of jobs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  requestBackup: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any text of your own, such as a UUID. */
        'idempotency-key'?: string;
      };
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "labels": {
         *         "reason": "before-upgrade"
         *       }
         *     }
         */
        'application/json': components['schemas']['BackupRequest'];
      };
    };
    responses: {
      /** @description It is queued, or was joined. */
      202: {
        headers: {
          /** @description Where the new one is. */
          Location: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedBackup'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request came too slowly: `http.too-slow`. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `idempotency.under-way`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large: `job.too-large`, `http.too-large`. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body has another type than is read here: `http.wrong-type`. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request asks for something that cannot be: `idempotency.other-request`, `http.bad-body`. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `job.lost`, `redis.unreachable`, `redis.full`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  probeCluster: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What its members say. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClusterProbe'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pauseSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The schedule. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `cluster.in-configuration`, `schedule.none`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It has changed meanwhile: `cluster.conflict`. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The name of a cluster. */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The schedule. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `cluster.in-configuration`, `schedule.none`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description It has changed meanwhile: `cluster.conflict`. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  streamEvents: {
    parameters: {
      query?: {
        cluster?: string;
        /** @description The same, for those who cannot set a header. */
        'last-event-id'?: string;
        /** @description Only of this type; may be given several times. */
        type?: (
          | 'backup.requested'
          | 'backup.started'
          | 'backup.progress'
          | 'backup.committed'
          | 'backup.failed'
          | 'backup.unproven'
          | 'backup.mismatch'
          | 'request.refused'
          | 'cluster.unreachable'
          | 'cluster.registered'
          | 'cluster.changed'
          | 'cluster.removed'
          | 'cluster.overdue'
          | 'schedule.missed'
          | 'snapshot.found'
          | 'store.unreachable'
          | 'store.reachable'
          | 'webhook.dead'
        )[];
      };
      header?: {
        /** @description Go on after this event. */
        'last-event-id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A stream that does not end by itself. What stands in `data:` is a `CloudEvent`. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`, `events.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listJobs: {
    parameters: {
      query?: {
        cluster?: string;
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
        /** @description Only in this state; may be given several times. */
        state?: ('delayed' | 'queued' | 'running' | 'committed' | 'failed' | 'cancelled')[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of jobs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of a backup. */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `job.not-found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancelJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of a backup. */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is being cancelled. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `job.not-found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `job.finished`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `redis.full`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  retryJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of a backup. */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is queued, or was joined. */
      202: {
        headers: {
          /** @description Where the new one is. */
          Location: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedBackup'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `job.not-found`, `cluster.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things are: `job.not-failed`. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `job.lost`, `redis.unreachable`, `redis.full`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSchedules: {
    parameters: {
      query?: {
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of schedules, by cluster. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchedulePage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSnapshots: {
    parameters: {
      query?: {
        cluster?: string;
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        label?: string[];
        limit?: number;
        proof?: 'proven' | 'mismatch' | 'unproven';
        /** @description Taken then or later. */
        since?: string;
        store?: string;
        /** @description Taken before. */
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of snapshots. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SnapshotPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`, `storage.missing`, `store.not-a-store`, `store.hangs`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readSnapshot: {
    parameters: {
      query?: {
        cluster?: string;
      };
      header?: never;
      path: {
        /** @description The id of a snapshot; or `latest`, with `cluster`. */
        snapshot: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The snapshot. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SnapshotDetail'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `snapshot.not-found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`, `storage.missing`, `store.not-a-store`, `store.hangs`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  downloadSnapshot: {
    parameters: {
      query?: {
        cluster?: string;
      };
      header?: never;
      path: {
        /** @description The id of a snapshot; or `latest`, with `cluster`. */
        snapshot: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          /** @description The name of the file. */
          'Content-Disposition': string;
          /** @description Bytes of the file. */
          'Content-Length': string;
          /** @description What `etcdutl snapshot status` must print for it, in hex. */
          'X-Kloset-Status-Hash': string;
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `key.needs-owner`, `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `snapshot.not-found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`, `download.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`, `storage.missing`, `store.not-a-store`, `store.hangs`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  countSnapshotKeys: {
    parameters: {
      query?: {
        cluster?: string;
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        /** @description The id of a snapshot; or `latest`, with `cluster`. */
        snapshot: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of prefixes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyPrefixPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `key.needs-owner`, `auth.role-needed`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `snapshot.not-found`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`, `download.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `storage.unreachable`, `storage.missing`, `store.not-a-store`, `store.hangs`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listStores: {
    parameters: {
      query?: {
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of stores. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StorePage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readStore: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The name of a store in the configuration. */
        store: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The store. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Store'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `store.unknown`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readVersion: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The version. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Version'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDeadLetters: {
    parameters: {
      query?: {
        /** @description What the page before called `next`. Other text is refused. */
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterPage'];
        };
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`, `auth.limited`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  retryDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id. */
        letter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is queued again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request cannot be understood: `http.malformed`, `http.bad-parameter`. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description An API key is needed: `auth.unauthenticated`. */
      401: {
        headers: {
          /** @description `Bearer`. */
          'WWW-Authenticate': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description This key may not do that: `auth.role-needed`, `auth.limited`. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found: `webhook.no-dead-letter`. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many at once: `http.too-many`. */
      429: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The service failed: `service.failed`. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not now: `service.stopping`, `redis.unreachable`, `redis.full`. */
      503: {
        headers: {
          /** @description Seconds. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
