// Fails when a page would send more script or style than budgets.json allows it (from the built manifest).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}dist/manifest.json`, 'utf8'));
const { pages } = JSON.parse(readFileSync(`${root}budgets.json`, 'utf8'));

const size = (file) => gzipSync(readFileSync(`${root}dist/${file}`), { level: 9 }).length / 1024;

/** The chunk and all that it imports at once. */
function eager(keys) {
  const files = new Set();
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`budgets.json names ${key}, which the build does not have`);
    files.add(chunk.file);
    (chunk.imports ?? []).forEach(visit);
  };
  keys.forEach(visit);
  return [...files];
}

const sum = (files) => files.reduce((total, file) => total + size(file), 0);
const css = sum([manifest['src/styles/site.css'].file]);
let over = 0;
const row = (page, what, measured, allowed) => {
  const holds = measured <= allowed;
  if (!holds) over += 1;
  console.log(`${page.padEnd(12)} ${what.padEnd(10)} ${measured.toFixed(1).padStart(7)} of ${String(allowed).padStart(4)} kB  ${holds ? 'ok' : 'OVER'}`);
};

for (const [page, budget] of Object.entries(pages)) {
  row(page, 'css', css, budget.css);
  row(page, 'js', sum(eager([...budget.entries, ...budget.islands])), budget.js);
  if (budget.lazy !== undefined) {
    const lazy = Object.values(manifest).filter((chunk) => chunk.file.includes(budget.lazy.match));
    row(page, 'js later', sum(lazy.map((chunk) => chunk.file)), budget.lazy.js);
  }
}
if (over > 0) {
  console.error(`${over} over budget: make it smaller, or change budgets.json with the reason.`);
  process.exit(1);
}
