# Two stages: packages with npm, then only what runs. Debian slim, not root.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# without the examples' packages: they are other people's applications
RUN npm ci --omit=dev --workspaces=false --include-workspace-root && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORTARIA_DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
COPY views ./views
COPY migrations ./migrations
COPY config ./config
COPY scripts/start.mjs scripts/portaria.mjs ./scripts/
RUN mkdir /data && chown node:node /data && chmod 700 /data
ENV MALLOC_MMAP_THRESHOLD_=131072
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "src/processes/server.ts"]
