# Two stages: packages with npm, then Debian slim with Node's program alone and only what runs. Not root.
# With PostgreSQL elsewhere (DATABASE_URL). `--build-arg EMBEDDED_STORE=yes` adds PostgreSQL inside, to try Portaria out.
FROM node:24-bookworm AS packages
ARG EMBEDDED_STORE=no
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/build.mjs scripts/built.mjs scripts/only-english.mjs ./scripts/
COPY src ./src
COPY views ./views
COPY deploy/image/prune-packages.mjs ./
# without the examples' packages: they are other people's applications. `npm ci` builds the programs, which takes esbuild, and what was only for that goes
RUN npm ci --workspaces=false --include-workspace-root \
  && npm prune --omit=dev --workspaces=false --include-workspace-root \
  && node prune-packages.mjs node_modules "$EMBEDDED_STORE"
# 18 MB of names that only a debugger of Node itself reads
RUN strip --strip-all -o /node /usr/local/bin/node

FROM debian:bookworm-slim
RUN groupadd --gid 1000 portaria && useradd --uid 1000 --gid portaria --no-create-home --shell /usr/sbin/nologin portaria \
  && mkdir /data && chown portaria:portaria /data && chmod 700 /data
COPY --from=packages /node /usr/local/bin/node
ENV NODE_ENV=production PORTARIA_DATA_DIR=/data MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=packages /app/dist/programs ./dist/programs
COPY package.json package-lock.json ./
COPY src ./src
COPY views ./views
COPY migrations ./migrations
COPY config ./config
COPY docs ./docs
COPY scripts/start.mjs scripts/build.mjs scripts/built.mjs scripts/only-english.mjs scripts/portaria.mjs ./scripts/
# by number, so that Kubernetes can see that it is not root
USER 1000:1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=8", "dist/programs/server.mjs"]
