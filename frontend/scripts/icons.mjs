// Joins our own drawings in icons/*.svg into one sprite, each as a <symbol> named like its file.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const folder = fileURLToPath(new URL('icons/', root));
const symbols = readdirSync(folder)
  .filter((name) => name.endsWith('.svg'))
  .sort()
  .map((name) => {
    const text = readFileSync(folder + name, 'utf8').trim();
    const drawing = /^<svg xmlns="[^"]+" (viewBox="[^"]+"[^>]*)>(.*)<\/svg>$/s.exec(text);
    if (drawing === null) throw new Error(`icons/${name}: not one plain <svg> with a viewBox`);
    return `<symbol id="${name.replace(/\.svg$/, '')}" ${drawing[1]}>${drawing[2]}</symbol>`;
  });

const target = fileURLToPath(new URL('src/generated/', root));
mkdirSync(target, { recursive: true });
writeFileSync(`${target}icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
console.log(`icons: ${symbols.length} in one sprite`);
