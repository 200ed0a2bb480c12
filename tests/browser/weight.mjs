// What the page weighs on the wire: everything in dist/ but the fonts and their licences, each
// file gzipped as a server would.

import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

import { dist } from "./server.mjs";

// In kB (1000 bytes): the budget, which the bench compares with.
export const LIMIT = 350;

// What the page weighed when it was weighed last, rounded up: nothing may make it heavier unseen. It was 600 before the
// Group and Sequence lenses, the cooperative and consumer protocols and four more assignors came, and 765 before groups of
// both protocols, patterns (with regex-lite), the expiry of offsets and the tool for groups, and 825 before the Brokers
// lens, metrics, elections by request, segments with retention and compaction, and the time machine, and 935 before
// elections of controllers, faults, the ledger, compression, links and files, the tree of runs with its comparison, and the
// timeline's zoom, and 1115 before two runs stood on the page and works, lessons and
// bookmarks were kept, and each fault had its metrics beside it, and 1155 before rows were drawn on a canvas, ledgers
// folded, works kept their ends and clusters had controllers apart from their brokers, and 1179 before consumers checked
// their positions and closed in Kafka's order, and 1181 before pre-votes, a keeper of the focus, and forced colours, and 1196
// before style sheets were minified. One tree weighs up to a kilobyte more in another folder: it is rounded up by more.
export const HEAVIEST = 1192;

export async function weigh() {
  const files = [];
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const name = relative(dist, join(entry.parentPath ?? entry.path, entry.name));
    if (!entry.isFile() || name.startsWith(`fonts${sep}`)) continue;
    const bytes = await readFile(join(dist, name));
    files.push({ name, kb: gzipSync(bytes, { level: 9 }).length / 1000 });
  }
  files.sort((a, b) => b.kb - a.kb);
  return { files, kb: files.reduce((sum, file) => sum + file.kb, 0) };
}
