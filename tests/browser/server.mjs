// A static server for dist/ on the loopback address, with the means to hurt a download: what a
// bad network does to the page is tested with it.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const project = fileURLToPath(new URL("../../", import.meta.url));
export const dist = join(project, "dist");

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

// Serves `folder`; `close()` ends it. `on(pattern, handler)` lets `handler(request, response,
// file)` answer for paths that match, and hands back what takes it away again.
export async function serve(folder = dist) {
  const special = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://page").pathname);
    const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
    const handler = special.find((entry) => entry.pattern.test(path));
    if (handler) return handler.handler(request, response, file);
    const data = file.startsWith(folder + sep) && (await stat(file).catch(() => undefined));
    if (!data?.isFile()) {
      response.writeHead(404, { "content-type": "text/plain" });
      return response.end("not here");
    }
    response.writeHead(200, headers(file, data.size));
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    on(pattern, handler) {
      const entry = { pattern, handler };
      special.push(entry);
      return () => special.splice(special.indexOf(entry), 1);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function headers(file, size) {
  return {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": size,
    "cache-control": "no-store",
  };
}

// Handlers for `on`.
export const missing = (_request, response) => response.writeHead(404).end("gone");

export const garbage = (_request, response, file) => {
  response.writeHead(200, headers(file, 7));
  response.end("garbage");
};

// Sends the first part of the file at once and the rest when `release()` is called.
export function held(part) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  const handler = async (_request, response, file) => {
    const bytes = await readFile(file);
    const cut = Math.round(bytes.length * part);
    response.writeHead(200, headers(file, bytes.length));
    response.write(bytes.subarray(0, cut));
    await released;
    response.end(bytes.subarray(cut));
  };
  return { handler, release };
}
