// Fails on CSS and script that Chrome 90 or Safari 15.0 cannot read (source styles, built files if there are any).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

const CSS = [
  [/@layer\b/, '@layer: the whole block is ignored below Chrome 99'],
  [/:has\(/, ':has() needs Chrome 105'],
  [/@container\b/, '@container needs Chrome 105'],
  [/color-mix\(/, 'color-mix() needs Chrome 111'],
  [/\d(dvh|svh|lvh)\b/, 'dynamic viewport units need Chrome 108'],
  [/light-dark\(/, 'light-dark() needs Chrome 123'],
  [/@property\b/, '@property needs Safari 16.4'],
  [/\boklch\(|\boklab\(/, 'oklch needs Chrome 111'],
];
const SCRIPT = [
  [/\bstructuredClone\(/, 'structuredClone needs Chrome 98'],
  [/\bObject\.hasOwn\(/, 'Object.hasOwn needs Chrome 93'],
  [/\.findLast(Index)?\(/, 'findLast needs Chrome 97'],
  [/\.to(Sorted|Reversed|Spliced)\(/, 'toSorted and its kin need Chrome 110'],
  [/AbortSignal\.(timeout|any)\(/, 'AbortSignal.timeout needs Chrome 103'],
  [/\(\?<[=!]/, 'lookbehind needs Safari 16.4'],
  [/\bcrypto\.randomUUID\(/, 'crypto.randomUUID needs Chrome 92 and HTTPS'],
  [/\.at\(-/, '.at() needs Chrome 92'],
  [/Promise\.withResolvers/, 'Promise.withResolvers needs Chrome 119'],
  [/\bstatic\s*\{/, 'static blocks need Chrome 94'],
];
// A library may use a newer thing behind its own test; each case says why it is safe.
const ALLOWED = [
  { file: /hls\.light/, message: /.*/, why: 'hls.js tests for each and falls back; we call none of those paths' },
];

/** Style without its @supports blocks and comments: inside them newer things are welcome. */
function withoutSupports(text) {
  let rest = text.replace(/\/\*[\s\S]*?\*\//g, '');
  for (;;) {
    const start = rest.indexOf('@supports');
    if (start < 0) return rest;
    let depth = 0;
    let end = rest.indexOf('{', start);
    for (; end < rest.length; end += 1) {
      if (rest[end] === '{') depth += 1;
      if (rest[end] === '}') depth -= 1;
      if (depth === 0) break;
    }
    rest = rest.slice(0, start) + rest.slice(end + 1);
  }
}

const found = [];
function scan(file, text, rules) {
  for (const [pattern, message] of rules) {
    const hit = pattern.exec(text);
    if (hit === null) continue;
    if (ALLOWED.some((allowed) => allowed.file.test(file) && allowed.message.test(message))) continue;
    found.push(`${file}: ${message} (…${text.slice(Math.max(0, hit.index - 30), hit.index + 30).replace(/\s+/g, ' ')}…)`);
  }
}

for (const name of readdirSync(`${root}src/styles`).filter((name) => name.endsWith('.css'))) {
  scan(`src/styles/${name}`, withoutSupports(readFileSync(`${root}src/styles/${name}`, 'utf8')), CSS);
}
const built = `${root}dist/assets`;
if (existsSync(built)) {
  for (const name of readdirSync(built)) {
    const text = readFileSync(`${built}/${name}`, 'utf8');
    if (name.endsWith('.css')) scan(`dist/assets/${name}`, withoutSupports(text), CSS);
    if (name.endsWith('.js')) scan(`dist/assets/${name}`, text, SCRIPT);
    if (/\.(css|js)$/.test(name) && /(?:src|href|url|import)\s*[=(]\s*["']?https?:\/\//.test(text)) {
      found.push(`dist/assets/${name}: asks another host for something`);
    }
  }
}
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
console.log('engine floor: nothing above Chrome 90 and Safari 15.0');
