# The images of etcd-kloset: one set of layers, and a target for each program.
#
#   docker build --target api .               the API
#   docker build --target snapshot-worker .   reads etcd
#   docker build --target chunk-worker .      compresses and encrypts
#   docker build --target storage-writer .    writes to the stores
#   docker build --target cli .               the command line, for CronJobs and for a restore
#
# The base is pinned by a tag, which whoever publishes it can move. Whoever builds for production pins the digest:
#   docker build --build-arg NODE_IMAGE=node:24.21.0-trixie-slim@sha256:… --target api .
ARG NODE_IMAGE=node:24.21.0-trixie-slim

# Packages are installed from the lock file alone, so their layer is kept until that changes. None needs a script of
# its own: what is native among them comes ready-made as a package.
FROM ${NODE_IMAGE} AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/chunk-worker/package.json apps/chunk-worker/
COPY apps/cli/package.json apps/cli/
COPY apps/embedded/package.json apps/embedded/
COPY apps/snapshot-worker/package.json apps/snapshot-worker/
COPY apps/storage-writer/package.json apps/storage-writer/
COPY libs/bbolt/package.json libs/bbolt/
COPY libs/client/package.json libs/client/
COPY libs/errors/package.json libs/errors/
COPY libs/etcd/package.json libs/etcd/
COPY libs/jobs/package.json libs/jobs/
COPY libs/kloset/package.json libs/kloset/
COPY libs/mvcc/package.json libs/mvcc/
COPY libs/pipeline/package.json libs/pipeline/
COPY libs/platform/package.json libs/platform/
COPY libs/storage/package.json libs/storage/
COPY libs/testing/package.json libs/testing/
COPY test/package.json test/

FROM packages AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

# What the programs load when they run. Our own packages are in the bundles; TypeScript, source maps and the compiler
# that an optional peer dependency asks for are never loaded.
FROM packages AS modules
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
      --workspace=apps/api --workspace=apps/snapshot-worker --workspace=apps/chunk-worker \
      --workspace=apps/storage-writer --workspace=apps/cli \
 && rm -rf node_modules/.bin node_modules/.package-lock.json node_modules/@etcd-kloset node_modules/etcd-kloset \
      node_modules/typescript node_modules/@types \
 && find . -path '*/node_modules/*' -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

# The tree of the image. Where the programs lie decides where Node looks for packages.
FROM packages AS tree
COPY --from=modules /src/node_modules out/node_modules/
COPY --from=modules /src/apps out/apps/
COPY --from=build /src/apps/api/dist out/apps/api/dist/
COPY --from=build /src/apps/snapshot-worker/dist out/apps/snapshot-worker/dist/
COPY --from=build /src/apps/chunk-worker/dist out/apps/chunk-worker/dist/
COPY --from=build /src/apps/storage-writer/dist out/apps/storage-writer/dist/
COPY --from=build /src/apps/cli/dist out/apps/cli/dist/
COPY apps/cli/bin out/apps/cli/bin/
COPY docker/healthcheck.mjs LICENSE out/
RUN rm -rf out/apps/embedded && find out -name '*.js.map' -path '*/dist/*' -delete

FROM ${NODE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="etcd-kloset" \
      org.opencontainers.image.description="Backups of etcd that prove themselves" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
# Nothing is installed in a running container: package managers would only be there for whoever breaks in.
# The folders belong to the user, and so do new volumes that an engine mounts over them.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && install -d /etc/etcd-kloset/secrets/clusters \
 && install -d -o 65532 -g 65532 -m 0700 /var/spool/etcd-kloset /var/lib/etcd-kloset \
      /etc/etcd-kloset/keys /etc/etcd-kloset/access /etc/etcd-kloset/owner \
 && ln -s /opt/etcd-kloset/apps/cli/bin/etcd-kloset.js /usr/local/bin/etcd-kloset
COPY --from=tree /src/out /opt/etcd-kloset
WORKDIR /opt/etcd-kloset
# Written to: the spool folder and /tmp. All else may be mounted read-only.
ENV NODE_ENV=production \
    ETCD_KLOSET_CONFIG=/etc/etcd-kloset/etcd-kloset.yaml
USER 65532:65532
STOPSIGNAL SIGTERM

FROM runtime AS service
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/opt/etcd-kloset/healthcheck.mjs"]

FROM service AS api
EXPOSE 8080
ENTRYPOINT ["node", "apps/api/dist/main.js"]

FROM service AS snapshot-worker
ENTRYPOINT ["node", "apps/snapshot-worker/dist/main.js"]

FROM service AS chunk-worker
ENTRYPOINT ["node", "apps/chunk-worker/dist/main.js"]

FROM service AS storage-writer
ENTRYPOINT ["node", "apps/storage-writer/dist/main.js"]

# Last, so that it is what a build without a target makes.
FROM runtime AS cli
ENV ETCD_KLOSET_SPOOL_DIR=/var/spool/etcd-kloset
ENTRYPOINT ["etcd-kloset"]
CMD ["--help"]
