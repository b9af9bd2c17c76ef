# Builds one folder that a server needs, and runs it. BASE has Node 22 or newer, and npm for the first half.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run manage -- standalone --to /pail

FROM ${BASE}
WORKDIR /pail
COPY --from=build /pail .
# Whatever is mounted there later has the rights of this folder.
RUN mkdir -m 700 /data && chown 1000:1000 /data
USER 1000:1000
# A user that has no name has no home either, where programs look for ~/.aws.
ENV HOST=0.0.0.0 DATA_DIR=/data HOME=/data
VOLUME /data
EXPOSE 3000 9000
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
